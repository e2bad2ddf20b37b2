//! `aws_api_gateway_method`: a method of a path, and who may call it.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method>
//!
//! `authorization` and `authorizer_id` change in place.

use crate::hcl::{Block, Expression, argument, reference, string};
use crate::resources::resource;
use crate::service::Auth;

/// AWS's word for who may call a route.
pub fn authorization(auth: Auth) -> &'static str {
    match auth {
        Auth::None => "NONE",
        Auth::UserPool => "COGNITO_USER_POOLS",
    }
}

/// A method that a function answers; who may call it is the caller's to say.
pub fn resource_block() -> Block {
    resource("aws_api_gateway_method", "this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument("http_method", reference("var.http_method")))
        .attribute(argument("authorization", reference("var.authorization")))
        .attribute(argument("authorizer_id", reference("var.authorizer_id")))
        .build()
}

/// The method of a preflight: browsers send it without a token, so nothing guards it.
pub fn preflight() -> Block {
    resource("aws_api_gateway_method", "this")
        .attribute(argument("rest_api_id", reference("var.rest_api_id")))
        .attribute(argument("resource_id", reference("var.resource_id")))
        .attribute(argument("http_method", string("OPTIONS")))
        .attribute(argument("authorization", string(authorization(Auth::None))))
        .build()
}

/// An attribute of the module's method, for the resources that build on it.
pub(crate) fn attribute(name: &str) -> Expression {
    reference(&format!("aws_api_gateway_method.this.{name}"))
}
