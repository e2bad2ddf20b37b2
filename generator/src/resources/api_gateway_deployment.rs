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
use crate::resources::Meaning::{Harmless, Secret, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_deployment",
    in_snapshot: false,
    arguments: &[
        ("created_date", Harmless),
        ("execution_arn", Harmless),
        ("invoke_url", Harmless),
        ("stage_description", Harmless),
        // If it makes another stage than the surface's, that stage is among the other arguments.
        ("stage_name", Shown),
        ("triggers", Harmless),
        ("variables", Secret),
    ],
};

/// A snapshot of everything in `depends_on`.
pub fn resource_block(
    triggers: Vec<(String, Expression)>,
    depends_on: impl IntoIterator<Item = Expression>,
) -> Block {
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(commented(
            argument("triggers", object(triggers)),
            "API Gateway serves a snapshot of the API. Each hash covers one route's settings, or settings that all routes\n\
             share. If one changes, Terraform deploys a new snapshot.",
        ))
        .attribute(argument("depends_on", lines(depends_on)))
        .block(commented(
            block("lifecycle", [])
                .attribute(argument("create_before_destroy", true))
                .build(),
            "A stage still serves the old deployment, so create the new one first.",
        ))
        .build()
}
