//! The arguments that are not fields of a surface. `crate::resources` classifies each. An unclassified argument is
//! never dropped: if it is set, it is among the surface's `other_arguments`.
//!
//! `tests/slow/terraform.rs` compares this with the provider's own schema: every other value of an argument changes the
//! surface, unless the argument is classified as harmless.

use serde_json::Value;

use super::resources::{Resources, digest};
use super::types::Argument;
use crate::resources::Meaning::{Default, Harmless, Secret, Shown};
use crate::resources::{self, EVERYWHERE, Meaning};
use portcullis_terraform_json::Resource;

/// Returns the meaning of an argument; none if it is not classified, or if only arguments below it are.
fn meaning(kind: &str, argument: &str) -> Option<Meaning> {
    let of_type = resources::of(kind).map_or(&[][..], |of| of.arguments);
    of_type
        .iter()
        .chain(&EVERYWHERE)
        .find(|(name, _)| *name == argument)
        .map(|(_, meaning)| *meaning)
}

/// Returns whether an argument of a type that surfaces account for can't give access to callers or functions.
pub fn is_harmless(kind: &str, argument: &str) -> bool {
    meaning(kind, argument) == Some(Harmless)
}

/// Returns whether a surface knows the arguments of a type.
pub(crate) fn is_known(kind: &str) -> bool {
    resources::of(kind).is_some_and(|of| !of.arguments.is_empty())
}

/// Every argument of accounted resources that is set and that nothing says.
pub(crate) fn other_arguments(resources: &Resources<'_>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let accounted = resources
        .all()
        .iter()
        .filter(|resource| resources.is_accounted(resource));
    for resource in accounted {
        for (name, value) in resource.values.as_object().into_iter().flatten() {
            collect(resource, name, &[value], &mut arguments);
        }
    }
    arguments.sort_by(|a, b| (&a.address, &a.argument).cmp(&(&b.address, &b.argument)));
    arguments
}

/// The values of one argument, of each block that has it.
fn collect(resource: &Resource, name: &str, values: &[&Value], into: &mut Vec<Argument>) {
    let meaning = meaning(&resource.kind, name);
    let blocks: Vec<&Value> = values
        .iter()
        .filter_map(|value| value.as_array())
        .flatten()
        .filter(|item| item.is_object())
        .collect();
    if meaning.is_none() && !blocks.is_empty() {
        let keys: std::collections::BTreeSet<&String> = blocks
            .iter()
            .filter_map(|block| block.as_object())
            .flat_map(|block| block.keys())
            .collect();
        for key in keys {
            let inner: Vec<&Value> = blocks.iter().map(|block| &block[key]).collect();
            collect(resource, &format!("{name}.{key}"), &inner, into);
        }
        return;
    }
    let value = match values {
        [one] => (*one).clone(),
        many => many.iter().copied().cloned().collect(),
    };
    let is_quiet = match meaning {
        Some(Shown | Harmless) => true,
        Some(Default(default)) => {
            is_unset(&value, false)
                || is_usual(resource, name, &value)
                || serde_json::from_str::<Value>(default).is_ok_and(|default| default == value)
        }
        Some(Secret) => is_unset(&value, false) || is_usual(resource, name, &value),
        None => is_unset(&value, true),
    };
    if !is_quiet {
        let shown = match meaning {
            Some(Secret) => digest(&value.to_string()).into(),
            _ => value,
        };
        into.push(Argument {
            address: resource.address.clone(),
            argument: name.to_owned(),
            value: shown,
        });
    }
}

/// Returns whether an argument has a well-known value: the status of a mock, the attributes of a user who signs in by
/// e-mail, and the days of a table without backups, which the provider shows as 0.
fn is_usual(resource: &Resource, name: &str, value: &Value) -> bool {
    match (resource.kind.as_str(), name) {
        ("aws_dynamodb_table", "point_in_time_recovery.recovery_period_in_days") => *value == 0,
        ("aws_api_gateway_integration", "request_templates") => resource.values["type"] == "MOCK",
        ("aws_cognito_user", "attributes") => {
            let mut attributes = value.as_object().into_iter().flatten();
            attributes.all(|(name, value)| match name.as_str() {
                "email" => *value == resource.values["username"],
                "email_verified" | "sub" => true,
                _ => false,
            })
        }
        _ => false,
    }
}

/// Returns whether a value is that of an unset argument. `false` and 0 are only if they are the default.
pub(crate) fn is_unset(value: &Value, is_default: bool) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(|item| is_unset(item, is_default)),
        Value::Object(map) => map.values().all(|value| is_unset(value, is_default)),
        Value::Bool(set) => is_default && !set,
        Value::Number(number) => is_default && number.as_f64() == Some(0.0),
    }
}
