//! The REST API: its name, its stage, and how long it waits.

pub(crate) mod access_test;
pub(crate) mod deployment;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod surface_of_service;

use serde::Serialize;

use crate::cors::{Cors, preflight_module};
use crate::modules::module::Module;
use crate::routes::{authorizer_module, integration_module};
use crate::service::Service;

/// The REST API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Api {
    /// The name that the API Gateway console shows.
    pub name: String,
    /// Name of the stage.
    pub stage: String,
    /// Seconds for which API Gateway remembers a verified token.
    pub authorizer_ttl_seconds: u32,
    /// Seconds that API Gateway waits for a function, if the account's quota was raised.
    pub max_timeout_seconds: Option<u32>,
    /// CORS, where the spec asks for it. The origin is the environment's.
    pub cors: Option<Cors>,
}

/// The modules of this room, and those of the routes, which an API's settings are in.
pub(crate) fn modules(service: &Service) -> Vec<Module> {
    let Api {
        name: _,  // a variable of `rest_api`: it may hold the environment's
        stage: _, // a resource of `modules/service`
        authorizer_ttl_seconds,
        max_timeout_seconds,
        cors,
    } = &service.api;
    let mut modules = vec![
        module::module(cors.as_ref()),
        integration_module::module(*max_timeout_seconds),
    ];
    let authorizer = service.user_pool.as_ref();
    modules.extend(authorizer.map(|_| authorizer_module::module(*authorizer_ttl_seconds)));
    modules.extend(cors.as_ref().map(preflight_module::module));
    modules
}
