//! The routes of a service: by path, then by method, as API Gateway has them.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::routes::{Method, Route, RoutePath};

/// Routes by path, then by method.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Routes(BTreeMap<RoutePath, BTreeMap<Method, Route>>);

impl Routes {
    /// Adds a route. One with the same path and method is replaced.
    pub fn insert(&mut self, path: RoutePath, method: Method, route: Route) {
        self.0.entry(path).or_default().insert(method, route);
    }

    /// The route of a path and method.
    pub fn get(&self, path: &RoutePath, method: Method) -> Option<&Route> {
        self.0.get(path)?.get(&method)
    }

    /// Each path with the routes of its methods, in order.
    pub fn paths(&self) -> impl Iterator<Item = (&RoutePath, &BTreeMap<Method, Route>)> {
        self.0.iter()
    }

    /// The methods of a path.
    pub fn methods(&self, path: &RoutePath) -> impl Iterator<Item = Method> {
        self.0.get(path).into_iter().flatten().map(|(method, _)| *method)
    }

    /// Each route, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&RoutePath, Method, &Route)> {
        let of_path = |(path, methods)| {
            let methods: &BTreeMap<Method, Route> = methods;
            methods.iter().map(move |(method, route)| (path, *method, route))
        };
        self.0.iter().flat_map(of_path)
    }

    /// Each route that leads to a function, in order.
    pub fn of_function<'a>(
        &'a self,
        function: &str,
    ) -> impl Iterator<Item = (&'a RoutePath, Method, &'a Route)> {
        self.iter().filter(move |(.., route)| route.function == function)
    }

    /// Returns the number of routes.
    pub fn count(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }
}

/// As the spec has them, each under its method and path.
impl Serialize for Routes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(path, method, route)| (path.key(method), route)))
    }
}
