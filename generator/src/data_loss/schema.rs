//! The schema of a user pool: which attributes of its users a change would take away.
//!
//! Cognito adds attributes and does nothing else to them:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>. The AWS provider says
//! so only when it applies.

use std::collections::BTreeMap;

use serde_json::Value;

use portcullis_terraform_json::plan::{Change, holds_unknown};

/// A loss of users' attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// An attribute is removed.
    Removed(String),
    /// An attribute is changed.
    Changed(String),
    /// The attributes are unknown before the apply.
    Unknown,
}

/// Returns the attributes that users would lose; none if the change only adds some.
pub(super) fn lost(change: &Change) -> Vec<Attribute> {
    if holds_unknown(&change.after_unknown["schema"]) {
        return vec![Attribute::Unknown];
    }
    let (before, after) = (attributes(&change.before), attributes(&change.after));
    let lost = before
        .iter()
        .filter_map(|(name, attribute)| match after.get(name) {
            None => Some(Attribute::Removed((*name).to_owned())),
            Some(other) if !same(attribute, other) => Some(Attribute::Changed((*name).to_owned())),
            Some(_) => None,
        });
    lost.collect()
}

fn attributes(pool: &Value) -> BTreeMap<&str, &Value> {
    let schema = pool["schema"].as_array().into_iter().flatten();
    schema
        .filter_map(|attribute| Some((attribute["name"].as_str()?, attribute)))
        .collect()
}

/// Returns whether two values mean the same. An argument that HCL omits is `null` in the plan and the default in AWS:
/// false, or nothing.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one_map), Value::Object(other_map)) => one_map
            .keys()
            .chain(other_map.keys())
            .all(|key| same(&one[key], &other[key])),
        (Value::Array(ones), Value::Array(others)) if ones.len() == others.len() => {
            ones.iter().zip(others).all(|(one, other)| same(one, other))
        }
        _ => one == other || (is_default(one) && is_default(other)),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
