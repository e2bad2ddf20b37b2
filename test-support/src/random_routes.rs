//! Random routes: a strategy of proptest, and the rules of API Gateway about routes beside each other.

use std::collections::BTreeMap;

use proptest::prelude::*;

/// The most segments of a path.
pub const LONGEST: usize = 3;
/// The functions that routes name.
pub const FUNCTIONS: [&str; 3] = ["f", "g", "h"];

/// A route of a random spec.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// `GET`, `POST` or `ANY`.
    pub method: &'static str,
    /// The segments of its path.
    pub path: Vec<&'static str>,
    /// Anyone may call it.
    pub open: bool,
    /// One of [`FUNCTIONS`].
    pub function: &'static str,
}

impl Route {
    /// Its key in a spec: "GET /a/{x}".
    pub fn key(&self) -> String {
        format!("{} /{}", self.method, self.path.join("/"))
    }
}

/// Routes of few segments, so that several share a path.
pub fn route() -> impl Strategy<Value = Route> {
    let segment = || prop::sample::select(vec!["a", "b", "{x}"]);
    let last = prop::sample::select(vec!["a", "b", "{x}", "{r+}"]);
    let path = prop_oneof![
        1 => Just(Vec::new()),
        9 => (prop::collection::vec(segment(), 0..LONGEST), last)
            .prop_map(|(before, last)| before.into_iter().chain([last]).collect::<Vec<_>>()),
    ];
    let method = prop::sample::select(vec!["GET", "POST", "ANY"]);
    let function = prop::sample::select(FUNCTIONS.to_vec());
    // A name may stand once in a path.
    let named = |(index, segment)| {
        if segment == "{x}" {
            ["{x}", "{y}", "{w}"][index]
        } else {
            segment
        }
    };
    let route = (method, path, any::<bool>(), function);
    route.prop_map(move |(method, path, open, function)| Route {
        method,
        path: path.into_iter().enumerate().map(named).collect(),
        open,
        function,
    })
}

/// The routes that API Gateway takes beside those before them: one of a key, one variable segment below a path.
pub fn allowed(routes: Vec<Route>) -> Vec<Route> {
    let mut variables: BTreeMap<Vec<&str>, &str> = BTreeMap::new();
    let mut kept: Vec<Route> = Vec::new();
    for route in routes {
        let shape = |path: &[&'static str]| -> Vec<&'static str> {
            path.iter()
                .map(|segment| if segment.starts_with('{') { "*" } else { segment })
                .collect()
        };
        let variable = |length: usize| {
            let (last, parent) = route.path[..length].split_last().unwrap();
            last.starts_with('{').then(|| (shape(parent), *last))
        };
        let needed: Vec<_> = (1..=route.path.len()).filter_map(variable).collect();
        let clashes = needed
            .iter()
            .any(|(parent, last)| variables.get(parent).is_some_and(|other| other != last));
        let stands = kept
            .iter()
            .any(|other| (other.method, &other.path) == (route.method, &route.path));
        if !clashes && !stands {
            variables.extend(needed);
            kept.push(route);
        }
    }
    kept
}
