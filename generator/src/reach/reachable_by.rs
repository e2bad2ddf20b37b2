//! The value of `reachable_by`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::routes::Auth;
use crate::routes::route_key::RouteKey;
use crate::spec::{Given, Placed};

/// The word for every route for signed-in users.
pub(crate) const SIGNED_IN: &str = "user_pool";

/// The only callers that may reach data: routes by their keys, and perhaps all routes for signed-in users. Sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ReachableBy(Vec<String>);

impl ReachableBy {
    pub(crate) fn of(given: &Given<Vec<Placed<String>>>) -> Option<Self> {
        let entries = given.value.as_ref()?.iter();
        let mut entries: Vec<String> = entries.map(|entry| canonical(&entry.value)).collect();
        entries.sort();
        entries.dedup();
        Some(Self(entries))
    }

    /// The entries, sorted.
    pub(crate) fn entries(&self) -> &[String] {
        &self.0
    }

    /// The same with other keys of routes, as a comparison pairs them.
    pub(crate) fn renamed(&self, keys: &BTreeMap<String, String>) -> Self {
        let entries = self
            .0
            .iter()
            .map(|entry| keys.get(entry).unwrap_or(entry).clone());
        let mut entries: Vec<String> = entries.collect();
        entries.sort();
        Self(entries)
    }

    /// Returns `true` if it contains a route with this key and these callers.
    pub(crate) fn admits(&self, route: &str, auth: &Auth) -> bool {
        let is_entry = |text: &str| self.0.iter().any(|entry| entry == text);
        is_entry(route) || *auth == Auth::UserPool && is_entry(SIGNED_IN)
    }
}

/// An entry as a route's key is written elsewhere.
pub(crate) fn canonical(entry: &str) -> String {
    match RouteKey::parse(entry) {
        Ok(RouteKey { method, path }) => path.key(method),
        Err(_) => entry.into(),
    }
}
