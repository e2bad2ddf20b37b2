//! Routes: which paths there are, who may call each, which function handles it.

pub(crate) mod access_test;
pub(crate) mod authorizer_module;
pub(crate) mod in_service;
pub(crate) mod integration_module;
pub(crate) mod meaning;
mod path;
pub(crate) mod permissions;
pub(crate) mod picture;
pub(crate) mod requests;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_authorizers;
pub(crate) mod surface_compare;
pub(crate) mod surface_of_service;

pub use path::{Method, RoutePath, Segment};

use serde::Serialize;

use crate::resources::api_gateway_method;

/// What answers a path and method, and for whom.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Name of the function that answers.
    pub function: String,
    /// Who may call.
    pub auth: Auth,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Anyone.
    None,
    /// Who signed in to the user pool.
    UserPool,
}

impl Auth {
    /// AWS's word for it.
    pub(crate) fn authorization(self) -> &'static str {
        match self {
            Self::None => api_gateway_method::PUBLIC,
            Self::UserPool => api_gateway_method::USER_POOLS,
        }
    }
}
