//! `aws_iam_role_policy`: the least a function needs.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy>

use crate::hcl::{Block, Expression, argument, call, lines, object, reference, string};
use crate::resources::{cloudwatch_log_group, resource};

/// Leave to write to the function's own log group, and to nothing else. It can't create groups: the one there is
/// has its retention, and a late invocation can't bring a deleted one back.
pub fn write_logs() -> Block {
    let streams = cloudwatch_log_group::streams(
        crate::hcl::value("var.log_groups_arn"),
        crate::hcl::value("var.name"),
    );
    resource("aws_iam_role_policy", "write_logs")
        .attribute(argument("name", string("write-logs")))
        .attribute(argument("role", reference("aws_iam_role.this.id")))
        .attribute(argument("policy", policy(streams)))
        .build()
}

/// The policy, for the log streams of one group.
pub fn policy(streams: Expression) -> Expression {
    let statement = object([
        ("Sid", string("WriteOwnLogs")),
        ("Effect", string("Allow")),
        (
            "Action",
            lines([string("logs:CreateLogStream"), string("logs:PutLogEvents")]),
        ),
        ("Resource", streams),
    ]);
    let policy = object([
        ("Version", string("2012-10-17")),
        ("Statement", lines([statement])),
    ]);
    call("jsonencode", [policy])
}
