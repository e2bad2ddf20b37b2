//! The order in which the routes and what belongs to them are generated and tested.

use std::collections::BTreeSet;

use crate::routes::RoutePath;
use crate::routes::permissions::{self, Permission};
use crate::service::{ApiMethod, Service};

/// A part of the routes.
pub(crate) enum Step<'a> {
    /// The resource of a path other than the root.
    Resource(RoutePath),
    /// A method, and the permission of its own, which only a route has.
    Method(ApiMethod<'a>, Option<&'a Permission>),
    /// The permission of several routes, or of authorizers.
    Permission(&'a Permission),
}

/// Path by path: its resources, its routes, its preflight. Then the permissions of several routes.
pub(crate) fn walk<'a>(service: &'a Service, permissions: &'a [Permission]) -> Vec<Step<'a>> {
    let by_route = permissions::by_route(permissions);
    let mut steps = Vec::new();
    let mut made = BTreeSet::new();
    for method in service.methods() {
        let resources = method.path().resources();
        let new = resources.filter(|path| made.insert(path.identifier()));
        steps.extend(new.map(Step::Resource));
        let own = match method {
            ApiMethod::Route(path, method, _) => by_route.get(&(path, method)).copied(),
            ApiMethod::Preflight(..) => None,
        };
        steps.push(Step::Method(method, own));
    }
    let several = permissions
        .iter()
        .filter(|permission| !permission.is_of_a_route());
    steps.extend(several.map(Step::Permission));
    steps
}
