//! `aws_api_gateway_integration`: what answers a method.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_integration>
//!
//! `uri` changes in place, so another function may answer a route. `type` and `integration_http_method` force a
//! new resource under the same key and are constant here.

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, object, reference, string};
use crate::resources::Meaning::{Default, Harmless, Secret, Shown};
use crate::resources::{ResourceType, api_gateway_method};
use portcullis_terraform_json::rest_api::DEFAULT_TIMEOUT_MILLISECONDS;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_integration",
    in_snapshot: true,
    arguments: &[
        ("cache_key_parameters", Harmless),
        ("cache_namespace", Harmless),
        ("connection_type", Default("\"INTERNET\"")),
        ("content_handling", Harmless),
        ("http_method", Shown),
        // A function is asked by `POST` or not at all.
        ("integration_http_method", Harmless),
        ("passthrough_behavior", Harmless),
        ("request_parameters", Secret),
        ("request_templates", Secret),
        ("resource_id", Shown),
        ("timeout_milliseconds", Harmless),
        ("type", Shown),
        ("uri", Shown),
    ],
};

/// Seconds that API Gateway waits for an integration, unless the quota of the account was raised:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
pub const TIMEOUT_SECONDS: u32 = (DEFAULT_TIMEOUT_MILLISECONDS / 1_000) as u32;

/// Seconds to which the quota "Maximum integration timeout in milliseconds" can be raised, since June 2024 and for
/// Regional and private APIs: <https://aws.amazon.com/about-aws/whats-new/2024/06/amazon-api-gateway-integration-timeout-limit-29-seconds/>.
/// The provider takes up to five minutes.
pub const RAISED_TIMEOUT_SECONDS: RangeInclusive<u32> = TIMEOUT_SECONDS..=300;

/// `type` of a function that receives the whole request.
pub const FUNCTION: &str = "AWS_PROXY";
/// `type` of a fixed answer.
pub const MOCK: &str = "MOCK";

/// A function that receives the whole request. Lambda is always invoked by `POST`:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
pub fn resource_block(max_timeout_seconds: Option<u32>) -> Block {
    let integration = TYPE
        .block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument(
            "http_method",
            api_gateway_method::attribute("http_method"),
        ))
        .attribute(argument("type", string(FUNCTION)))
        .attribute(argument("integration_http_method", string("POST")))
        .attribute(argument("uri", reference("var.uri")));
    match max_timeout_seconds {
        Some(seconds) => integration.attribute(argument("timeout_milliseconds", seconds * 1000)),
        None => integration,
    }
    .build()
}

/// The mock that answers a preflight without asking a function.
pub fn preflight() -> Block {
    let template = format!(
        "{{\"statusCode\": {}}}",
        super::api_gateway_method_response::PREFLIGHT_STATUS
    );
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument(
            "http_method",
            api_gateway_method::attribute("http_method"),
        ))
        .attribute(argument("type", string(MOCK)))
        .attribute(argument(
            "request_templates",
            object([("application/json", string(template))]),
        ))
        .build()
}
