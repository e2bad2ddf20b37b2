//! `aws_scheduler_schedule`: invokes a function at times.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/scheduler_schedule>
//!
//! EventBridge Scheduler, not a scheduled rule of EventBridge: it knows time zones with their daylight saving time, and AWS
//! recommends it: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>. It takes on a role
//! to invoke the function, so that the function's own policy needs no statement.
//!
//! The name forces a new schedule.

use crate::hcl::{Block, Expression, argument, block, list, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::SCHEDULE_KEY;
use crate::text_rule::TextRule;
use portcullis_terraform_json::events::schedule::Expression as Schedule;

/// The type. A surface shows the arguments that are not here: they end or replace a schedule, or hand its events to others.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_scheduler_schedule",
    in_snapshot: false,
    arguments: &[
        ("action_after_completion", Default("\"NONE\"")),
        ("flexible_time_window.maximum_window_in_minutes", Harmless),
        ("flexible_time_window.mode", Harmless),
        ("group_name", Default("\"default\"")),
        ("name", Shown),
        ("name_prefix", Harmless),
        ("schedule_expression", Shown),
        ("schedule_expression_timezone", Shown),
        ("state", Shown),
        ("target.arn", Shown),
        ("target.input", Shown),
        ("target.retry_policy.maximum_event_age_in_seconds", Harmless),
        ("target.retry_policy.maximum_retry_attempts", Harmless),
        ("target.role_arn", Shown),
    ],
};

/// The service that takes on the role of a schedule.
pub const PRINCIPAL: &str = "scheduler.amazonaws.com";

/// The group that every account has.
pub const GROUP: &str = "default";

/// Characters of a name: <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>
pub const NAME_LENGTH: usize = 64;

/// Bytes of what a schedule hands over: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html>
pub const INPUT_BYTES: usize = 262_144;

/// Help about the times at which a schedule runs.
pub const SCHEDULE_HELP: &str = "write it as in `rate(5 minutes)` or `cron(0 3 * * ? *)`: minutes, hours, day of the month, month, day of the week, year";

/// The times at which a schedule runs, of which [`schedule_error`] reads the fields:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
pub static SCHEDULE: TextRule = TextRule {
    must_be: "`rate(…)` or `cron(…)`",
    help: SCHEDULE_HELP,
    check: |text| {
        let inner = text.strip_prefix("rate(").or_else(|| text.strip_prefix("cron("));
        let is_repeated = inner.is_some_and(|inner| inner.len() > 1 && inner.ends_with(')'));
        is_repeated && !text.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
    },
    pattern: r"^(rate|cron)\(.+\)$",
};

/// Characters of these times: <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html>
const SCHEDULE_LENGTH: usize = 256;

/// Returns what AWS refuses in the times of a schedule.
pub fn schedule_error(text: &str) -> Option<String> {
    match text.len() {
        0..=SCHEDULE_LENGTH => Schedule::parse(text).err(),
        length => Some(format!("it may have {SCHEDULE_LENGTH} characters, not {length}")),
    }
}

/// The name of a time zone; which exist changes too often to list.
pub static TIMEZONE: TextRule = TextRule {
    must_be: "`UTC` or the name of a time zone with its area",
    help: "write it as in `Europe/Berlin`",
    check: |text| {
        let is_part = |part: &str| {
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
            part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.chars().all(is_of_name)
        };
        let has_area = text.contains('/') || text == "UTC";
        has_area && text.len() <= 50 && text.split('/').all(is_part)
    },
    pattern: "^(UTC|[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z][A-Za-z0-9_+-]*)+)$",
};

/// The arguments of a schedule.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// Its name in AWS.
    pub name: Expression,
    /// The times at which it runs.
    pub expression: &'a str,
    /// The time zone of that time.
    pub timezone: &'a str,
    /// The ARN of the function.
    pub target: Expression,
    /// The role that it takes on.
    pub role: Expression,
    /// The input of the function, as JSON. Without it, the function gets an event of EventBridge Scheduler.
    pub input: Option<Expression>,
    /// The blocks that Terraform creates first.
    pub depends_on: Vec<Expression>,
}

/// A schedule that runs at its times to the minute.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        name,
        expression,
        timezone,
        target,
        role,
        input,
        depends_on,
    } = arguments;
    TYPE.block(label.as_str())
        .skips([&SCHEDULE_KEY])
        .attribute(argument("name", name))
        .attribute(argument("group_name", string(GROUP)))
        .attribute(argument("schedule_expression", string(expression)))
        .attribute(argument("schedule_expression_timezone", string(timezone)))
        .attribute(argument("depends_on", list(depends_on)))
        .block(
            block("flexible_time_window", [])
                .attribute(argument("mode", string("OFF")))
                .build(),
        )
        .block(
            block("target", [])
                .attribute(argument("arn", target))
                .attribute(argument("role_arn", role))
                .attributes(input.map(|input| argument("input", input)))
                .build(),
        )
        .build()
}

/// An attribute of a schedule.
pub fn attribute(label: &Identifier, attribute: &str) -> Expression {
    reference(format!("{}.{label}.{attribute}", TYPE.name))
}
