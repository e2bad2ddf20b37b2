//! The rights of pages of other origins, from a spec's CORS.

use std::collections::BTreeMap;

use crate::cors::Cors;
use crate::resources::{api_gateway_gateway_response, api_gateway_integration};
use crate::routes::surface_of_service::method_of;
use crate::routes::{Auth, RoutePath};
use crate::service::Service;
use crate::surface::types::{GatewayResponse, Preflight, Route};
use crate::throttling::surface::of_spec;

/// A path's preflight, in an environment whose pages are of this origin.
pub(crate) fn preflight(
    service: &Service,
    environment: &str,
    path: &RoutePath,
    cors: &Cors,
    allow_origin: &str,
) -> Route {
    let Cors {
        allow_methods: _, // those of the path
        allow_headers,
        allow_credentials,
        max_age_seconds,
    } = cors;
    Route {
        cors: Some(Preflight {
            allow_origin: allow_origin.into(),
            allow_methods: service.preflight_methods(path, cors),
            allow_headers: allow_headers.clone(),
            allow_credentials: *allow_credentials,
            max_age_seconds: *max_age_seconds,
            other_headers: BTreeMap::new(),
        }),
        throttle: service.throttle_of_stage(environment).map(of_spec),
        ..method_of(path, "OPTIONS", &Auth::None, api_gateway_integration::MOCK)
    }
}

/// Returns the gateway's own answers with CORS.
pub(crate) fn gateway_responses(cors: &Cors, allow_origin: &str) -> Vec<GatewayResponse> {
    let Cors {
        allow_methods: _, // an error carries none
        allow_headers,
        allow_credentials,
        max_age_seconds: _, // of preflights
    } = cors;
    let quoted = |text: &str| format!("'{text}'");
    let mut headers = BTreeMap::from([
        (
            "Access-Control-Allow-Headers".to_owned(),
            quoted(&allow_headers.join(",")),
        ),
        ("Access-Control-Allow-Origin".to_owned(), quoted(allow_origin)),
    ]);
    if *allow_credentials {
        headers.insert("Access-Control-Allow-Credentials".to_owned(), quoted("true"));
    }
    let response = |kind: &str| GatewayResponse {
        kind: kind.into(),
        status: None,
        headers: headers.clone(),
        templates: BTreeMap::new(),
    };
    api_gateway_gateway_response::TYPES.map(response).to_vec()
}
