//! `aws_api_gateway_rest_api`: the API itself.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api>

use crate::hcl::{Block, argument, block, list, string};
use crate::resources::resource;

/// A regional API.
pub fn resource_block(name: &str) -> Block {
    resource("aws_api_gateway_rest_api", "this")
        .attribute(argument("name", string(name)))
        .block(
            block("endpoint_configuration", [])
                .attribute(argument("types", list([string("REGIONAL")])))
                .build(),
        )
        .build()
}
