//! `aws_api_gateway_authorizer`: who is let in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_authorizer>

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, list, reference, string};
use crate::resources::Meaning::Shown;
use crate::resources::ResourceType;
use portcullis_terraform_json::rest_api::COGNITO_USER_POOLS;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_authorizer",
    in_snapshot: true,
    arguments: &[
        ("authorizer_result_ttl_in_seconds", Shown),
        ("authorizer_uri", Shown),
        ("identity_source", Shown),
        ("identity_validation_expression", Shown),
        ("name", Shown),
        ("provider_arns", Shown),
        ("type", Shown),
    ],
};

/// The authorizer's name in API Gateway.
pub const NAME: &str = "cognito";

/// `type`.
pub const TYPE_OF_USER_POOLS: &str = COGNITO_USER_POOLS;
/// The header that holds the token.
pub const HEADER: &str = "Authorization";

/// `identity_source`.
pub fn identity_source() -> String {
    format!("method.request.header.{HEADER}")
}

/// Seconds for which a verified token is remembered:
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>
pub const TTL_SECONDS: RangeInclusive<u32> = 0..=3600;

/// Returns an authorizer that admits signed-in users of one user pool, and reads the token from `Authorization`.
pub fn resource_block(ttl_seconds: u32) -> Block {
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("name", string(NAME)))
        .attribute(argument("type", string(TYPE_OF_USER_POOLS)))
        .attribute(argument("provider_arns", list([reference("var.user_pool_arn")])))
        .attribute(argument("identity_source", string(identity_source())))
        .attribute(argument("authorizer_result_ttl_in_seconds", ttl_seconds))
        .build()
}
