//! `aws_lambda_provisioned_concurrency_config`: environments of a function that Lambda keeps ready.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_provisioned_concurrency_config>
//! They belong to a version or an alias, never to `$LATEST`:
//! <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, commented, expression, reference};
use crate::identifier::Identifier;
use crate::resources::{ResourceType, lambda_alias};

/// The type. It gives no access, so no surface accounts for it.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_provisioned_concurrency_config",
    in_snapshot: false,
    arguments: &[],
};

/// The number of environments. The account's own limit is the upper bound, which AWS raises on request.
pub const PROVISIONED: RangeInclusive<u32> = 1..=100_000;

/// As many for an alias as a variable says. Of 0 there is none: AWS takes 1 at least.
pub fn resource_block(alias: &Identifier, variable: &str) -> Block {
    TYPE.block(alias.as_str())
        .attribute(commented(
            argument("count", expression(&format!("var.{variable} == 0 ? 0 : 1"))),
            "AWS takes no 0.",
        ))
        .attribute(argument(
            "function_name",
            lambda_alias::attribute(alias, "function_name"),
        ))
        .attribute(argument("qualifier", lambda_alias::attribute(alias, "name")))
        .attribute(argument(
            "provisioned_concurrent_executions",
            reference(format!("var.{variable}")),
        ))
        .build()
}
