//! `aws_api_gateway_account`: the role with which API Gateway writes logs, for all APIs of an account and region.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_account>
//!
//! AWS checks the role when it is set. It must trust API Gateway and have the rights of AWS's own policy for this:
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#set-up-access-logging-permissions>.

use crate::hcl::{Block, Expression, argument, block, commented, lines, literal, reference, template, value};
use crate::resources::ResourceType;
use crate::resources::{iam_role, iam_role_policy_attachment};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_account",
    in_snapshot: false,
    // No surface accounts for it: it gives no caller and no function access.
    arguments: &[],
};

/// The service that takes the role.
const PRINCIPAL: &str = "apigateway.amazonaws.com";

/// The role, and the setting that names it. None of them can be destroyed.
pub fn blocks(role_name: Expression) -> Vec<Block> {
    let policy = template([
        literal("arn:"),
        value("data.aws_partition.current.partition"),
        literal(":iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"),
    ]);
    let kept = || {
        block("lifecycle", [])
            .attribute(argument("prevent_destroy", true))
            .build()
    };
    vec![
        block("data", ["aws_partition", "current"]).build(),
        iam_role::TYPE
            .block("this")
            .attribute(argument("name", role_name))
            .attribute(argument(
                "assume_role_policy",
                iam_role::assume_role_policy_of(PRINCIPAL),
            ))
            .block(kept())
            .build(),
        iam_role_policy_attachment::TYPE
            .block("this")
            .attribute(argument("role", reference("aws_iam_role.this.name")))
            .attribute(argument("policy_arn", policy))
            .block(kept())
            .build(),
        TYPE.block("this")
            .attribute(argument(
                "cloudwatch_role_arn",
                reference("aws_iam_role.this.arn"),
            ))
            .attribute(commented(
                argument(
                    "depends_on",
                    lines([reference("aws_iam_role_policy_attachment.this")]),
                ),
                "AWS refuses a role without the policy.",
            ))
            .block(commented(
                kept(),
                "Without this setting, no API in the account and region can write logs.",
            ))
            .build(),
    ]
}
