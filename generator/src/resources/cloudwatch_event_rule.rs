//! `aws_cloudwatch_event_rule`: the events of a bus that fit a pattern.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_rule>
//!
//! `name` and `event_bus_name` force a new rule.

use crate::hcl::{Block, Expression, argument, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cloudwatch_event_rule",
    in_snapshot: false,
    arguments: &[
        ("event_bus_name", Shown),
        ("event_pattern", Shown),
        ("force_destroy", Harmless),
        ("is_enabled", Harmless),
        ("name", Shown),
        ("name_prefix", Harmless),
        ("schedule_expression", Shown),
        ("state", Default("\"ENABLED\"")),
    ],
};

/// The bus that every account has. AWS's own services send their events to it.
pub const DEFAULT_BUS: &str = "default";

/// Characters of a name: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
pub const NAME_LENGTH: usize = 64;

/// Characters of a pattern, as AWS counts them by default:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
pub const PATTERN_CHARACTERS: usize = 2_048;

/// The name of a bus: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
pub static BUS: TextRule = TextRule {
    must_be: "the name of an event bus, which is 1 to 256 letters, digits, `.`, `-`, `_` and `/`",
    help: "write its name, not its ARN",
    check: |text| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
        (1..=256).contains(&text.len()) && text.chars().all(is_of_name)
    },
    pattern: "^[A-Za-z0-9./_-]{1,256}$",
};

/// A rule for events of a bus that fit a pattern. None is the default bus.
pub fn resource_block(label: &Identifier, name: Expression, bus: Option<&str>, pattern: Expression) -> Block {
    TYPE.block(label.as_str())
        .attribute(argument("name", name))
        .attributes(bus.map(|bus| argument("event_bus_name", string(bus))))
        .attribute(argument("event_pattern", pattern))
        .build()
}
