//! Routes: which paths there are, who may call each, which function handles it.

pub(crate) mod access_test;
mod auth;
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

pub use auth::Auth;
pub(crate) use auth::{AUTHORIZER, Unnamed};
pub use by_path::Routes;
pub use path::{Method, RoutePath, Segment};
pub use route::Route;

use crate::text_rule::TextRule;

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
