//! `aws_cloudwatch_event_target`: where the events of a rule go.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_target>
//!
//! `rule`, `event_bus_name` and `target_id` force a new target.

use crate::hcl::{Block, Expression, argument, list, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, cloudwatch_event_rule};

/// The type. A surface shows the arguments that are not here: they change the event or hand it to others.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cloudwatch_event_target",
    in_snapshot: false,
    arguments: &[
        ("arn", Shown),
        ("event_bus_name", Shown),
        ("force_destroy", Harmless),
        ("input", Shown),
        ("retry_policy.maximum_event_age_in_seconds", Harmless),
        ("retry_policy.maximum_retry_attempts", Harmless),
        ("rule", Shown),
        ("target_id", Harmless),
    ],
};

/// The only target of the rule with this label.
pub fn resource_block(
    label: &Identifier,
    has_bus: bool,
    arn: Expression,
    depends_on: Vec<Expression>,
) -> Block {
    let of_rule = |attribute: &str| {
        reference(format!(
            "{}.{label}.{attribute}",
            cloudwatch_event_rule::TYPE.name
        ))
    };
    TYPE.block(label.as_str())
        .attribute(argument("rule", of_rule("name")))
        .attributes(has_bus.then(|| argument("event_bus_name", of_rule("event_bus_name"))))
        .attribute(argument("target_id", string("function")))
        .attribute(argument("arn", arn))
        .attribute(argument("depends_on", list(depends_on)))
        .build()
}
