//! Assertions about the functions that decide who may call.

use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, commented, string};
use crate::identifier::Identifier;
use crate::lambda_authorizers::LambdaAuthorizer;
use crate::lambda_authorizers::in_service::address;
use crate::modules::access_test::assertions::{is, is_deployed, must};
use crate::service::Service;

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let authorizers = service.authorizers.iter();
    authorizers
        .map(|(name, authorizer)| self::authorizer(service, name, authorizer))
        .collect()
}

fn authorizer(service: &Service, name: &str, authorizer: &LambdaAuthorizer) -> Block {
    let LambdaAuthorizer {
        function,
        r#type,
        identity_sources: _, // `identity_source`
        identity_validation_expression,
        ttl_seconds,
    } = authorizer;
    let of = |argument: &str| format!("{}.{argument}", address(name));
    let validation = identity_validation_expression.as_ref();
    let title = format!("Authorizer {name}");
    let block = must(
        &format!("The authorizer `{name}`"),
        &format!("ask the function `{function}`, and about what the spec says"),
        [
            is(of("type"), string(r#type.as_aws())),
            is(of("authorizer_uri"), functions::invoke_arn(service, function)),
            is(of("identity_source"), string(authorizer.identity_source())),
            is(
                of("identity_validation_expression"),
                validation.map_or_else(Expression::null, string),
            ),
            is(of("authorizer_result_ttl_in_seconds"), *ttl_seconds),
            is_deployed(trigger(name).as_str()),
        ],
    );
    commented(block, &title)
}

/// The key of an authorizer among the triggers of a deployment. Routes' keys begin with their method.
pub(crate) fn trigger(name: &str) -> Identifier {
    Identifier::new(name).prefixed("authorizer")
}
