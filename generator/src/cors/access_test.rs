//! Assertions about the requests and answers of pages of other origins.

use crate::cors::{Cors, preflight_module};
use crate::hcl::{Block, call, commented, literal, string};
use crate::modules::access_test::assertions::{is, is_deployed, is_deployed_with, must};
use crate::modules::access_test::mocked::ORIGIN;
use crate::resources::{
    api_gateway_gateway_response, api_gateway_integration, api_gateway_integration_response,
};
use crate::routes::path_resource::resource_id;
use crate::routes::{Auth, RoutePath};
use crate::service::Service;

/// The errors of the gateway.
pub(crate) fn gateway_responses(cors: &Cors) -> Block {
    let headers = preflight_module::shared_headers(cors, literal(ORIGIN));
    let responses = api_gateway_gateway_response::TYPES.map(|kind| {
        let parameters = api_gateway_gateway_response::parameters(&headers);
        is(
            format!("module.rest_api.gateway_responses.{kind}"),
            call("tomap", [parameters]),
        )
    });
    must(
        "Errors of API Gateway itself",
        "be readable for pages of the allowed origin only",
        responses
            .into_iter()
            .chain([is_deployed_with("allow_origin", ORIGIN)]),
    )
}

/// A path's preflight.
pub(crate) fn preflight(service: &Service, path: &RoutePath, cors: &Cors) -> Block {
    let name = path.identifier_of_preflight();
    let of = |attribute: &str| ["module.", name.as_str(), ".", attribute].concat();
    let methods = literal(service.preflight_methods(path, cors).join(","));
    let headers = preflight_module::headers(cors, literal(ORIGIN), methods);
    let title = format!("OPTIONS {path}");
    let block = must(
        &title,
        "be a preflight that takes no token and calls no function",
        [
            is(of("resource_id"), resource_id(path)),
            is(of("http_method"), string("OPTIONS")),
            is(of("authorization"), string(Auth::None.authorization())),
            is(of("integration_type"), string(api_gateway_integration::MOCK)),
            is(
                of("response_parameters"),
                call("tomap", [api_gateway_integration_response::parameters(&headers)]),
            ),
            is_deployed(name.as_str()),
        ],
    );
    commented(block, &title)
}
