//! What pages of other origins may send and read.

use crate::cors::{Cors, in_service, preflight_module};
use crate::hcl::{Block, call, commented, literal, string};
use crate::modules::access_test::words::{ORIGIN, is, is_deployed, says};
use crate::resources::{
    api_gateway_gateway_response, api_gateway_integration, api_gateway_integration_response,
};
use crate::routes::in_service::resource_id;
use crate::routes::{Auth, RoutePath};
use crate::service::Service;

/// The errors of the gateway.
pub(crate) fn gateway_responses(cors: &Cors) -> Block {
    let headers = preflight_module::shared_headers(cors, literal(ORIGIN));
    says(
        "the gateway's own errors",
        "pages of this origin may read them, and no others",
        api_gateway_gateway_response::TYPES.map(|kind| {
            let parameters = api_gateway_gateway_response::parameters(&headers);
            is(
                &format!("module.rest_api.gateway_responses.{kind}"),
                call("tomap", [parameters]),
            )
        }),
    )
}

/// A path's preflight.
pub(crate) fn preflight(service: &Service, path: &RoutePath, cors: &Cors) -> Block {
    let name = in_service::name(path);
    let of = |attribute: &str| format!("module.{name}.{attribute}");
    let methods = literal(service.preflight_methods(path, cors).join(","));
    let headers = preflight_module::headers(cors, literal(ORIGIN), methods);
    let title = format!("OPTIONS {path}");
    let block = says(
        &title,
        "the preflight, without a token and without a function",
        [
            is(&of("resource_id"), resource_id(path)),
            is(&of("http_method"), string("OPTIONS")),
            is(&of("authorization"), string(Auth::None.authorization())),
            is(&of("integration_type"), string(api_gateway_integration::MOCK)),
            is(
                &of("response_parameters"),
                call("tomap", [api_gateway_integration_response::parameters(&headers)]),
            ),
            is_deployed(name.as_str()),
        ],
    );
    commented(block, &title)
}
