//! Compares the changes of two plans.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_terraform_json::plan::{Action, ParsedPlan};
use serde_json::Value;

/// The change of a resource or an output.
#[derive(Debug, PartialEq)]
pub(super) struct Effect {
    action: Action,
    /// The address before a `moved` block took it here.
    moved_from: Option<String>,
    imported: Value,
    /// Each attribute that changes: its new value, and the parts of it that are unknown.
    values: BTreeMap<String, [Value; 2]>,
}

/// Returns the changes of a plan by address.
pub(super) fn of(plan: &ParsedPlan) -> BTreeMap<String, Effect> {
    let managed = plan.changes.iter().filter(|change| change.mode == "managed");
    let resources = managed.map(|change| {
        let address = match &change.deposed {
            Some(deposed) => format!("{} {deposed}", change.address),
            None => change.address.clone(),
        };
        let effect = Effect {
            action: change.action.clone(),
            moved_from: change.previous_address.clone(),
            imported: change.importing.clone(),
            values: values(
                &change.action,
                [&change.before, &change.after, &change.after_unknown],
            ),
        };
        (address, effect)
    });
    let outputs = plan.outputs.iter().map(|change| {
        let effect = Effect {
            action: change.action.clone(),
            moved_from: None,
            imported: Value::Null,
            values: values(
                &change.action,
                [&change.before, &change.after, &change.after_unknown],
            ),
        };
        (format!("output.{}", change.name), effect)
    });
    resources
        .chain(outputs)
        .filter(|(_, effect)| !effect.is_nothing())
        .collect()
}

/// Returns a sentence for each address that `now` changes in another way than `before`.
pub(super) fn differences(before: &ParsedPlan, now: &ParsedPlan) -> Vec<String> {
    let (before, now) = (of(before), of(now));
    let addresses: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let sentences = addresses.into_iter().filter_map(|address| {
        let (before, now) = (before.get(address), now.get(address));
        if before == now {
            return None;
        }
        let words =
            |effect: Option<&Effect>| effect.map_or("nothing".into(), |effect| effect.action.to_string());
        let (planned, would) = (words(before), words(now));
        let would = if planned == would {
            "with other values".into()
        } else {
            would
        };
        Some(format!("`{address}`: planned {planned}, now {would}"))
    });
    sentences.collect()
}

impl Effect {
    fn is_nothing(&self) -> bool {
        let acts = match &self.action {
            Action::NoOp | Action::Read => false,
            Action::Create | Action::Update | Action::Replace { .. } | Action::Delete | Action::Forget => {
                true
            }
            Action::Other(actions) => !actions.is_empty(),
        };
        !acts && self.moved_from.is_none() && self.imported.is_null()
    }
}

/// The attributes that change, from what is there before, after and still unknown. A deleted resource has none.
fn values(action: &Action, parts: [&Value; 3]) -> BTreeMap<String, [Value; 2]> {
    if *action == Action::Delete {
        return BTreeMap::new();
    }
    let mut keys: BTreeSet<&str> = BTreeSet::new();
    for part in parts.iter().filter_map(|part| part.as_object()) {
        keys.extend(part.keys().map(String::as_str));
    }
    let all: Vec<(&str, [&Value; 3])> = if parts.iter().any(|part| part.is_object()) {
        let of_key = |key| (key, parts.map(|part| &part[key]));
        keys.into_iter().map(of_key).collect()
    } else {
        // Outputs are values themselves.
        vec![("", parts)]
    };
    all.into_iter()
        .filter(|(_, [before, after, unknown])| before != after || is_unknown(unknown))
        .map(|(key, [_, after, unknown])| (key.to_owned(), [after.clone(), unknown.clone()]))
        .collect()
}

/// Returns whether a part of this is unknown before the apply.
fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(is_unknown),
        Value::Object(fields) => fields.values().any(is_unknown),
        Value::Null | Value::Number(_) | Value::String(_) => false,
    }
}
