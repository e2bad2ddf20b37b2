//! `aws_cloudwatch_log_group`: where a function's logs go.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_log_group>

use crate::hcl::{Block, argument, literal, reference, template, value};
use crate::resources::resource;

/// The days for which CloudWatch can keep logs:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// The group that Lambda writes to by itself, made first so that its retention is ours.
pub fn resource_block() -> Block {
    resource("aws_cloudwatch_log_group", "this")
        .attribute(argument(
            "name",
            template([literal("/aws/lambda/"), value("var.name")]),
        ))
        .attribute(argument("retention_in_days", reference("var.log_retention_days")))
        .build()
}
