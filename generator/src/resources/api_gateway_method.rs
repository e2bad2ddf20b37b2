//! `aws_api_gateway_method`: a method of a path, and who may call it.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method>
//!
//! `authorization` and `authorizer_id` change in place.

use crate::hcl::{Block, Expression, argument, expression, precondition, reference, string};
use crate::modules::module::{Output, Variable};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
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
/// `authorization_scopes`, which no block here sets: with none, a token has to be an id token.
pub const SCOPES: [&str; 0] = [];
/// `api_key_required`, which no block here sets.
pub const API_KEY_REQUIRED: bool = false;

/// The arguments that say who may call a method. The module that makes it takes them as variables and returns them as
/// outputs. The call of the module sets them, and the access test compares them.
#[derive(Debug)]
pub(crate) struct Authorization {
    /// `authorization`.
    pub(crate) authorization: &'static str,
    /// `authorizer_id`.
    pub(crate) authorizer_id: Option<Expression>,
}

impl Authorization {
    /// The arguments by name. None if there is nothing to set.
    pub(crate) fn arguments(self) -> [(&'static str, Option<Expression>); 2] {
        let Self {
            authorization,
            authorizer_id,
        } = self;
        [
            ("authorization", Some(string(authorization))),
            ("authorizer_id", authorizer_id),
        ]
    }

    /// The variables of the module.
    pub(crate) fn variables() -> [Variable; 2] {
        [
            Variable::new(
                "authorization",
                "string",
                "`NONE` if the route is public, `COGNITO_USER_POOLS` if it is for signed-in users only.",
            )
            .one_of([PUBLIC, USER_POOLS]),
            Variable::new(
                "authorizer_id",
                "string",
                "ID of the authorizer, null if the route is public.",
            )
            .default(Expression::null()),
        ]
    }

    /// The outputs of the module.
    pub(crate) fn outputs() -> [Output; 2] {
        [
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
        ]
    }
}

/// A method that a function answers; who may call it is the caller's to say.
pub fn resource_block() -> Block {
    TYPE.block("this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument("http_method", reference("var.http_method")))
        .attribute(argument("authorization", reference("var.authorization")))
        .attribute(argument("authorizer_id", reference("var.authorizer_id")))
        .block(precondition(
            expression(&format!(
                "(var.authorizer_id != null) == (var.authorization == \"{USER_POOLS}\")"
            )),
            string(format!(
                "`authorizer_id` must be set if and only if `authorization` is `{USER_POOLS}`"
            )),
        ))
        .build()
}

/// The method of a preflight: browsers send it without a token, so nothing guards it.
pub fn preflight() -> Block {
    TYPE.block("this")
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
