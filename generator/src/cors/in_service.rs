//! CORS' part of `modules/service`: a preflight for each path.

use crate::cors::Cors;
use crate::hcl::{Block, argument, list, reference, string};
use crate::modules::module::module_call;
use crate::routes::RoutePath;
use crate::routes::path_resource::resource_id;
use crate::service::Service;

/// The call for a path's preflight.
pub(crate) fn call(service: &Service, path: &RoutePath, cors: &Cors) -> Block {
    let methods = service.preflight_methods(path, cors);
    module_call(path.identifier_of_preflight().as_str(), "preflight")
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument("resource_id", resource_id(path)))
        .attribute(argument("allow_origin", reference("var.allow_origin")))
        .attribute(argument("allow_methods", list(methods.into_iter().map(string))))
        .build()
}
