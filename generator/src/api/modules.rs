//! The modules of the API, its authorizer and its routes.

use crate::api::{Api, module};
use crate::authorizer::{self, Authorizer};
use crate::cors::preflight_module;
use crate::modules::module::Module;
use crate::routes::integration_module;
use crate::service::Service;

/// The modules of this room, and those of the routes, which an API's settings are in.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    let Api {
        name: _,                   // a variable of `rest_api`: it may hold the environment's
        stage: _,                  // a resource of `modules/service`
        authorizer_ttl_seconds: _, // of the authorizer
        max_timeout_seconds,
        throttle: _, // a resource of `modules/service`
        cors,
        access_logs: _, // of `modules/service` and the account
    } = &service.api;
    let mut modules = vec![
        module::module(cors.as_ref()),
        integration_module::module(*max_timeout_seconds),
    ];
    modules.extend(Authorizer::of(service).map(authorizer::module::module));
    modules.extend(cors.as_ref().map(preflight_module::module));
    modules
}
