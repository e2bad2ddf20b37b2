//! `aws_api_gateway_rest_api`: the API itself.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_rest_api>

use crate::hcl::{Block, Expression, argument, block, list, string};
use crate::resources::resource;

/// `endpoint_configuration.types`.
pub const ENDPOINT: &str = "REGIONAL";

/// A regional API.
pub fn resource_block(name: Expression) -> Block {
    resource("aws_api_gateway_rest_api", "this")
        .attribute(argument("name", name))
        .block(
            block("endpoint_configuration", [])
                .attribute(argument("types", list([string(ENDPOINT)])))
                .build(),
        )
        .build()
}
