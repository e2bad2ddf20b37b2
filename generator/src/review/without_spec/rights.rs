//! The rights that a function's role gains or loses.

use std::collections::BTreeMap;

use crate::functions::powers;
use crate::resources::iam_actions::covers;
use crate::surface::Statement;

/// Rights of a role.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Gained {
    /// Actions by resource, as policies write both.
    pub grants: BTreeMap<String, Vec<String>>,
    /// Statements that can't be shown as actions on resources, or that no longer refuse something.
    pub statements: Vec<Statement>,
    /// Their reach, if that is beyond single resources.
    pub reach: Option<&'static str>,
}

/// Actions by which every function writes its own logs and traces, or runs in a network.
const USUAL: [&str; 8] = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
];

/// AWS's own policies that allow these actions and no others.
const USUAL_POLICIES: [&str; 3] = [
    ":policy/service-role/AWSLambdaBasicExecutionRole",
    ":policy/service-role/AWSLambdaVPCAccessExecutionRole",
    ":policy/AWSXRayDaemonWriteAccess",
];

/// Returns whether a policy of AWS's only allows what every function does.
pub(super) fn is_usual_policy(arn: &str) -> bool {
    arn.contains(":iam::aws:") && USUAL_POLICIES.iter().any(|policy| arn.ends_with(policy))
}

impl Gained {
    /// Returns whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.grants.is_empty() && self.statements.is_empty()
    }
}

/// Returns the rights that statements give and others don't. A wider action or resource of the others covers a narrower
/// one. A statement with a condition is covered only by one without, or with the same.
pub(super) fn beyond(statements: &[Statement], others: &[Statement]) -> Gained {
    let mut gained = Gained::default();
    for statement in statements.iter().filter(|statement| is_allow(statement)) {
        if others.contains(statement) {
            continue;
        }
        if !is_plain(statement) {
            gained.statements.push(statement.clone());
            continue;
        }
        let wider = others.iter().filter(|other| {
            let is_wider = other.condition.is_none() || other.condition == statement.condition;
            is_allow(other) && is_plain(other) && is_wider
        });
        let wider: Vec<&Statement> = wider.collect();
        for (action, resource) in pairs(statement) {
            let is_covered =
                |other: &&Statement| pairs(other).any(|(of, on)| covers(of, action) && is_in(on, resource));
            if wider.iter().any(is_covered) || USUAL.contains(&action) {
                continue;
            }
            let actions = gained.grants.entry(resource.to_owned()).or_default();
            if !actions.iter().any(|other| other == action) {
                actions.push(action.to_owned());
            }
        }
    }
    // What is no longer refused may be allowed.
    let refused = others.iter().filter(|other| !is_allow(other));
    let is_gone = |other: &&Statement| !statements.contains(other);
    gained.statements.extend(refused.filter(is_gone).cloned());
    gained.reach = match gained.statements.is_empty() {
        true => powers::reach(&gained.grants),
        false => Some("it can't be shown as actions on resources"),
    };
    gained
}

fn is_allow(statement: &Statement) -> bool {
    statement.effect == "Allow"
}

/// Returns whether a statement names its actions and resources.
fn is_plain(statement: &Statement) -> bool {
    statement.not_actions.is_empty() && statement.not_resources.is_empty()
}

fn pairs(statement: &Statement) -> impl Iterator<Item = (&str, &str)> {
    let resources = statement.resources.iter();
    resources.flat_map(|resource| {
        let actions = statement.actions.iter();
        actions.map(|action| (action.as_str(), resource.as_str()))
    })
}

fn is_in(pattern: &str, resource: &str) -> bool {
    pattern == resource
        || pattern.contains('*') && portcullis_terraform_json::aws::arn_like(pattern, resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(effect: &str, action: &str, resource: &str) -> Statement {
        Statement {
            effect: effect.to_owned(),
            actions: vec![action.to_owned()],
            not_actions: Vec::new(),
            resources: vec![resource.to_owned()],
            not_resources: Vec::new(),
            condition: None,
        }
    }

    #[test]
    fn a_narrower_right_is_not_gained() {
        let table = "arn:aws:dynamodb:eu-central-1:1:table/orders";
        let read = statement("Allow", "dynamodb:GetItem", table);
        let all = statement("Allow", "dynamodb:*", "*");
        let of = |statements: &[&Statement], others: &[&Statement]| {
            let [statements, others] =
                [statements, others].map(|list| list.iter().map(|&one| one.clone()).collect::<Vec<_>>());
            beyond(&statements, &others)
        };
        assert!(of(&[&read], &[&all]).is_empty());
        let gained = of(&[&all], &[&read]);
        assert_eq!(gained.grants["*"], ["dynamodb:*"]);
        assert!(gained.reach.is_some());
        assert_eq!(of(&[&read], &[]).reach, None);

        let mut limited = read.clone();
        limited.condition = Some(serde_json::json!({"Bool": {"aws:SecureTransport": "true"}}));
        assert!(of(&[&limited], &[&read]).is_empty());
        assert!(!of(&[&read], &[&limited]).is_empty());

        let deny = statement("Deny", "dynamodb:DeleteTable", "*");
        assert!(of(&[&read, &deny], &[&read]).is_empty());
        assert_eq!(of(&[&read], &[&read, &deny]).statements, [deny]);

        let mut others = read.clone();
        (others.not_actions, others.actions) = (vec!["iam:*".to_owned()], Vec::new());
        assert_eq!(of(&[&others], &[&all]).statements, [others]);
        let logs = statement("Allow", "logs:PutLogEvents", "*");
        assert!(of(&[&logs], &[]).is_empty());
    }
}
