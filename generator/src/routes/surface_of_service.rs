//! The routes that a spec asks for.

use crate::functions::in_service as functions;
use crate::resources::{api_gateway_authorizer, api_gateway_integration, api_gateway_method, lambda_alias};
use crate::routes::{Auth, Method, Route, RoutePath};
use crate::service::Service;
use crate::surface::types::{self, Uncertain};
use crate::throttling::surface::of_spec;

/// A route.
pub(crate) fn route(
    service: &Service,
    environment: &str,
    path: &RoutePath,
    method: Method,
    route: &Route,
) -> types::Route {
    let Route {
        function,
        auth,
        scopes,
        api_key,
        throttle: _, // `throttle_of_route`
    } = route;
    types::Route {
        scopes: scopes.iter().cloned().collect(),
        api_key_required: *api_key,
        throttle: service.throttle_of_route(environment, route).map(of_spec),
        function: Some(function.clone()),
        qualifier: functions::alias(service, function).map(|_| lambda_alias::LIVE.into()),
        ..method_of(path, method.as_str(), auth, api_gateway_integration::FUNCTION)
    }
}

/// A method that no function answers yet.
pub(crate) fn method_of(path: &RoutePath, method: &str, auth: &Auth, integration: &str) -> types::Route {
    types::Route {
        path: path.to_string(),
        method: method.into(),
        auth_type: auth.authorization().into(),
        authorizer: match auth {
            Auth::None => None,
            Auth::UserPool => Some(api_gateway_authorizer::NAME.into()),
            Auth::Authorizer(name) => Some(name.clone()),
        },
        scopes: Vec::new(),
        api_key_required: api_gateway_method::API_KEY_REQUIRED,
        throttle: None,
        integration: integration.into(),
        function: None,
        qualifier: None,
        uri: None,
        cors: None,
        uncertain: Uncertain::default(),
    }
}
