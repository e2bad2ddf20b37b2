//! `aws_api_gateway_authorizer`: who is let in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_authorizer>

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, list, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::Shown;
use crate::resources::ResourceType;
use crate::text_rule::TextRule;
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
/// The beginning of an identity source that is a header.
pub const HEADER_SOURCE: &str = "method.request.header.";
/// The identity source of an authorizer that names none.
pub const DEFAULT_IDENTITY_SOURCE: &str = "method.request.header.Authorization";

/// An identity source of a Lambda authorizer. Headers and parameters have the characters of HTTP's tokens:
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>
pub static IDENTITY_SOURCE: TextRule = TextRule {
    must_be: "a header, a query parameter, a stage variable or a context variable of API Gateway",
    help: "write it as in `method.request.header.X-Key` or `method.request.querystring.key`",
    check: |text| {
        let places = [
            "method.request.header.",
            "method.request.querystring.",
            "stageVariables.",
            "context.",
        ];
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let name = places.iter().find_map(|place| text.strip_prefix(place));
        name.is_some_and(|name| (1..=128).contains(&name.len()) && name.bytes().all(is_of_name))
    },
    pattern: r"^(method\.request\.(header|querystring)|stageVariables|context)\.[A-Za-z0-9._-]{1,128}$",
};

/// The regular expression that a token has to match. It becomes a text of Terraform.
pub static VALIDATION_EXPRESSION: TextRule = TextRule {
    must_be: "a regular expression of 1 to 1024 printable characters",
    help: "write it as in `Bearer [A-Za-z0-9._-]+`",
    check: |text| (1..=1024).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
    pattern: "^[ -~]{1,1024}$",
};

/// `identity_source`.
pub fn identity_source() -> String {
    format!("{HEADER_SOURCE}{HEADER}")
}

/// The address of a Lambda authorizer in its module.
pub(crate) fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}

/// The arguments of a Lambda authorizer.
pub(crate) struct FunctionArguments<'a> {
    /// Its name in Terraform.
    pub(crate) label: &'a Identifier,
    /// Its name in API Gateway.
    pub(crate) name: &'a str,
    /// `type`.
    pub(crate) kind: &'a str,
    /// The ARN by which API Gateway invokes the function.
    pub(crate) uri: Expression,
    /// Mapping expressions with commas.
    pub(crate) identity_source: &'a str,
    /// The regular expression of tokens.
    pub(crate) validation: Option<&'a str>,
    /// Seconds for which a policy is kept.
    pub(crate) ttl_seconds: u32,
}

/// Returns an authorizer whose function decides. Terraform deletes it after it has changed the methods that named it, because
/// the deployment, which is created before it is destroyed, depends on both. Before that, API Gateway would refuse:
/// <https://github.com/hashicorp/terraform-provider-aws/issues/41401>
pub(crate) fn of_function(arguments: FunctionArguments<'_>) -> Block {
    let FunctionArguments {
        label,
        name,
        kind,
        uri,
        identity_source,
        validation,
        ttl_seconds,
    } = arguments;
    TYPE.block(label.as_str())
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("name", string(name)))
        .attribute(argument("type", string(kind)))
        .attribute(argument("authorizer_uri", uri))
        .attribute(argument("identity_source", string(identity_source)))
        .attributes(
            validation.map(|expression| argument("identity_validation_expression", string(expression))),
        )
        .attribute(argument("authorizer_result_ttl_in_seconds", ttl_seconds))
        .build()
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
