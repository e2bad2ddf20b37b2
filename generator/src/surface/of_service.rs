//! The surface that a spec asks for.

use crate::resources::{api_gateway_authorizer, api_gateway_method};
use crate::service::{Auth, Environment, Service};
use crate::surface::{Api, Authorizer, FORMAT, Preflight, Route, Surface};

/// The surface of a service in one of its environments.
pub fn of_service(service: &Service, environment: &Environment) -> Surface {
    let mut routes: Vec<Route> = service
        .routes
        .iter()
        .map(|((path, method), route)| Route {
            path: path.to_string(),
            method: method.as_str().into(),
            auth_type: api_gateway_method::authorization(route.auth).into(),
            authorizer: (route.auth == Auth::UserPool).then(|| api_gateway_authorizer::NAME.into()),
            scopes: Vec::new(),
            api_key_required: false,
            integration: "AWS_PROXY".into(),
            function: Some(route.function.clone()),
            cors: None,
        })
        .collect();
    if let Some(cors) = &service.api.cors {
        routes.extend(service.paths().into_iter().map(|path| Route {
            path: path.to_string(),
            method: "OPTIONS".into(),
            auth_type: api_gateway_method::authorization(Auth::None).into(),
            authorizer: None,
            scopes: Vec::new(),
            api_key_required: false,
            integration: "MOCK".into(),
            function: None,
            cors: Some(Preflight {
                allow_origin: environment.allow_origin.clone(),
                allow_methods: service.preflight_methods(path, cors),
                allow_headers: cors.allow_headers.clone(),
            }),
        }));
    }
    Surface {
        format: FORMAT,
        api: Api {
            name: service.api.name.clone(),
            stage: service.api.stage.clone(),
            endpoint: "REGIONAL".into(),
        },
        authorizers: vec![Authorizer {
            name: api_gateway_authorizer::NAME.into(),
            kind: "COGNITO_USER_POOLS".into(),
            header: "Authorization".into(),
            ttl_seconds: service.api.authorizer_ttl_seconds,
        }],
        routes,
    }
    .sorted()
}
