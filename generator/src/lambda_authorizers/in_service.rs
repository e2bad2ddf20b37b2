//! The Lambda authorizers' part of `modules/service`: `authorizers.tf`.

use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, commented, reference};
use crate::identifier::Identifier;
use crate::lambda_authorizers::LambdaAuthorizer;
use crate::resources::api_gateway_authorizer::{self, FunctionArguments};
use crate::service::Service;

/// Every authorizer.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let authorizers = service.authorizers.iter();
    authorizers
        .map(|(name, authorizer)| {
            let title = format!(
                "Authorizer {name}: function `{}` decides who may call",
                authorizer.function
            );
            commented(block(service, name, authorizer), &title)
        })
        .collect()
}

/// The address of an authorizer in the service module.
pub(crate) fn address(name: &str) -> String {
    api_gateway_authorizer::address(&Identifier::new(name))
}

/// Its id.
pub(crate) fn id(name: &str) -> Expression {
    reference(address(name) + ".id")
}

/// The block of an authorizer, which a deployment snapshots.
pub(crate) fn block(service: &Service, name: &str, authorizer: &LambdaAuthorizer) -> Block {
    let LambdaAuthorizer {
        function,
        r#type,
        identity_sources: _, // `identity_source`
        identity_validation_expression,
        ttl_seconds,
    } = authorizer;
    api_gateway_authorizer::of_function(FunctionArguments {
        label: &Identifier::new(name),
        name,
        kind: r#type.as_aws(),
        uri: functions::invoke_arn(service, function),
        identity_source: &authorizer.identity_source(),
        validation: identity_validation_expression.as_deref(),
        ttl_seconds: *ttl_seconds,
    })
}
