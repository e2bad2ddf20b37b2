//! Pairs of the same thing in two revisions.

use std::collections::BTreeMap;

use crate::identifier::Identifier;
use crate::service::{Method, RoutePath, Service};

/// The things of one table of the spec, by name in both revisions.
#[derive(Debug)]
pub(crate) struct Pairs<Name = String> {
    /// Things in both: the name in the base, and the name in the head.
    pub kept: BTreeMap<Name, Name>,
    /// Things that only the base has, by its names.
    pub gone: Vec<Name>,
    /// Things that only the head has.
    pub new: Vec<Name>,
}

/// The name of a route.
pub(crate) type RouteName = (RoutePath, Method);

impl<Name: Ord> Pairs<Name> {
    /// Pairs of another name, base and head.
    pub fn renamed(&self) -> impl Iterator<Item = (&Name, &Name)> {
        self.kept.iter().filter(|(base, head)| base != head)
    }
}

impl Pairs {
    /// Pairs things whose names are Terraform's addresses. A thing with another name is the same if its address is the
    /// same, such as `back-office` and `back_office`, or if `formerly` names it. If the base already has the name or
    /// the address of the head, that thing stays itself. `formerly` then moves nothing, and the thing that it names is
    /// gone.
    fn by_address<'a>(
        base: impl Iterator<Item = &'a String>,
        head: impl Iterator<Item = (&'a String, Option<&'a String>)> + Clone,
    ) -> Self {
        let mut gone: Vec<&String> = base.collect();
        let mut kept = BTreeMap::new();
        let mut new: Vec<_> = head.collect();
        let mut pair = |same: &dyn Fn(&str, &str, Option<&String>) -> bool| {
            new.retain(|(name, formerly)| {
                let index = gone.iter().position(|other| same(other, name, *formerly));
                let found = index.map(|index| kept.insert(gone.remove(index).clone(), (*name).clone()));
                found.is_none()
            });
        };
        let address = Identifier::new;
        pair(&|base, head, _| base == head);
        pair(&|base, head, _| address(base) == address(head));
        pair(&|base, _, formerly| formerly.is_some_and(|former| address(base) == address(former)));
        Self {
            kept,
            gone: gone.into_iter().cloned().collect(),
            new: new.into_iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// The functions of two revisions.
    pub fn of_functions(base: &Service, head: &Service) -> Self {
        let head = head.functions.iter();
        Self::by_address(
            base.functions.keys(),
            head.map(|(name, function)| (name, function.formerly.as_ref())),
        )
    }

    /// The clients of two revisions.
    pub fn of_clients(base: &Service, head: &Service) -> Self {
        // Clients come and go with their pool.
        let pools = base.own_user_pool().zip(head.own_user_pool());
        let base = pools.into_iter().flat_map(|(base, _)| base.clients.keys());
        let head = pools.into_iter().flat_map(|(_, head)| &head.clients);
        Self::by_address(base, head.map(|(name, client)| (name, client.formerly.as_ref())))
    }
}

impl Pairs<RouteName> {
    /// Pairs the routes of two revisions, by their keys. Pairs of parameters concern only the function, so a key that
    /// differs in nothing else is the same route.
    pub fn of_routes(base: &Service, head: &Service) -> Self {
        let names = |service: &Service| -> Vec<RouteName> {
            let routes = service.routes.iter();
            routes.map(|(path, method, _)| (path.clone(), method)).collect()
        };
        let gone = names(base).into_iter();
        let mut gone: BTreeMap<_, _> = gone.map(|name| (anonymous(&name), name)).collect();
        let mut kept = BTreeMap::new();
        let mut new = Vec::new();
        for name in names(head) {
            match gone.remove(&anonymous(&name)) {
                Some(base) => _ = kept.insert(base, name),
                None => new.push(name),
            }
        }
        Self {
            kept,
            gone: gone.into_values().collect(),
            new,
        }
    }
}

/// A route without the names of its path's parameters.
fn anonymous((path, method): &RouteName) -> (String, Method) {
    (path.anonymous(), *method)
}
