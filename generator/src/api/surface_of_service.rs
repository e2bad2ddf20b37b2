//! The API and the gate that a spec asks for.

use crate::api::Api;
use crate::environments::name_in;
use crate::resources::{api_gateway_authorizer, api_gateway_rest_api};
use crate::surface::types::{self, Authorizer};

/// The API in an environment, and the authorizer that admits the users of a pool.
pub(crate) fn api(api: &Api, environment: &str, pool: Option<String>) -> (types::Api, Option<Authorizer>) {
    let Api {
        name,
        stage,
        authorizer_ttl_seconds,
        max_timeout_seconds: _, // opens nothing
        cors: _,                // the preflights and the gateway's responses
    } = api;
    let api = types::Api {
        name: types::composed(&name_in(name, environment)),
        stage: stage.clone(),
        other_stages: Vec::new(),
        endpoint: api_gateway_rest_api::ENDPOINT.into(),
    };
    let authorizer = pool.map(|pool| Authorizer {
        name: api_gateway_authorizer::NAME.into(),
        kind: api_gateway_authorizer::TYPE_OF_USER_POOLS.into(),
        header: api_gateway_authorizer::HEADER.into(),
        ttl_seconds: *authorizer_ttl_seconds,
        pools: vec![pool],
        validation: None,
        function: None,
    });
    (api, authorizer)
}
