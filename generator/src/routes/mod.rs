//! Routes: which paths there are, who may call each, which function handles it.

pub(crate) mod access_test;
mod by_path;
pub(crate) mod in_service;
pub(crate) mod integration_module;
pub(crate) mod keys;
pub(crate) mod meaning;
mod path;
pub(crate) mod path_resource;
pub(crate) mod permissions;
pub(crate) mod picture;
pub(crate) mod review;
mod route;
pub(crate) mod route_key;
pub(crate) mod shifted_requests;
pub(crate) mod steps;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

pub use by_path::Routes;
pub use path::{Method, RoutePath, Segment};
pub use route::Route;

use crate::resources::api_gateway_method;
use crate::spec::declaration::choices;
use crate::text_rule::TextRule;

choices! {
    /// Callers of a route.
    Auth {
        /// Public: no token is needed.
        None = "none" | "NONE" | "public" | "open";
        /// Signed-in users of the user pool only.
        UserPool = "user_pool" | "COGNITO_USER_POOLS" | "cognito";
    }
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

/// The key of a route. [`meaning`] reads it and says what is wrong with its parts.
pub static ROUTE: TextRule = TextRule {
    must_be: "a method and a path",
    help: "",
    check: |_| true,
    pattern: "^(ANY|DELETE|GET|HEAD|PATCH|POST|PUT) +/",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_has_every_method() {
        let methods = Method::ALL.map(Method::as_str).join("|");
        assert_eq!(ROUTE.pattern, format!("^({methods}) +/"));
    }
}
