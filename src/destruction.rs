//! Reads a plan that destroys an environment: its deletions, and the resources that prevent them.

use std::collections::BTreeSet;

use portcullis_generator::modules::{USER_POOL, is_bucket, is_table};
use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};
use serde_json::Value;

/// A plan that destroys.
#[derive(Debug, PartialEq)]
pub struct Destruction {
    deletes: BTreeSet<String>,
    /// The addresses of resources that it changes instead of deleting them. There should be none.
    pub others: Vec<String>,
    /// The user pools, tables and buckets that it would delete and that AWS protects.
    pub protected: BTreeSet<String>,
}

impl Destruction {
    /// Reads the deletions of a plan.
    pub fn of(plan: &ParsedPlan) -> Self {
        let changes = &plan.changes;
        let of = |wanted: fn(&Change) -> bool| changes.iter().filter(move |change| wanted(change)).map(name);
        Self {
            deletes: of(|change| change.action == Action::Delete).collect(),
            others: of(|change| !matches!(change.action, Action::NoOp | Action::Read | Action::Delete))
                .collect(),
            protected: of(is_protected).collect(),
        }
    }

    /// Returns the environment's own resources that AWS protects.
    pub fn own_protected(&self) -> impl Iterator<Item = &String> {
        self.protected.iter().filter(|address| is_own(address))
    }

    /// Returns protected resources of hand-written HCL.
    pub fn foreign_protected(&self) -> impl Iterator<Item = &String> {
        self.protected.iter().filter(|address| !is_own(address))
    }

    /// Returns the resources that this plan deletes and an earlier one doesn't.
    pub fn beyond(&self, shown: &Self) -> Vec<String> {
        self.deletes.difference(&shown.deletes).cloned().collect()
    }
}

/// Returns an address, followed by the key of an object that an unfinished replacement left behind.
fn name(change: &Change) -> String {
    match &change.deposed {
        Some(key) => format!("{} (deposed {key})", change.address),
        None => change.address.clone(),
    }
}

/// Returns whether the spec says how an address is protected.
fn is_own(address: &str) -> bool {
    address == USER_POOL || is_table(address) || is_bucket(address)
}

fn is_protected(change: &Change) -> bool {
    let protection = protection(change);
    change.action == Action::Delete
        && protection.is_some_and(|(argument, on, _)| change.before[argument] == on)
}

/// Returns the argument that protects a resource, with its values on and off.
fn protection(change: &Change) -> Option<(&'static str, Value, Value)> {
    match change.kind.as_str() {
        "aws_cognito_user_pool" => Some(("deletion_protection", "ACTIVE".into(), "INACTIVE".into())),
        "aws_dynamodb_table" => Some(("deletion_protection_enabled", true.into(), false.into())),
        // AWS deletes another bucket if it is empty.
        "aws_s3_bucket" if is_bucket(&change.address) => Some(("force_destroy", false.into(), true.into())),
        _ => None,
    }
}

/// Returns whether a plan takes the deletion protection off the environment's own resources and does nothing else.
pub fn only_unprotects(plan: &ParsedPlan) -> bool {
    plan.changes.iter().all(|change| match change.action {
        Action::NoOp | Action::Read => true,
        Action::Update => is_own(&change.address) && differs_in_protection(change),
        _ => false,
    })
}

