//! The API that a spec asks for.

use crate::api::Api;
use crate::environments::name_in;
use crate::resources::api_gateway_rest_api;
use crate::surface::types;

/// The API in an environment.
pub(crate) fn api(api: &Api, environment: &str) -> types::Api {
    let Api {
        name,
        stage,
        authorizer_ttl_seconds: _, // of the authorizer
        max_timeout_seconds: _,    // opens nothing
        throttle: _,               // of each route
        cors: _,                   // the preflights and the gateway's responses
        access_logs: _,            // open nothing
    } = api;
    types::Api {
        name: types::composed(&name_in(name, environment)),
        stage: stage.clone(),
        other_stages: Vec::new(),
        endpoint: api_gateway_rest_api::ENDPOINT.into(),
    }
}
