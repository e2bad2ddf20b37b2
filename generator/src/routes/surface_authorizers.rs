//! Authorizers: who is let in.

use std::collections::BTreeMap;

use crate::functions::surface::Called;
use crate::surface::names::Names;
use crate::surface::resources::{Resources, optional, text, texts};
use crate::surface::types::Authorizer;
use portcullis_terraform_json::Resource;

/// Names of authorizers by their ids.
pub(crate) fn by_id(resources: &Resources<'_>) -> BTreeMap<String, String> {
    resources
        .of("aws_api_gateway_authorizer")
        .map(|authorizer| {
            (
                text(authorizer, "id").to_owned(),
                text(authorizer, "name").to_owned(),
            )
        })
        .collect()
}

/// The ARNs of the pools whose users are admitted, in the order of the authorizers' names.
pub(crate) fn pools(resources: &Resources<'_>) -> Vec<String> {
    let mut authorizers: Vec<&Resource> = resources.of("aws_api_gateway_authorizer").collect();
    authorizers.sort_by_key(|authorizer| text(authorizer, "name"));
    let pools = authorizers
        .into_iter()
        .map(|authorizer| texts(&authorizer.values["provider_arns"]));
    pools.flatten().collect()
}

/// Every authorizer of the REST API; `user_pool` is the pool that the surface describes.
pub(crate) fn authorizers(
    resources: &mut Resources<'_>,
    names: &Names,
    user_pool: Option<&Resource>,
    called: &Called,
) -> Vec<Authorizer> {
    let found: Vec<&Resource> = resources.of("aws_api_gateway_authorizer").collect();
    let mut authorizers = Vec::new();
    for authorizer in found {
        resources.account(authorizer);
        let source = text(authorizer, "identity_source");
        let mut pools: Vec<String> = texts(&authorizer.values["provider_arns"])
            .iter()
            .map(|arn| match user_pool {
                Some(pool) if text(pool, "arn") == arn => "${user_pool}".to_owned(),
                _ => names.without(arn),
            })
            .collect();
        pools.sort();
        authorizers.push(Authorizer {
            name: text(authorizer, "name").into(),
            kind: optional(authorizer, "type").unwrap_or_else(|| "TOKEN".into()),
            header: source
                .strip_prefix("method.request.header.")
                .unwrap_or(source)
                .into(),
            ttl_seconds: authorizer.values["authorizer_result_ttl_in_seconds"]
                .as_u64()
                .and_then(|seconds| u32::try_from(seconds).ok())
                .unwrap_or(300),
            pools,
            validation: optional(authorizer, "identity_validation_expression"),
            function: optional(authorizer, "authorizer_uri").map(|uri| match called.by_uri(&uri) {
                Some(called) => called.name,
                None => uri,
            }),
        });
    }
    authorizers
}