fn differs_in_protection(change: &Change) -> bool {
    let (Value::Object(before), Value::Object(after)) = (&change.before, &change.after) else {
        return false;
    };
    let Some((argument, _, off)) = protection(change) else {
        return false;
    };
    let same = before
        .keys()
        .chain(after.keys())
        .filter(|key| *key != argument)
        .all(|key| before.get(key) == after.get(key));
    same && change.after[argument] == off
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STAFF: &str = "aws_cognito_user_pool.staff";

    fn change(address: &str, action: &str, before: Value, after: Value) -> Value {
        json!({
            "address": address, "mode": "managed", "type": "aws_cognito_user_pool",
            "change": {"actions": [action], "before": before, "after": after},
        })
    }

    fn plan(changes: &[Value]) -> ParsedPlan {
        let plan = json!({"format_version": "1.2", "resource_changes": changes});
        ParsedPlan::parse(&plan.to_string()).unwrap()
    }

    #[test]
    fn what_is_deleted_and_was_not_shown_is_known() {
        let pool = change(
            USER_POOL,
            "delete",
            json!({"deletion_protection": "ACTIVE"}),
            Value::Null,
        );
        let mut staff = change(
            STAFF,
            "delete",
            json!({"deletion_protection": "INACTIVE"}),
            Value::Null,
        );
        let shown = Destruction::of(&plan(std::slice::from_ref(&pool)));
        assert_eq!(shown.own_protected().collect::<Vec<_>>(), [USER_POOL]);
        assert!(shown.others.is_empty());
        let more = Destruction::of(&plan(&[pool, staff.clone()]));
        assert_eq!(more.protected.len(), 1);
        assert_eq!(
            (more.beyond(&shown), shown.beyond(&more)),
            (vec![STAFF.into()], vec![])
        );
        staff["deposed"] = json!("a1b2");
        let deposed = Destruction::of(&plan(&[staff]));
        assert_eq!(
            deposed.beyond(&more),
            ["aws_cognito_user_pool.staff (deposed a1b2)"]
        );
        let other = change(STAFF, "update", json!({}), json!({}));
        assert_eq!(Destruction::of(&plan(&[other])).others, [STAFF]);
    }

    #[test]
    fn the_protection_of_tables_goes_before_them() {
        let table = "module.service.aws_dynamodb_table.orders".to_owned();
        let change = |address: &str, action: &str, before: bool, after: bool| {
            json!({
                "address": address, "mode": "managed", "type": "aws_dynamodb_table",
                "change": {
                    "actions": [action], "before": {"name": "a", "deletion_protection_enabled": before},
                    "after": {"name": "a", "deletion_protection_enabled": after},
                },
            })
        };
        let own = Destruction::of(&plan(&[change(&table, "delete", true, false)]));
        assert_eq!(own.own_protected().count(), 1);
        let foreign = Destruction::of(&plan(&[change("aws_dynamodb_table.x", "delete", true, false)]));
        assert_eq!(
            (
                foreign.own_protected().count(),
                foreign.foreign_protected().count()
            ),
            (0, 1)
        );
        let open = Destruction::of(&plan(&[change(&table, "delete", false, false)]));
        assert!(open.protected.is_empty());
        assert!(only_unprotects(&plan(&[change(&table, "update", true, false)])));
        assert!(!only_unprotects(&plan(&[change(&table, "update", false, true)])));
        assert!(!only_unprotects(&plan(&[change(
            "aws_dynamodb_table.x",
            "update",
            true,
            false
        )])));
    }

    #[test]
    fn only_the_protection_of_the_pool_itself_may_go_before() {
        let unprotects = |changes: &[Value]| only_unprotects(&plan(changes));
        let before = json!({"name": "a", "deletion_protection": "ACTIVE"});
        let off = json!({"name": "a", "deletion_protection": "INACTIVE"});
        let renamed = json!({"name": "b", "deletion_protection": "INACTIVE"});
        let less = json!({"deletion_protection": "INACTIVE"});
        assert!(unprotects(&[change(
            USER_POOL,
            "update",
            before.clone(),
            off.clone()
        )]));
        assert!(unprotects(&[change(STAFF, "no-op", off.clone(), off.clone())]));
        for change in [
            change(USER_POOL, "update", before.clone(), renamed),
            change(USER_POOL, "update", before.clone(), less),
            change(USER_POOL, "update", before.clone(), Value::Null),
            change(USER_POOL, "update", off.clone(), before.clone()),
            change(USER_POOL, "delete", before.clone(), Value::Null),
            change(STAFF, "update", before, off),
        ] {
            assert!(!unprotects(std::slice::from_ref(&change)), "{change}");
        }
    }
}
