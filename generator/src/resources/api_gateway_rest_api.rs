//! `aws_api_gateway_rest_api`: the API itself.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api>

use crate::hcl::{Block, Expression, argument, block, list, string};
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::REPLACED_API;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_rest_api",
    in_snapshot: false,
    arguments: &[
        ("api_key_source", Default("\"HEADER\"")),
        ("binary_media_types", Harmless),
        ("body", Shown),
        ("created_date", Harmless),
        ("endpoint_configuration.ip_address_type", Harmless),
        ("endpoint_configuration.types", Shown),
        ("execution_arn", Harmless),
        ("fail_on_warnings", Harmless),
        ("minimum_compression_size", Harmless),
        ("name", Shown),
        // Rules for reading a body.
        ("parameters", Harmless),
        ("put_rest_api_mode", Harmless),
        ("root_resource_id", Harmless),
    ],
};

/// The name of an API: <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateRestApi.html>
pub static NAME: TextRule = TextRule {
    must_be: "1 to 1024 characters",
    help: "write it as in `shop-{environment}`",
    check: |name| !name.trim().is_empty() && name.chars().count() <= 1024,
    pattern: r"^(?=[\s\S]*\S)[\s\S]{1,1024}$",
};

/// `endpoint_configuration.types`.
pub const ENDPOINT: &str = "REGIONAL";

/// A regional API.
pub fn resource_block(name: Expression) -> Block {
    TYPE.block("this")
        .skips([&REPLACED_API])
        .attribute(argument("name", name))
        .block(
            block("endpoint_configuration", [])
                .attribute(argument("types", list([string(ENDPOINT)])))
                .build(),
        )
        .build()
}
