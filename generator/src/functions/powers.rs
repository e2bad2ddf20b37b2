//! The rights that a change gives to a function's role, and their reach.

use std::collections::BTreeMap;

use crate::functions::statement::Statement;
use crate::resources::iam_actions::{self, covers};

/// Actions on one resource, as the spec has it.
pub(crate) type Grants = BTreeMap<String, Vec<String>>;

/// Returns the rights that statements give and others don't, by resource. A wider action or resource of the others
/// covers a narrower one.
pub(crate) fn beyond(statements: &[Statement], others: &[Statement]) -> Grants {
    let mut grants = Grants::new();
    for (action, resource) in pairs(statements) {
        let is_covered = pairs(others).any(|(other, on)| covers(other, action) && is_in(&on, &resource));
        let actions = grants.entry(resource).or_default();
        if !is_covered && !actions.iter().any(|other| other == action) {
            actions.push(action.to_owned());
        }
    }
    grants.retain(|_, actions| !actions.is_empty());
    grants
}

fn pairs(statements: &[Statement]) -> impl Iterator<Item = (&str, String)> {
    statements.iter().flat_map(|statement| {
        let resources = statement.resources.iter();
        resources.flat_map(|resource| {
            let actions = statement.actions.iter();
            actions.map(|action| (action.as_str(), resource.written()))
        })
    })
}

/// Returns whether a pattern covers a resource. Case counts.
fn is_in(pattern: &str, resource: &str) -> bool {
    pattern == resource
        || pattern.contains('*') && portcullis_terraform_json::aws::arn_like(pattern, resource)
}

/// Returns the reach of grants as a warning, if it goes beyond the resources that they name.
pub(crate) fn reach(grants: &Grants) -> Option<&'static str> {
    let all = || {
        grants
            .iter()
            .flat_map(|(on, actions)| actions.iter().map(move |action| (on.as_str(), action.as_str())))
    };
    let any = |is: &dyn Fn(&str, &str) -> bool| all().any(|(on, action)| is(on, action));
    if any(&|_, action| action == "*") {
        Some("it may call every service")
    } else if any(&|_, action| manages_permissions(action)) {
        Some("it can change permissions, also its own")
    } else if any(&|_, action| action.starts_with("sts:")) {
        Some("it can take on other roles")
    } else if any(&|_, action| {
        covers(action, "lambda:InvokeFunction") || covers(action, "lambda:InvokeAsync")
    }) {
        Some("it can run functions past their authorizers")
    } else if any(&|_, action| action.ends_with(":*")) {
        Some("it may call every action of a service")
    } else if any(&|on, _| is_account_wide(on)) {
        Some("it reaches every resource of the account")
    } else {
        None
    }
}

/// Returns whether an action manages permissions, or a pattern covers such an action.
fn manages_permissions(action: &str) -> bool {
    let actions = iam_actions::find(action).unwrap_or_default();
    let is_iam = action.starts_with("iam:");
    let reads = |name: &str| ["Get", "List"].iter().any(|verb| name.starts_with(verb));
    // Patterns for a whole service are handled below.
    let is_whole = action.ends_with(":*") && !is_iam;
    !is_whole
        && actions
            .iter()
            .any(|action| action.manages_permissions || is_iam && !reads(action.name))
}

/// Returns whether a pattern covers every resource of a type, or more. A reference is the ARN of one resource, or of parts of it.
fn is_account_wide(resource: &str) -> bool {
    if resource.starts_with("${") {
        return false;
    }
    let name = resource.splitn(6, ':').nth(5).unwrap_or(resource);
    let behind_type = name.split_once(['/', ':']).map_or(name, |(_, rest)| rest);
    name.starts_with('*') || behind_type.starts_with('*') && !resource.contains(":s3:::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_far_is_told_apart() {
        let one = |action: &str, on: &str| reach(&Grants::from([(on.into(), vec![action.into()])]));
        let table = "arn:aws:dynamodb:${region}:${account}:table/orders";
        assert_eq!(one("dynamodb:GetItem", table), None);
        assert_eq!(one("s3:GetObject", "arn:aws:s3:::receipts/*"), None);
        assert_eq!(one("s3:GetObject", "${buckets.receipts.arn}/*"), None);
        assert_eq!(one("dynamodb:Query", "${tables.orders.arn}/*"), None);
        assert_eq!(one("dynamodb:GetItem", "${own.carts}/*"), None);
        for (action, on, word) in [
            ("*", "*", "every service"),
            ("iam:PassRole", table, "permissions"),
            ("s3:PutBucketPolicy", "arn:aws:s3:::receipts", "permissions"),
            ("sts:AssumeRole", table, "roles"),
            ("lambda:Invoke*", table, "authorizers"),
            ("dynamodb:*", table, "action of a service"),
            ("dynamodb:GetItem", "*", "every resource"),
            (
                "dynamodb:GetItem",
                "arn:aws:dynamodb:${region}:${account}:table/*",
                "every resource",
            ),
            ("s3:GetObject", "arn:aws:s3:::*", "every resource"),
        ] {
            assert!(
                one(action, on).is_some_and(|text| text.contains(word)),
                "{action} {on}"
            );
        }
        assert_eq!(one("iam:GetUser", table), None);
    }
}
