//! CORS: which pages may call, by environment, and what they may send.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::review::Fact;
use crate::review::comparison::{Comparison, counting};
use crate::review::words::{code, list};
use crate::service::{ChangeKind, Cors, Environment, LOCAL, Method, Service};

/// Stands for every origin, header or method.
const EVERY: &str = "*";

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut facts = Vec::new();
    match (&comparison.base.api.cors, &comparison.head.api.cors) {
        (None, None) => return facts,
        (Some(_), None) => {
            let sentence = "CORS is gone: no page of another origin may call any more";
            facts.push(comparison.fact(ChangeKind::CorsRemoved, "api.cors", sentence));
            return facts;
        }
        (None, Some(_)) => {
            let origins = counting(comparison.head).map(|name| {
                format!(
                    "{} in {}",
                    shown(&comparison.head.environments[name].allow_origin),
                    code(name)
                )
            });
            let sentence = format!("CORS is new: it admits {}", list(origins));
            facts.push(comparison.fact(ChangeKind::CorsAdded, "api.cors", sentence));
        }
        (Some(before), Some(after)) => {
            facts.extend(headers(comparison, before, after));
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

/// The origin of an environment, and the one that it had where it had CORS.
fn origin(
    comparison: &Comparison,
    name: &str,
    before: Option<&Environment>,
    after: &Environment,
) -> Option<Fact> {
    let before = before.map(|environment| environment.allow_origin.as_str());
    let origin = after.allow_origin.as_str();
    let fact = match before {
        _ if before == Some(origin) => return None,
        _ if origin == EVERY => {
            let what = if comparison.guards() {
                " on guarded routes"
            } else {
                ", where no route is guarded"
            };
            let sentence = format!("CORS now admits **every origin** in {}{what}", code(name));
            comparison.fact(ChangeKind::CorsAnyOrigin, name, sentence)
        }
        Some(before) => {
            let sentence = format!(
                "CORS in {} admits {}, no longer {}",
                code(name),
                shown(origin),
                shown(before)
            );
            comparison.fact(ChangeKind::CorsOriginChanged, name, sentence)
        }
        // Told by what brings it: CORS, or the environment.
        None => return None,
    };
    Some(fact.states(before, Some(origin)))
}

/// Whether a new environment that admits every origin has that from the service, and others had it before.
fn brings_what_there_is(comparison: &Comparison) -> bool {
    let every =
        |service: &Service| service.api.cors.is_some() && service.environments[LOCAL].allow_origin == EVERY;
    let mut others = counting(comparison.base);
    every(comparison.base)
        && every(comparison.head)
        && others.any(|name| comparison.base.environments[name].allow_origin == EVERY)
}

fn shown(origin: &str) -> String {
    match origin {
        EVERY => "every origin".into(),
        one => format!("pages of {}", code(one)),
    }
}

/// The headers that pages may send. `*` stands for all but `Authorization`, which is always there.
fn headers(comparison: &Comparison, before: &Cors, after: &Cors) -> Option<Fact> {
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
            .map(|name| code(name))
            .collect()
    };
    let (more, less) = (only(after, &was), only(before, &is));
    if was == is {
        return None;
    }
    let (kind, what) = match (was.contains(EVERY), is.contains(EVERY)) {
        (true, _) => (
            ChangeKind::SettingChanged,
            format!("no header but {} any more", list(more)),
        ),
        (_, true) => (ChangeKind::CorsWider, "**every header**".into()),
        _ if more.is_empty() => (
            ChangeKind::SettingChanged,
            format!("the header {} no longer", list(less)),
        ),
        _ => (ChangeKind::CorsWider, format!("the header {} too", list(more))),
    };
    Some(
        may_send(comparison, kind, "api.cors.allow_headers", &what).values(
            Some(&Value::from(before.allow_headers.clone())),
            Some(&Value::from(after.allow_headers.clone())),
        ),
    )
}

/// The methods that preflights name. One that no route of its path answers lets nobody do more.
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
    for path in service.paths() {
        let [was, is] = [before, after].map(|cors| service.preflight_methods(path, cors));
        let answered = service.methods(path).flat_map(Method::answers);
        for method in answered.map(String::from) {
            match (was.contains(&method), is.contains(&method)) {
                (false, true) => _ = more.insert(code(&method)),
                (true, false) => _ = less.insert(code(&method)),
                _ => {}
            }
        }
    }
    let (kind, what) = match (more.is_empty(), less.is_empty()) {
        (false, _) => (ChangeKind::CorsWider, format!("{} too", list(more))),
        (_, false) => (ChangeKind::SettingChanged, format!("{} no longer", list(less))),
        _ => (ChangeKind::SettingChanged, "what they might before".into()),
    };
    let value = |cors: &Cors| Value::from(cors.allow_methods.clone().unwrap_or_else(|| vec![EVERY.into()]));
    let fact = may_send(comparison, kind, "api.cors.allow_methods", &what);
    Some(fact.values(Some(&value(before)), Some(&value(after))))
}

fn may_send(comparison: &Comparison, kind: ChangeKind, key: &str, what: &str) -> Fact {
    comparison.fact(
        kind,
        key,
        format!("pages of the other origin may send {what} ({})", code(key)),
    )
}
