//! `aws_api_gateway_gateway_response`: what the gateway itself answers when no function is asked.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_gateway_response>
//!
//! `DEFAULT_4XX` and `DEFAULT_5XX` stand for every type that has no response of its own, and leave status and
//! body as they are: <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>

use crate::hcl::{Block, Expression, argument, object, reference, string};
use crate::resources::Meaning::Shown;
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_gateway_response",
    in_snapshot: true,
    arguments: &[
        ("response_parameters", Shown),
        ("response_templates", Shown),
        ("response_type", Shown),
        ("status_code", Shown),
    ],
};

/// The types that together cover every error of the gateway's.
pub const TYPES: [&str; 2] = ["DEFAULT_4XX", "DEFAULT_5XX"];

/// Headers on every error of a type, given as the header's name and a static value in single quotes.
pub fn resource_block(response_type: &str, headers: &[(&'static str, Expression)]) -> Block {
    TYPE.block(&response_type.to_lowercase())
        .attribute(argument(
            "rest_api_id",
            reference("aws_api_gateway_rest_api.this.id"),
        ))
        .attribute(argument("response_type", string(response_type)))
        .attribute(argument("response_parameters", parameters(headers)))
        .build()
}

/// The headers as `response_parameters`.
pub fn parameters(headers: &[(&'static str, Expression)]) -> Expression {
    object(
        headers
            .iter()
            .map(|(name, value)| (format!("gatewayresponse.header.{name}"), value.clone())),
    )
}
