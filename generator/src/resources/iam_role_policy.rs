//! `aws_iam_role_policy`: the least a function needs.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy>

use crate::hcl::{Block, argument, call, lines, literal, object, reference, string, template, value};
use crate::resources::resource;

/// Leave to write to the function's own log group, and to nothing else. It can't create groups: the one there is
/// has its retention, and a late invocation can't bring a deleted one back.
pub fn write_logs() -> Block {
    let statement = object([
        ("Sid", string("WriteOwnLogs")),
        ("Effect", string("Allow")),
        (
            "Action",
            lines([string("logs:CreateLogStream"), string("logs:PutLogEvents")]),
        ),
        (
            "Resource",
            template([value("aws_cloudwatch_log_group.this.arn"), literal(":*")]),
        ),
    ]);
    let policy = object([
        ("Version", string("2012-10-17")),
        ("Statement", lines([statement])),
    ]);
    resource("aws_iam_role_policy", "write_logs")
        .attribute(argument("name", string("write-logs")))
        .attribute(argument("role", reference("aws_iam_role.this.id")))
        .attribute(argument("policy", call("jsonencode", [policy])))
        .build()
}
