//! Notes on the permissions of a state that are not evaluated, for the list that is printed at the start.

use std::collections::BTreeSet;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::Resource;
use portcullis_terraform_json::iam::Role;
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::lambda::Function;
use portcullis_terraform_json::policy::{Document, Selection};
use serde_json::{Map, Value, json};

use super::condition::unknown_operator;
use super::context::is_known;
use super::rights::of_functions;
use crate::data_plane::api::Unsupported;

/// Resources with a policy of their own, and the attribute that holds it.
const RESOURCE_POLICIES: [(&str, &str); 9] = [
    ("aws_s3_bucket_policy", "policy"),
    ("aws_sqs_queue_policy", "policy"),
    ("aws_sqs_queue", "policy"),
    ("aws_sns_topic_policy", "policy"),
    ("aws_dynamodb_resource_policy", "policy"),
    ("aws_secretsmanager_secret_policy", "policy"),
    ("aws_kms_key_policy", "policy"),
    ("aws_cloudwatch_event_bus_policy", "policy"),
    ("aws_ses_identity_policy", "policy"),
];

/// The parts of a state's permissions that are not evaluated for calls of these functions.
pub fn notes(resources: &[Resource], runs: impl Fn(&str) -> bool) -> Vec<Unsupported> {
    let mut notes = Vec::new();
    let mut add = |address: &str, reason: String| {
        let note = Unsupported {
            address: address.to_owned(),
            reason,
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    let index = Index::of(resources);
    let roles: Vec<Part<Role>> = index.parts();
    let rights = of_functions(resources);
    let mut any_runs = false;
    for function in index
        .parts::<Function>()
        .iter()
        .filter(|function| runs(&function.function_name))
    {
        any_runs = true;
        let named = function.role.as_deref().unwrap_or_default();
        let role = roles.iter().find(|role| role.is_named(named));
        let address = role.map_or(&function.resource.address, |role| &role.resource.address);
        let Some(rights) = rights.get(&function.function_name) else {
            continue;
        };
        for unknown in &rights.unknown {
            add(address, format!("{unknown}, can't be evaluated"));
        }
        for part in rights
            .policies
            .iter()
            .chain(&rights.boundary)
            .flat_map(unevaluated)
        {
            add(
                address,
                format!("{part} is not evaluated, so its statement allows nothing and denies everything"),
            );
        }
    }
    if any_runs {
        for (kind, attribute) in RESOURCE_POLICIES {
            for resource in index.managed(kind) {
                if resource.values[attribute]
                    .as_str()
                    .is_some_and(bears_on_functions)
                {
                    let reason = "its resource policy is not evaluated for calls of functions".to_owned();
                    add(&resource.address, reason);
                }
            }
        }
    }
    notes
}

/// The conditions of a policy that are not evaluated.
fn unevaluated(document: &Document) -> BTreeSet<String> {
    let conditions = document
        .statements
        .iter()
        .flat_map(|statement| &statement.conditions);
    let mut parts: BTreeSet<String> = conditions
        .filter_map(|condition| {
            let key =
                || (!is_known(&condition.key)).then(|| format!("the condition key {}", code(&condition.key)));
            unknown_operator(condition).or_else(key)
        })
        .collect();
    for statement in &document.statements {
        let (Selection::Of(resources) | Selection::AllBut(resources)) = &statement.resources;
        let variables = resources
            .iter()
            .filter(|_| document.has_variables)
            .filter_map(|text| {
                let (name, _) = text.split_once("${")?.1.split_once('}')?;
                let key = name.split(',').next().unwrap_or_default().trim();
                (key != "$" && !is_known(key)).then(|| format!("the variable in {}", code(text)))
            });
        parts.extend(variables);
    }
    parts
}

/// Returns whether a resource's policy can change the verdict about a call of a function. One that lets AWS's services in,
/// or keeps out who speaks plain HTTP, can't: an SDK speaks HTTPS with AWS.
fn bears_on_functions(policy: &str) -> bool {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => return false,
        one => vec![one.clone()],
    };
    statements.iter().any(|statement| {
        let for_services = statement["Principal"]
            .as_object()
            .is_some_and(|principals| principals.keys().all(|kind| kind == "Service"));
        let asks =
            |operators: &Map<String, Value>| operators.len() == 1 && is_plain_http(operators.get("Bool"));
        let against_plain_http = statement["Condition"].as_object().is_some_and(asks);
        match statement["Effect"].as_str() {
            Some("Allow") => !for_services,
            _ => !against_plain_http,
        }
    })
}

/// Returns whether the operator `Bool` asks for plain HTTP and nothing else.
fn is_plain_http(keys: Option<&Value>) -> bool {
    let Some(keys) = keys.and_then(Value::as_object) else {
        return false;
    };
    let is_false = |value: &Value| *value == "false" || *value == false || *value == json!(["false"]);
    keys.len() == 1 && keys.get("aws:SecureTransport").is_some_and(is_false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_for_services_or_against_plain_http_is_nothing_to_say() {
        let bears = |statement: Value| bears_on_functions(&json!({ "Statement": statement }).to_string());
        let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        let service = json!({"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": "x"}}});
        assert!(!bears(json!([tls, service])));
        let mut everybody = service.clone();
        everybody["Principal"] = json!("*");
        let mut always = tls.clone();
        always["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
        for statement in [
            everybody,
            always,
            json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}),
            json!({"Effect": "Allow", "Principal": {"AWS": "x", "Service": "y"}, "Action": "*", "Resource": "*"}),
        ] {
            assert!(bears(statement.clone()), "{statement}");
        }
        assert!(!bears_on_functions("") && !bears_on_functions("{}"));
    }

    #[test]
    fn conditions_that_are_not_evaluated_are_named() {
        let document = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "arn:${aws:PrincipalOrgID}/${aws:RequestedRegion}",
                "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}}},
            {"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"StringEquals": {"dynamodb:Attributes": "a", "s3:prefix": "b"}}},
        ]});
        let document = Document::parse(&document.to_string()).unwrap();
        let parts: Vec<String> = unevaluated(&document).into_iter().collect();
        assert_eq!(
            parts,
            [
                "the condition key `dynamodb:Attributes`",
                "the condition operator `IpAddress`",
                "the variable in `arn:${aws:PrincipalOrgID}/${aws:RequestedRegion}`",
            ]
        );
    }
}
