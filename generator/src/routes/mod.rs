//! Routes: which paths there are, who may call each, which function handles it.

pub(crate) mod access_test;
pub(crate) mod authorizer_module;
pub(crate) mod integration_module;
pub(crate) mod meaning;
mod path;
pub(crate) mod permissions;
pub(crate) mod requests;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_authorizers;
pub(crate) mod surface_compare;

pub use path::{Method, RoutePath, Segment};

use serde::Serialize;

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
