//! The box of the preflights.

use crate::cors::Cors;
use crate::environments::{Environment, LOCAL};
use crate::graph::picture::{Kind, Node};
use std::collections::BTreeMap;

/// The box, in one environment or in general.
pub(crate) fn preflights(
    cors: &Cors,
    environments: &BTreeMap<String, Environment>,
    environment: Option<&str>,
) -> Node {
    let Cors {
        allow_methods: _,     // they differ by path
        allow_headers: _,     // what pages may send, not whose they are
        allow_credentials: _, // the same
        max_age_seconds: _,   // how long a browser remembers it
    } = cors;
    let lines = [
        "OPTIONS of every path".to_string(),
        pages(environments, environment),
        "API Gateway answers them itself".to_string(),
    ];
    Node::new("preflights", Kind::Preflights, "Preflights", lines)
}

/// Returns the origins that may call. `local` counts only if it is the only environment.
fn pages(environments: &BTreeMap<String, Environment>, environment: Option<&str>) -> String {
    let mut origins: Vec<&str> = environments
        .iter()
        .filter(|(name, _)| match environment {
            Some(one) => *name == one,
            None => *name != LOCAL || environments.len() == 1,
        })
        .map(|(_, environment)| environment.allow_origin.as_str())
        .collect();
    origins.sort_unstable();
    origins.dedup();
    match origins[..] {
        ["*"] => "for pages of every origin".into(),
        [origin] => format!("for pages of {origin}"),
        _ => "for pages of each environment's origin".into(),
    }
}
