//! The Lambda authorizers that a spec asks for.

use crate::lambda_authorizers::LambdaAuthorizer;
use crate::resources::api_gateway_authorizer::HEADER_SOURCE;
use crate::surface::types;

/// An authorizer.
pub(crate) fn authorizer(name: &str, authorizer: &LambdaAuthorizer) -> types::Authorizer {
    let LambdaAuthorizer {
        function,
        r#type,
        identity_sources: _, // `identity_source`
        identity_validation_expression,
        ttl_seconds,
    } = authorizer;
    let source = authorizer.identity_source();
    let header = source
        .strip_prefix(HEADER_SOURCE)
        .filter(|header| !header.contains(','));
    types::Authorizer {
        name: name.into(),
        kind: r#type.as_aws().into(),
        header: header.unwrap_or(&source).into(),
        ttl_seconds: *ttl_seconds,
        pools: Vec::new(),
        validation: identity_validation_expression.clone(),
        function: Some(function.clone()),
    }
}
