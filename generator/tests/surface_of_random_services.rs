//! Surfaces of random services: what a surface says follows from the spec, and is not the same for each.
//!
//! `tests/slow` compares such surfaces with those of plans and states.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::{BTreeMap, BTreeSet};

use portcullis_generator::surface;
use portcullis_test_support::random_service::random_service;
use serde_json::Value;

const SERVICES: u64 = 40;

/// Fields that are the same for each spec, because Portcullis generates nothing else.
const SAME: [&str; 24] = [
    ".api.endpoint",
    ".authorizers.header",
    ".authorizers.name",
    ".authorizers.type",
    ".buckets.object_ownership",
    ".buckets.public_access_blocked",
    ".format",
    ".functions.events.role.assumed_by",
    ".functions.events.role.statements.actions",
    ".functions.events.role.statements.effect",
    ".functions.handler",
    ".functions.invokers.action",
    ".functions.managed_policies",
    ".functions.runtime",
    ".functions.url_auth",
    ".other_arguments",
    ".others",
    ".unknown",
    ".user_pool.case_sensitive",
    ".user_pool.clients.generate_secret",
    ".user_pool.clients.hides_users",
    ".user_pool.sign_in_with",
    ".user_pool.verified",
    ".user_pool.verified_before_update",
];

/// Objects whose keys are names, and not fields.
const NAMED: [&str; 5] = [
    ".functions.environment",
    ".functions.events.input",
    ".functions.events.patterns",
    ".functions.statements.condition",
    ".gateway_responses.headers",
];

/// The values that a field has. `None` is a part of a surface without the field.
type Fields = BTreeMap<String, BTreeSet<Option<String>>>;

/// Adds the values of all parts of surfaces that are in the same place.
fn fields(parts: &[&Value], place: &str, into: &mut Fields) {
    let elements: Vec<&Value> = parts
        .iter()
        .filter_map(|part| part.as_array())
        .flatten()
        .collect();
    let objects: Vec<_> = parts.iter().filter_map(|part| part.as_object()).collect();
    if elements.iter().any(|element| element.is_object()) {
        fields(&elements, place, into);
    } else if objects.is_empty() || NAMED.contains(&place) {
        let values = parts.iter().map(|part| Some(part.to_string()));
        into.entry(place.to_owned()).or_default().extend(values);
    } else {
        let names: BTreeSet<&String> = objects.iter().flat_map(|object| object.keys()).collect();
        for name in names {
            let place = format!("{place}.{name}");
            let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
            fields(&values, &place, into);
            if values.len() < objects.len() {
                into.entry(place).and_modify(|values| _ = values.insert(None));
            }
        }
    }
}

#[test]
fn every_field_of_a_surface_depends_on_the_spec() {
    let (mut surfaces, mut wrong) = (Vec::new(), String::new());
    for seed in 0..SERVICES {
        let text = random_service(seed);
        let service = match portcullis_generator::service(&text, None) {
            Ok(service) => service,
            Err(errors) => {
                wrong += &format!("seed {seed}: {}", errors.render("spec", &text, false));
                continue;
            }
        };
        for environment in service.environments.values() {
            let surface = surface::of_service(&service, environment);
            surfaces.push(serde_json::to_value(&surface).unwrap());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let mut all = Fields::new();
    fields(&surfaces.iter().collect::<Vec<_>>(), "", &mut all);
    let same = all.iter().filter(|(_, values)| values.len() == 1);
    let same: BTreeSet<&str> = same.map(|(field, _)| field.as_str()).collect();
    assert_eq!(same, SAME.into());
}

#[test]
fn a_random_service_is_the_same_each_time() {
    assert_eq!(random_service(7), random_service(7));
    assert_ne!(random_service(7), random_service(8));
}
