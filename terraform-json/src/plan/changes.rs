//! The changes of a plan for each resource instance: its `resource_changes`.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format#change-representation>

use std::fmt;

use serde_json::Value;

/// Returns whether a part of [`Change::after_unknown`] says of anything that it is unknown.
pub fn holds_unknown(part: &Value) -> bool {
    match part {
        Value::Bool(unknown) => *unknown,
        Value::Array(items) => items.iter().any(holds_unknown),
        Value::Object(map) => map.values().any(holds_unknown),
        _ => false,
    }
}

/// The change of one resource instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Absolute address, after moves.
    pub address: String,
    /// The address before a `moved` block took it here.
    pub previous_address: Option<String>,
    /// `managed` or `data`.
    pub mode: String,
    /// Type, such as `aws_cognito_user_pool`.
    pub kind: String,
    /// Set for an object that an unfinished replacement left behind. The change is then not about the instance itself.
    pub deposed: Option<String>,
    /// The action of the plan.
    pub action: Action,
    /// The identity of an imported object, such as `{"id": "us-east-1_AbC"}`; `Null` if nothing is imported.
    pub importing: Value,
    /// The attributes that make a replacement necessary, such as `username_attributes` or `schema[0].name`.
    pub replace_paths: Vec<String>,
    /// Attributes before; `Null` if the instance is new.
    pub before: Value,
    /// Attributes after, without those that are still unknown; `Null` if the instance is gone afterwards.
    pub after: Value,
    /// `true` for each part of `after` that is unknown, in the same shape.
    pub after_unknown: Value,
}

/// A planned change of a root output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputChange {
    /// The output's name.
    pub name: String,
    /// The action of the plan.
    pub action: Action,
    /// The value before; `Null` if there is none yet.
    pub before: Value,
    /// The value after; `Null` if nothing is left, or if it is unknown.
    pub after: Value,
    /// `true` for the parts of `after` that are unknown, in the same shape.
    pub after_unknown: Value,
}

/// The action of a plan on a resource instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is made.
    Create,
    /// A data source is read during the apply.
    Read,
    /// It is updated in place.
    Update,
    /// It is deleted and made again: what it held is gone.
    Replace {
        /// True if the new one is created before the old one is deleted.
        create_first: bool,
    },
    /// It is deleted.
    Delete,
    /// It stays as it is, and the state forgets it.
    Forget,
    /// An action of a newer Terraform. It is unknown here, so it may do anything.
    Other(Vec<String>),
}

impl Action {
    fn of(actions: &[&str]) -> Self {
        match actions {
            ["no-op"] => Self::NoOp,
            ["create"] => Self::Create,
            ["read"] => Self::Read,
            ["update"] => Self::Update,
            ["delete", "create"] => Self::Replace { create_first: false },
            ["create", "delete"] => Self::Replace { create_first: true },
            ["delete"] => Self::Delete,
            ["forget"] => Self::Forget,
            other => Self::Other(other.iter().map(|action| (*action).to_owned()).collect()),
        }
    }

    /// Returns whether the existing object is gone afterwards, or may be.
    pub fn destroys(&self) -> bool {
        match self {
            Self::NoOp | Self::Create | Self::Read | Self::Update | Self::Forget => false,
            Self::Replace { .. } | Self::Delete | Self::Other(_) => true,
        }
    }
}

/// Writes the actions as Terraform calls them, such as `delete, create`.
impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Replace { create_first: false } => "delete, create",
            Self::Replace { create_first: true } => "create, delete",
            Self::Delete => "delete",
            Self::Forget => "forget",
            Self::Other(actions) => return formatter.write_str(&actions.join(", ")),
        })
    }
}

/// The changes in a list of them: `resource_changes` or `resource_drift`.
pub(super) fn of_list(list: &Value) -> Vec<Change> {
    items(list).map(change).collect()
}

/// The changes of outputs, by name.
pub(super) fn of_outputs(outputs: &Value) -> Vec<OutputChange> {
    let output = |(name, change): (&String, &Value)| OutputChange {
        name: name.clone(),
        action: action(change),
        before: change["before"].clone(),
        after: change["after"].clone(),
        after_unknown: change["after_unknown"].clone(),
    };
    outputs.as_object().into_iter().flatten().map(output).collect()
}

fn action(change: &Value) -> Action {
    let actions: Vec<&str> = items(&change["actions"]).filter_map(Value::as_str).collect();
    Action::of(&actions)
}

fn change(value: &Value) -> Change {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let optional = |key: &str| value[key].as_str().map(String::from);
    let change = &value["change"];
    Change {
        address: text("address"),
        previous_address: optional("previous_address"),
        mode: text("mode"),
        kind: text("type"),
        deposed: optional("deposed"),
        action: action(change),
        importing: change["importing"].clone(),
        replace_paths: items(&change["replace_paths"]).map(path).collect(),
        before: change["before"].clone(),
        after: change["after"].clone(),
        after_unknown: change["after_unknown"].clone(),
    }
}

/// `["schema", 0, "name"]` as people write it: `schema[0].name`.
fn path(steps: &Value) -> String {
    items(steps).fold(String::new(), |path, step| match step {
        Value::String(name) if path.is_empty() => name.clone(),
        Value::String(name) => format!("{path}.{name}"),
        other => format!("{path}[{other}]"),
    })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(change: Value) -> Change {
        of_list(&json!([change])).remove(0)
    }

    #[test]
    fn a_replacement_says_why_and_in_which_order() {
        let change = of(json!({
            "address": "module.a.aws_b.c", "previous_address": "aws_b.c", "mode": "managed", "type": "aws_b",
            "change": {
                "actions": ["create", "delete"], "before": {"x": 1}, "after": {}, "after_unknown": {"x": true},
                "replace_paths": [["schema", 0, "name"], ["username_attributes"]],
            },
        }));
        assert_eq!(change.action, Action::Replace { create_first: true });
        assert_eq!(change.replace_paths, ["schema[0].name", "username_attributes"]);
        assert_eq!(change.previous_address.as_deref(), Some("aws_b.c"));
        assert_eq!(
            (change.before["x"].clone(), change.after_unknown["x"].clone()),
            (json!(1), json!(true))
        );
        assert!(change.importing.is_null() && change.action.destroys());
    }

    #[test]
    fn an_action_that_is_not_known_may_destroy() {
        let action = |actions: Value| of(json!({"address": "a.b", "change": {"actions": actions}})).action;
        assert_eq!(
            action(json!(["delete", "create"])),
            Action::Replace { create_first: false }
        );
        for (harmless, name) in [
            (Action::NoOp, "no-op"),
            (Action::Create, "create"),
            (Action::Read, "read"),
            (Action::Update, "update"),
            (Action::Forget, "forget"),
        ] {
            assert_eq!(action(json!([name])), harmless);
            assert!(!harmless.destroys());
        }
        assert_eq!(action(json!(["delete"])), Action::Delete);
        for actions in [
            &["delete", "create"][..],
            &["create", "delete"],
            &["update"],
            &["create", "forget"],
        ] {
            assert_eq!(action(json!(actions)).to_string(), actions.join(", "));
        }
        let newer = action(json!(["create", "forget"]));
        assert_eq!(newer, Action::Other(vec!["create".into(), "forget".into()]));
        assert!(newer.destroys() && Action::Delete.destroys());
    }
}
