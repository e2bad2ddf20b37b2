//! A key whose review is declared elsewhere is one that some room reviews: without this test, such a key could say so and
//! change unseen.

use portcullis_generator::review::{Meaning, compare};
use portcullis_generator::service::{LOCAL, Service};
use portcullis_generator::spec;
use toml::{Table, Value};

const EVERY_KEY: &str = include_str!("../../tests/review/specs/fleet.toml");

/// The paths of the values in a table, apart from tables.
fn leaves(table: &Table, at: &[String], into: &mut Vec<Vec<String>>) {
    for (name, value) in table {
        let path = [at, std::slice::from_ref(name)].concat();
        match value {
            Value::Table(table) => leaves(table, &path, into),
            _ => into.push(path),
        }
    }
}

/// The table without the value of a path.
fn without(table: &Table, path: &[String]) -> Table {
    let mut table = table.clone();
    match path {
        [name] => _ = table.remove(name),
        [name, rest @ ..] => {
            if let Some(Value::Table(inner)) = table.get_mut(name) {
                *inner = without(inner, rest);
            }
        }
        [] => {}
    }
    table
}

#[test]
fn a_key_that_is_removed_is_reported_if_its_service_differs() {
    let all: Table = EVERY_KEY.parse().unwrap();
    let service = |table: &Table| -> Option<Service> {
        portcullis_generator::service(&toml::to_string(table).unwrap(), None).ok()
    };
    // A change that reaches `local` alone is none in AWS.
    let in_aws = |service: &Service| {
        let mut service = service.clone();
        service.environments.remove(LOCAL);
        service
    };
    let base = service(&all).unwrap();
    let mut paths = Vec::new();
    leaves(&all, &[], &mut paths);
    paths.retain(|path| spec::key(path).is_some_and(|key| matches!(key.meaning, Meaning::Elsewhere)));
    let (mut reviewed, mut unseen) = (Vec::new(), Vec::new());
    for path in paths {
        // Some keys are required, or others depend on them.
        let Some(head) = service(&without(&all, &path)).filter(|head| in_aws(head) != in_aws(&base)) else {
            continue;
        };
        let facts = compare(Some(&base), Some(&head));
        let seen = if facts.is_empty() {
            &mut unseen
        } else {
            &mut reviewed
        };
        seen.push(path.join("."));
    }
    assert!(unseen.is_empty(), "no fact of a review is about {unseen:?}");
    assert!(reviewed.len() >= 20, "{reviewed:?}");
    assert!(
        reviewed.iter().any(|path| path.ends_with(".scopes")),
        "{reviewed:?}"
    );
}
