//! `aws_api_gateway_method`: a method of a path, and who may call it.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method>
//!
//! `authorization`, `authorizer_id` and `authorization_scopes` change in place.

use crate::hcl::{Block, Expression, argument, expression, precondition, reference, string};
use crate::modules::module::{Output, Variable};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{PUBLIC_METHOD, VALIDATION};
use crate::text_rule::TextRule;
use portcullis_terraform_json::rest_api::COGNITO_USER_POOLS;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_method",
    in_snapshot: true,
    arguments: &[
        ("api_key_required", Shown),
        ("authorization", Shown),
        ("authorization_scopes", Shown),
        ("authorizer_id", Shown),
        ("http_method", Shown),
        ("operation_name", Harmless),
        // They refuse requests, or name what is taken from them.
        ("request_models", Harmless),
        ("request_parameters", Harmless),
        ("request_validator_id", Harmless),
        ("resource_id", Shown),
    ],
};

/// `authorization` of a method that takes no token.
pub const PUBLIC: &str = "NONE";
/// `authorization` of a method that takes tokens of user pools.
pub const USER_POOLS: &str = COGNITO_USER_POOLS;
/// `authorization` of a method whose authorizer is a function.
pub const CUSTOM: &str = "CUSTOM";
/// The scope of each access token that a user gets by signing in with Cognito's own calls, and the only one of it:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>
pub const SIGN_IN_SCOPE: &str = "aws.cognito.signin.user.admin";
/// A scope:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html>
pub static SCOPE: TextRule = TextRule {
    must_be: "a scope of 1 to 256 characters without spaces and quotes",
    help: "write it as in `orders/read`",
    check: |text| {
        let is_of_scope = |byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
        (1..=256).contains(&text.len()) && text.bytes().all(is_of_scope)
    },
    pattern: r"^[!#-\[\]-~]{1,256}$",
};
/// `api_key_required` of a method that sets none, such as a preflight.
pub const API_KEY_REQUIRED: bool = false;

/// The arguments that say who may call a method. The module that makes it takes them as variables and returns them as
/// outputs. The call of the module sets them, and the access test compares them.
#[derive(Debug)]
pub(crate) struct Authorization {
    /// `authorization`.
    pub(crate) authorization: &'static str,
    /// `authorizer_id`.
    pub(crate) authorizer_id: Option<Expression>,
    /// `api_key_required`.
    pub(crate) api_key_required: bool,
    /// `authorization_scopes`. Without any, a token has to be an id token.
    pub(crate) authorization_scopes: Option<Expression>,
}

impl Authorization {
    /// The arguments by name. None if there is nothing to set.
    pub(crate) fn arguments(self) -> [(&'static str, Option<Expression>); 4] {
        let Self {
            authorization,
            authorizer_id,
            api_key_required,
            authorization_scopes,
        } = self;
        [
            ("authorization", Some(string(authorization))),
            ("authorizer_id", authorizer_id),
            ("authorization_scopes", authorization_scopes),
            (
                "api_key_required",
                (api_key_required != API_KEY_REQUIRED).then(|| api_key_required.into()),
            ),
        ]
    }

    /// The value of an argument of [`Self::arguments`] that is not set.
    pub(crate) fn unset(argument: &str) -> Expression {
        match argument {
            "api_key_required" => API_KEY_REQUIRED.into(),
            _ => Expression::null(),
        }
    }

    /// The variables of the module.
    pub(crate) fn variables() -> [Variable; 4] {
        [
            Variable::new("api_key_required", "bool", "True if a request needs an API key.")
                .default(API_KEY_REQUIRED.into()),
            Variable::new(
                "authorization",
                "string",
                "`NONE` if the route is public, `COGNITO_USER_POOLS` if it is for signed-in users only, `CUSTOM` if a function decides.",
            )
            .one_of([PUBLIC, USER_POOLS, CUSTOM]),
            Variable::new(
                "authorizer_id",
                "string",
                "ID of the authorizer, null if the route is public.",
            )
            .default(Expression::null()),
            Variable::new(
                "authorization_scopes",
                "set(string)",
                "Scopes of which an access token needs one, null if the route takes id tokens.",
            )
            .default(Expression::null()),
        ]
    }

    /// The outputs of the module.
    pub(crate) fn outputs() -> [Output; 4] {
        [
            Output::new(
                "api_key_required",
                "True if a request needs an API key.",
                attribute("api_key_required"),
            ),
            Output::new(
                "authorization",
                "Authorization of the route.",
                attribute("authorization"),
            ),
            Output::new(
                "authorizer_id",
                "ID of the authorizer, null if the route is public.",
                attribute("authorizer_id"),
            ),
            Output::new(
                "authorization_scopes",
                "Scopes of which an access token needs one, null if the route takes id tokens.",
                attribute("authorization_scopes"),
            ),
        ]
    }
}

/// A method that a function answers; who may call it is the caller's to say.
pub fn resource_block() -> Block {
    TYPE.block("this")
        .skips([&VALIDATION, &PUBLIC_METHOD])
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument("http_method", reference("var.http_method")))
        .attribute(argument("authorization", reference("var.authorization")))
        .attribute(argument("authorizer_id", reference("var.authorizer_id")))
        .attribute(argument(
            "authorization_scopes",
            reference("var.authorization_scopes"),
        ))
        .attribute(argument("api_key_required", reference("var.api_key_required")))
        .block(precondition(
            expression(&format!(
                "(var.authorizer_id == null) == (var.authorization == \"{PUBLIC}\")"
            )),
            string(format!(
                "`authorizer_id` must be set unless `authorization` is `{PUBLIC}`"
            )),
        ))
        .build()
}

/// The method of a preflight: browsers send it without a token, so nothing guards it.
pub fn preflight() -> Block {
    TYPE.block("this")
        .skips([&VALIDATION])
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument("http_method", string("OPTIONS")))
        .attribute(argument("authorization", string(PUBLIC)))
        .build()
}

/// An attribute of the module's method, for the resources that build on it.
pub(crate) fn attribute(name: &str) -> Expression {
    reference(format!("aws_api_gateway_method.this.{name}"))
}
