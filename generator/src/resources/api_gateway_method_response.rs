//! `aws_api_gateway_method_response`: which headers an answer may carry.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_response>

use crate::hcl::{Block, Expression, argument, object, reference, string};
use crate::resources::Meaning::Harmless;
use crate::resources::{ResourceType, api_gateway_method};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_method_response",
    in_snapshot: true,
    // They name headers and models of answers.
    arguments: &[
        ("http_method", Harmless),
        ("resource_id", Harmless),
        ("response_models", Harmless),
        ("response_parameters", Harmless),
        ("status_code", Harmless),
    ],
};

/// The status of a preflight: an answer without a body.
pub const PREFLIGHT_STATUS: &str = "204";

/// Declares the headers of a preflight's answer.
pub fn preflight(headers: &[(&'static str, Expression)]) -> Block {
    let parameters = headers
        .iter()
        .map(|(name, _)| (format!("method.response.header.{name}"), Expression::from(true)));
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument(
            "http_method",
            api_gateway_method::attribute("http_method"),
        ))
        .attribute(argument("status_code", string(PREFLIGHT_STATUS)))
        .attribute(argument("response_parameters", object(parameters)))
        .build()
}
