//! `aws_api_gateway_usage_plan_key`: an API key in a usage plan.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_usage_plan_key>
//!
//! Each argument forces a new resource. AWS lets a key into a stage by one plan only, so a key that moves leaves its old plan
//! first, as Terraform does it by default.

use crate::hcl::{Block, argument, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, api_gateway_api_key, api_gateway_usage_plan};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_usage_plan_key",
    in_snapshot: false,
    arguments: &[
        ("key_id", Shown),
        ("key_type", Shown),
        ("name", Harmless),
        ("usage_plan_id", Shown),
        // The key's.
        ("value", Harmless),
    ],
};

/// `key_type`, whose only value this is.
const API_KEY: &str = "API_KEY";

/// A key in a plan.
pub(crate) fn resource_block(key: &Identifier, plan: &Identifier) -> Block {
    let id = |address: String| reference(format!("{address}.id"));
    TYPE.block(key.as_str())
        .attribute(argument("key_id", id(api_gateway_api_key::address(key))))
        .attribute(argument("key_type", string(API_KEY)))
        .attribute(argument(
            "usage_plan_id",
            id(api_gateway_usage_plan::address(plan)),
        ))
        .build()
}

/// The address of a key in its plan.
pub(crate) fn address(key: &Identifier) -> String {
    format!("{}.{key}", TYPE.name)
}
