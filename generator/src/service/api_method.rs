//! The methods that API Gateway has on the paths of a service.

use crate::cors::Cors;
use crate::identifier::Identifier;
use crate::routes::{Method, Route, RoutePath};
use crate::service::Service;

/// A method on a path of the API.
#[derive(Debug, Clone, Copy)]
pub enum ApiMethod<'a> {
    /// A route of the spec.
    Route(&'a RoutePath, Method, &'a Route),
    /// The `OPTIONS` of a path, which API Gateway itself answers.
    Preflight(&'a RoutePath, &'a Cors),
}

impl ApiMethod<'_> {
    /// Its path.
    pub fn path(&self) -> &RoutePath {
        match self {
            Self::Route(path, ..) | Self::Preflight(path, _) => path,
        }
    }

    /// Returns HTTP's name of the method, or `ANY`.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Route(_, method, _) => method.as_str(),
            Self::Preflight(..) => "OPTIONS",
        }
    }

    /// The name of its call in Terraform.
    pub fn identifier(&self) -> Identifier {
        match self {
            Self::Route(path, method, _) => path.identifier_of(*method),
            Self::Preflight(path, _) => path.identifier_of_preflight(),
        }
    }
}

impl Service {
    /// Every method of the API, path by path: its routes, then its preflight. With CORS, every path has one.
    pub fn methods(&self) -> impl Iterator<Item = ApiMethod<'_>> {
        self.routes.paths().flat_map(|(path, methods)| {
            let routes = methods.iter();
            let routes = routes.map(move |(method, route)| ApiMethod::Route(path, *method, route));
            let preflight = self.api.cors.as_ref();
            routes.chain(preflight.map(|cors| ApiMethod::Preflight(path, cors)))
        })
    }
}
