//! `aws_api_gateway_integration_response`: the headers of a mock's answer.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_integration_response>

use crate::hcl::{Block, Expression, argument, lines, object, reference};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, api_gateway_method};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_integration_response",
    in_snapshot: true,
    arguments: &[
        ("content_handling", Harmless),
        ("http_method", Shown),
        ("resource_id", Shown),
        ("response_parameters", Shown),
        // Bodies of a mock's answer.
        ("response_templates", Harmless),
        ("selection_pattern", Harmless),
        ("status_code", Harmless),
    ],
};

/// The answer to a preflight. Each value is static and stands in single quotes:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-cors.html>
pub fn preflight(headers: &[(&'static str, Expression)]) -> Block {
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument(
            "http_method",
            api_gateway_method::attribute("http_method"),
        ))
        .attribute(argument(
            "status_code",
            reference("aws_api_gateway_method_response.this.status_code"),
        ))
        .attribute(argument("response_parameters", parameters(headers)))
        .attribute(argument(
            "depends_on",
            lines([reference("aws_api_gateway_integration.this")]),
        ))
        .build()
}

/// The headers as `response_parameters`.
pub fn parameters(headers: &[(&'static str, Expression)]) -> Expression {
    object(
        headers
            .iter()
            .map(|(name, value)| (format!("method.response.header.{name}"), value.clone())),
    )
}
