//! `aws_api_gateway_deployment`: the snapshot that a stage serves.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_deployment>
//!
//! A deployment never changes; a new one is made when `triggers` differ. They are a map, one entry a route and one
//! a shared setting, so that two pull requests merge; each is a literal hash over exactly what the snapshot holds,
//! so that a provider upgrade does not redeploy
//! (<https://github.com/hashicorp/terraform-provider-aws/issues/28997>) and no change is missed
//! (<https://github.com/hashicorp/terraform-provider-aws/issues/162>).

use crate::hcl::{Block, Expression, argument, block, commented, lines, object, reference};
use crate::resources::resource;

/// Resource types that a deployment snapshots. Terraform deletes what is gone only after it has taken the new
/// snapshot, because the old one depended on it; a second deployment then leaves it out.
pub const SNAPSHOT: [&str; 7] = [
    "aws_api_gateway_authorizer",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_integration",
    "aws_api_gateway_integration_response",
    "aws_api_gateway_method",
    "aws_api_gateway_method_response",
    "aws_api_gateway_resource",
];

/// A snapshot of everything in `depends_on`.
pub fn resource_block(
    triggers: Vec<(String, Expression)>,
    depends_on: impl IntoIterator<Item = Expression>,
) -> Block {
    resource("aws_api_gateway_deployment", "this")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(commented(
            argument("triggers", object(triggers)),
            "A hash of what the snapshot holds of each; a changed one makes a new deployment.",
        ))
        .attribute(argument("depends_on", lines(depends_on)))
        .block(commented(
            block("lifecycle", [])
                .attribute(argument("create_before_destroy", true))
                .build(),
            "A deployment can't be deleted while a stage serves it.",
        ))
        .build()
}
