//! `aws_cloudwatch_log_group`: the logs of a function, or the access log of the API.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group>
//!
//! AWS makes a group's ARN of what is known before there is a group, and a policy that is made of the same shows in a
//! first plan what it allows. The region is that of `aws_service`: provider 5.100 knows `aws_region.name` and `.id` only,
//! and 6.x calls both deprecated (`id` since 6.47).

use crate::hcl::{
    Block, BlockBuilder, Expression, Part, argument, block, call, commented, conditional, expression,
    literal, reference, string, template, value,
};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{LOG_RETENTION, LOGS_KEY};
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cloudwatch_log_group",
    in_snapshot: false,
    // No surface accounts for it: only a role gives access to its content.
    arguments: &[],
};

/// The days for which CloudWatch can keep logs:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// The name of a log group: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
pub static NAME: TextRule = TextRule {
    must_be: "1 to 512 letters, digits and `. - _ / #`, and not begin with `aws/`",
    help: "write it as in `/company/shop`",
    check: |name| {
        (1..=512).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-/#".contains(&b))
            && !name.starts_with("aws/")
    },
    pattern: r"^(?!aws/)[A-Za-z0-9._/#-]{1,512}$",
};

/// The condition of a group of the function's own, if some function of the service writes to an existing one.
const IS_OWN: &str = "var.log_group == null";

/// The group that Lambda writes to by itself, made first so that its retention is ours. Some functions of the service may write
/// to existing groups.
pub fn resource_block(has_key: bool, some_exist: bool) -> Block {
    let count = || argument("count", conditional(expression(IS_OWN), 1.into(), 0.into()));
    let group = TYPE.block("this").attributes(some_exist.then(count));
    let name = template([literal(PREFIX), value("var.name")]);
    filled(group, name, reference("var.retention_in_days"), has_key)
}

/// A group.
pub fn resource_block_of(label: &str, name: Expression, retention: Expression, has_key: bool) -> Block {
    filled(TYPE.block(label), name, retention, has_key)
}

fn filled(group: BlockBuilder, name: Expression, retention: Expression, has_key: bool) -> Block {
    let key = || argument("kms_key_id", reference("var.log_group_kms_key_id"));
    group
        .skips([&LOG_RETENTION])
        .skips((!has_key).then_some(&LOGS_KEY))
        .attribute(argument("name", name))
        .attribute(argument("retention_in_days", retention))
        .attributes(has_key.then(key))
        .build()
}

/// Returns the blocks behind `local.log_groups_arn`: the account, the region and the partition. A plan knows all
/// arguments of these data sources, and nothing that they depend on can defer their reads.
pub fn arn() -> Vec<Block> {
    let arn = [
        literal("arn:"),
        value("data.aws_service.logs.partition"),
        literal(":logs:"),
        value("data.aws_service.logs.region"),
        literal(":"),
        value("data.aws_caller_identity.current.account_id"),
        literal(":log-group"),
    ];
    vec![
        block("data", ["aws_caller_identity", "current"]).build(),
        block("data", ["aws_service", "logs"])
            .attribute(argument("service_id", string("logs")))
            .build(),
        block("locals", [])
            .attribute(commented(
                argument("log_groups_arn", template(arn)),
                "Start of the ARNs of all log groups. It is known before the first apply, so a plan shows what roles may do.",
            ))
            .build(),
    ]
}

/// The prefix of the log groups that Lambda writes to.
const PREFIX: &str = "/aws/lambda/";

/// The name of the group that a function writes to by itself.
pub fn own(function: &str) -> String {
    [PREFIX, function].concat()
}

/// The ARN of all streams of a group, behind what [`arn`] begins with.
pub fn streams(log_groups_arn: &str, group: &str) -> String {
    format!("{log_groups_arn}:{group}:*")
}

/// The ARN of all streams of a function's own group, of values that only Terraform knows.
pub fn streams_of_own(log_groups_arn: Part, function: Part) -> Expression {
    let prefix = format!(":{PREFIX}");
    template([log_groups_arn, literal(prefix), function, literal(":*")])
}

/// The same of an existing group, if the function has one.
pub fn streams_of_either() -> Expression {
    let of = |group| template([value("var.log_groups_arn"), literal(":"), group, literal(":*")]);
    conditional(
        expression(IS_OWN),
        streams_of_own(value("var.log_groups_arn"), value("var.name")),
        of(value("var.log_group")),
    )
}

/// An attribute of a function's own group. It is null if the function writes to an existing one.
pub fn attribute(name: &str, some_exist: bool) -> Expression {
    match some_exist {
        false => reference(format!("aws_cloudwatch_log_group.this.{name}")),
        true => call(
            "one",
            [expression(&format!("aws_cloudwatch_log_group.this[*].{name}"))],
        ),
    }
}
