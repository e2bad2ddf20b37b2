//! CORS: which pages may call, by environment, and what they may send.

use std::collections::BTreeSet;

use crate::review::comparison::{Comparison, counting};
use crate::review::{Fact, Sendable, Sent};
use crate::service::{Cors, Environment, LOCAL, Method, Service};

/// Stands for every origin, header or method.
const EVERY: &str = "*";

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut facts = Vec::new();
    match (&comparison.base.api.cors, &comparison.head.api.cors) {
        (None, None) => return facts,
        (Some(_), None) => {
            facts.push(Fact::CorsRemoved);
            return facts;
        }
        (None, Some(_)) => {
            let origin = |name: &str| comparison.head.environments[name].allow_origin.clone();
            let origins = counting(comparison.head).map(|name| (name.to_owned(), origin(name)));
            facts.push(Fact::CorsAdded {
                origins: origins.collect(),
            });
        }
        (Some(before), Some(after)) => {
            facts.extend(headers(before, after));
            facts.extend(methods(comparison, before, after));
        }
    }
    for name in &comparison.environments {
        let (before, after) = comparison.environment(name);
        let before = comparison.base.api.cors.is_some().then_some(before);
        facts.extend(origin(comparison, name, before, after));
    }
    for name in comparison.new_environments() {
        let after = &comparison.head.environments[name];
        if after.allow_origin == EVERY && !brings_what_there_is(comparison) {
            facts.extend(origin(comparison, name, None, after));
        }
    }
    facts
}

/// The origin of an environment, and the one that it had before.
fn origin(
    comparison: &Comparison,
    name: &str,
    before: Option<&Environment>,
    after: &Environment,
) -> Option<Fact> {
    let before = before.map(|environment| environment.allow_origin.clone());
    let after = after.allow_origin.clone();
    // A new origin that is not `*` is reported by its cause: CORS, or the environment.
    let is_reported = before.as_ref() == Some(&after) || (before.is_none() && after != EVERY);
    (!is_reported).then(|| Fact::CorsOrigin {
        environment: name.into(),
        before,
        after,
        signs_in: comparison.signs_in(),
    })
}

/// Returns whether a new environment that admits every origin gets this from the service, and others had it before.
fn brings_what_there_is(comparison: &Comparison) -> bool {
    let every =
        |service: &Service| service.api.cors.is_some() && service.environments[LOCAL].allow_origin == EVERY;
    let mut others = counting(comparison.base);
    every(comparison.base)
        && every(comparison.head)
        && others.any(|name| comparison.base.environments[name].allow_origin == EVERY)
}

/// The headers that pages may send. `*` stands for all but `Authorization`, which is always there.
fn headers(before: &Cors, after: &Cors) -> Option<Fact> {
    let [was, is] = [before, after].map(|cors| {
        let names = cors.allow_headers.iter().map(|name| name.to_ascii_lowercase());
        let names: BTreeSet<String> = names.collect();
        if names.contains(EVERY) {
            [EVERY.to_string()].into()
        } else {
            names
        }
    });
    let only = |cors: &Cors, other: &BTreeSet<String>| -> Vec<String> {
        let names = cors.allow_headers.iter();
        names
            .filter(|name| !other.contains(&name.to_ascii_lowercase()))
            .cloned()
            .collect()
    };
    let (more, less) = (only(after, &was), only(before, &is));
    if was == is {
        return None;
    }
    let now = match (was.contains(EVERY), is.contains(EVERY)) {
        (true, _) => Sendable::Only(more),
        (_, true) => Sendable::Every,
        _ if more.is_empty() => Sendable::NoLonger(less),
        _ => Sendable::Also(more),
    };
    Some(Fact::CorsSends {
        sent: Sent::Headers,
        before: before.allow_headers.clone(),
        after: after.allow_headers.clone(),
        now,
    })
}

/// The methods that preflights name. A method without a route on its path gives no further access.
fn methods(comparison: &Comparison, before: &Cors, after: &Cors) -> Option<Fact> {
    let set = |cors: &Cors| {
        cors.allow_methods
            .as_ref()
            .map(|methods| methods.iter().cloned().collect::<BTreeSet<_>>())
    };
    if set(before) == set(after) {
        return None;
    }
    let service = comparison.head;
    let (mut more, mut less) = (BTreeSet::new(), BTreeSet::new());
    for (path, methods) in service.routes.paths() {
        let [was, is] = [before, after].map(|cors| service.preflight_methods(path, cors));
        let answered = methods.keys().copied().flat_map(Method::answers);
        for method in answered.map(String::from) {
            match (was.contains(&method), is.contains(&method)) {
                (false, true) => _ = more.insert(method),
                (true, false) => _ = less.insert(method),
                _ => {}
            }
        }
    }
    let now = match (more.is_empty(), less.is_empty()) {
        (false, _) => Sendable::Also(more.into_iter().collect()),
        (_, false) => Sendable::NoLonger(less.into_iter().collect()),
        _ => Sendable::Same,
    };
    let value = |cors: &Cors| cors.allow_methods.clone().unwrap_or_else(|| vec![EVERY.into()]);
    Some(Fact::CorsSends {
        sent: Sent::Methods,
        before: value(before),
        after: value(after),
        now,
    })
}
