//! Authorizers of resources, and the users that they admit.

use std::collections::BTreeMap;

use crate::functions::surface::Called;
use crate::surface::names::Names;
use crate::surface::resources::Resources;
use crate::surface::types::Authorizer;
use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::index::Part;
use portcullis_terraform_json::rest_api::{Snapshot, TokenSource};

/// Names of authorizers by their ids.
pub(crate) fn by_id(snapshot: &Snapshot<'_>) -> BTreeMap<String, String> {
    let authorizers = snapshot.authorizers.iter();
    authorizers
        .map(|authorizer| (authorizer.id.clone(), authorizer.name.clone()))
        .collect()
}

/// The ARNs of the pools whose users are admitted, in the order of the authorizers' names.
pub(crate) fn pools(snapshot: &Snapshot<'_>) -> Vec<String> {
    let mut authorizers: Vec<_> = snapshot.authorizers.iter().collect();
    authorizers.sort_by_key(|authorizer| &authorizer.name);
    let pools = authorizers
        .into_iter()
        .map(|authorizer| authorizer.provider_arns.clone());
    pools.flatten().collect()
}

/// Every authorizer of the REST API; `user_pool` is the pool that the surface describes.
pub(crate) fn authorizers<'a>(
    resources: &mut Resources<'a>,
    snapshot: &Snapshot<'a>,
    names: &Names,
    user_pool: Option<&UserPool>,
    called: &Called,
) -> Vec<Authorizer> {
    let pools: Vec<Part<UserPool>> = resources.index.parts();
    let is_managed = |arn: &str| pools.iter().any(|pool| pool.arn == arn);
    let mut authorizers = Vec::new();
    for authorizer in &snapshot.authorizers {
        resources.account(authorizer.resource);
        let mut pools: Vec<String> = authorizer
            .provider_arns
            .iter()
            .map(|arn| match user_pool {
                Some(pool) if pool.arn == *arn => "${user_pool}".to_owned(),
                // Readers need to see the existing pool of each environment, and the spec has its ARN.
                _ if !is_managed(arn) => arn.clone(),
                _ => names.without(arn),
            })
            .collect();
        pools.sort();
        let (TokenSource::Header(source) | TokenSource::Other(source)) = authorizer.token_source();
        let uri = authorizer.authorizer_uri.as_ref();
        authorizers.push(Authorizer {
            name: authorizer.name.clone(),
            kind: authorizer.kind().to_owned(),
            header: source.to_owned(),
            ttl_seconds: authorizer.ttl_seconds(),
            pools,
            validation: authorizer.identity_validation_expression.clone(),
            function: uri.map(|uri| match called.by_uri(uri) {
                Some(called) => called.name,
                None => uri.clone(),
            }),
        });
    }
    authorizers
}
