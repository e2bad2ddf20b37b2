//! Statements against calls.

use serde_json::{Value, json};

use super::verdict::*;
use super::*;
use std::collections::BTreeMap;

use portcullis_terraform_json::policy::Document;

const TABLE: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";

fn rights(statements: Value) -> Rights {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Rights {
        function_arn: "arn:aws:lambda:us-east-1:123456789012:function:f".into(),
        role_arn: "arn:aws:iam::123456789012:role/r".into(),
        tags: BTreeMap::new(),
        policies: vec![Document::parse(&document).unwrap()],
        boundary: None,
        unknown: Vec::new(),
    }
}

fn context() -> Context {
    let tags = BTreeMap::from([("Service".to_owned(), "shop".to_owned())]);
    let mut context = Context::new(&tags);
    context.set("aws:SecureTransport", "true");
    context.set("aws:RequestedRegion", "us-east-1");
    context.set("aws:PrincipalArn", "arn:aws:iam::123456789012:role/r");
    context.set("aws:EpochTime", "1700000000");
    context.set("aws:CurrentTime", "2023-11-14T22:13:20Z");
    context
}

/// `yes`, `denied`, `no`, or one of the latter with what was not evaluated.
fn verdict(statements: Value, need: &Need) -> String {
    match rights(statements).decide(std::slice::from_ref(need), &context()) {
        Verdict::Allowed => "yes".to_owned(),
        Verdict::Refused(Refused { reason, unsure, .. }) => {
            let word = match reason {
                RefusalReason::Denied => "denied",
                RefusalReason::NotAllowed => "no",
                RefusalReason::DeniedByBoundary | RefusalReason::NotAllowedByBoundary => "boundary",
            };
            unsure.map_or(word.to_owned(), |unsure| format!("{word}: {unsure}"))
        }
    }
}

fn get() -> Need {
    Need::new("dynamodb:GetItem", TABLE)
}

#[test]
fn actions_and_resources_select_by_wildcards() {
    for (actions, resources, expected) in [
        (json!("dynamodb:GetItem"), json!(TABLE), "yes"),
        (json!("DYNAMODB:getitem"), json!(TABLE), "yes"),
        (json!("dynamodb:Get*"), json!("*"), "yes"),
        (
            json!("dynamodb:?etItem"),
            json!("arn:aws:dynamodb:*:*:table/*"),
            "yes",
        ),
        (
            json!(["s3:GetObject", "dynamodb:GetItem"]),
            json!(["x", TABLE]),
            "yes",
        ),
        (json!("*"), json!("*"), "yes"),
        (json!("dynamodb:PutItem"), json!(TABLE), "no"),
        (json!("dynamodb:GetItems"), json!(TABLE), "no"),
        (json!("dynamodb:GetItem"), json!(format!("{TABLE}/index/*")), "no"),
        (
            json!("dynamodb:GetItem"),
            json!(TABLE.replace("orders", "Orders")),
            "no",
        ),
        (json!("dynamodb:GetItem"), json!(format!("{TABLE}s")), "no"),
        (json!([]), json!("*"), "no"),
    ] {
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resources});
        assert_eq!(verdict(statement.clone(), &get()), expected, "{statement}");
    }
    for (not_actions, not_resources, expected) in [
        ("dynamodb:PutItem", "arn:other", "yes"),
        ("dynamodb:*", "arn:other", "no"),
        ("dynamodb:PutItem", "arn:aws:dynamodb:*", "no"),
    ] {
        let statement = json!({"Effect": "Allow", "NotAction": not_actions, "NotResource": not_resources});
        assert_eq!(verdict(statement.clone(), &get()), expected, "{statement}");
    }
}

#[test]
fn a_denial_counts_more_than_any_allowance() {
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let deny = |action: &str| json!({"Effect": "Deny", "Action": action, "Resource": TABLE});
    assert_eq!(verdict(json!([allow, deny("dynamodb:*Item")]), &get()), "denied");
    assert_eq!(verdict(json!([deny("dynamodb:*Item"), allow]), &get()), "denied");
    assert_eq!(verdict(json!([allow, deny("dynamodb:PutItem")]), &get()), "yes");
    assert_eq!(verdict(json!([]), &get()), "no");
}

#[test]
fn conditions_are_met_or_not_or_unknown() {
    let with = |operator: &str, key: &str, values: Value| {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {operator: {key: values}}});
        let need = get()
            .with("s3:prefix", ["a/b".to_owned()])
            .with("s3:delimiter", []);
        verdict(statement, &need)
    };
    for (operator, key, values, expected) in [
        ("Bool", "aws:SecureTransport", json!(true), "yes"),
        ("Bool", "AWS:securetransport", json!("True"), "yes"),
        ("Bool", "aws:SecureTransport", json!("false"), "no"),
        (
            "StringEquals",
            "aws:RequestedRegion",
            json!(["eu-central-1", "us-east-1"]),
            "yes",
        ),
        ("StringEquals", "aws:RequestedRegion", json!("US-EAST-1"), "no"),
        (
            "StringEqualsIgnoreCase",
            "aws:RequestedRegion",
            json!("US-EAST-1"),
            "yes",
        ),
        (
            "StringNotEquals",
            "aws:RequestedRegion",
            json!(["eu-central-1", "us-east-1"]),
            "no",
        ),
        (
            "StringNotEquals",
            "aws:RequestedRegion",
            json!("eu-central-1"),
            "yes",
        ),
        ("StringLike", "aws:RequestedRegion", json!("us-*"), "yes"),
        ("StringNotLike", "aws:RequestedRegion", json!("us-*"), "no"),
        ("StringLike", "s3:prefix", json!("a/*"), "yes"),
        ("StringEquals", "s3:delimiter", json!("/"), "no"),
        ("StringNotEquals", "s3:delimiter", json!("/"), "yes"),
        ("StringEqualsIfExists", "s3:delimiter", json!("/"), "yes"),
        ("Null", "s3:delimiter", json!("true"), "yes"),
        ("Null", "s3:delimiter", json!(false), "no"),
        ("Null", "s3:prefix", json!("false"), "yes"),
        ("ForAllValues:StringEquals", "s3:delimiter", json!("/"), "yes"),
        ("ForAnyValue:StringEquals", "s3:delimiter", json!("/"), "no"),
        ("ForAnyValue:StringLike", "s3:prefix", json!(["x", "a*"]), "yes"),
        (
            "ArnLike",
            "aws:PrincipalArn",
            json!("arn:aws:iam::*:role/*"),
            "yes",
        ),
        ("ArnLike", "aws:PrincipalArn", json!("arn:*:role/r"), "no"),
        (
            "ArnNotEquals",
            "aws:PrincipalArn",
            json!("arn:aws:iam::123456789012:role/r"),
            "no",
        ),
        ("StringEquals", "aws:PrincipalTag/service", json!("shop"), "yes"),
        ("StringEquals", "aws:PrincipalTag/Other", json!("shop"), "no"),
        ("StringEquals", "aws:username", json!("shop"), "no"),
        ("NumericLessThan", "aws:EpochTime", json!(1_800_000_000), "yes"),
        (
            "NumericGreaterThanEquals",
            "aws:EpochTime",
            json!("1800000000"),
            "no",
        ),
        (
            "DateGreaterThan",
            "aws:CurrentTime",
            json!("2020-01-01T00:00:00Z"),
            "yes",
        ),
        (
            "DateLessThan",
            "aws:CurrentTime",
            json!("2020-01-01T00:00:00Z"),
            "no",
        ),
        (
            "IpAddress",
            "aws:SourceIp",
            json!("10.0.0.0/8"),
            "no: the condition key `aws:SourceIp`",
        ),
        (
            "StringEquals",
            "aws:SourceVpc",
            json!("vpc-1"),
            "no: the condition key `aws:SourceVpc`",
        ),
        (
            "BinaryEquals",
            "aws:RequestedRegion",
            json!("eA=="),
            "no: the condition operator `BinaryEquals`",
        ),
        (
            "NumericEquals",
            "aws:RequestedRegion",
            json!("1"),
            "no: the value `1` of `NumericEquals`",
        ),
    ] {
        assert_eq!(
            with(operator, key, values.clone()),
            expected,
            "{operator} {key} {values}"
        );
    }
}

#[test]
fn an_unknown_condition_never_helps() {
    let unknown = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}});
    let deny = json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": unknown},
    ]);
    assert_eq!(
        verdict(deny.clone(), &get()),
        "denied: the condition key `aws:SourceVpc`"
    );
    // A condition that is certain not to be met decides.
    let mut never = deny;
    never[1]["Condition"]["Bool"] = json!({"aws:SecureTransport": "false"});
    assert_eq!(verdict(never, &get()), "yes");
    let either = json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": unknown},
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"},
    ]);
    assert_eq!(verdict(either, &get()), "yes", "another statement allows it");
}

#[test]
fn variables_stand_for_what_the_request_has() {
    let of = |resource: &str| {
        verdict(
            json!({"Effect": "Allow", "Action": "*", "Resource": resource}),
            &get(),
        )
    };
    assert_eq!(
        of("arn:aws:dynamodb:${aws:RequestedRegion}:*:table/orders"),
        "yes"
    );
    assert_eq!(of("${aws:PrincipalTag/none, 'arn'}:aws:dynamodb:*"), "yes");
    assert_eq!(of("arn:aws:dynamodb:${aws:username}:*"), "no");
    assert_eq!(
        of("arn:aws:dynamodb:*/${aws:SourceVpc}"),
        "no: the variable in `arn:aws:dynamodb:*/${aws:SourceVpc}`"
    );
    assert_eq!(of("arn:${*}"), "no: the variable in `arn:${*}`");
}

#[test]
fn a_boundary_limits_what_the_role_allows() {
    let boundary = |statements: Value| {
        let mut rights = rights(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        rights.boundary = Some(Document::parse(&json!({ "Statement": statements }).to_string()).unwrap());
        match rights.decide(&[get()], &context()) {
            Verdict::Allowed => None,
            Verdict::Refused(refused) => Some(refused.reason),
        }
    };
    let statement = |effect: &str, action: &str| json!({"Effect": effect, "Action": action, "Resource": "*"});
    assert_eq!(boundary(statement("Allow", "dynamodb:*")), None);
    assert_eq!(
        boundary(statement("Allow", "s3:*")),
        Some(RefusalReason::NotAllowedByBoundary)
    );
    let both = json!([statement("Allow", "*"), statement("Deny", "dynamodb:*")]);
    assert_eq!(boundary(both), Some(RefusalReason::DeniedByBoundary));
}

#[test]
fn one_of_several_arns_of_a_resource_is_enough_and_every_need_counts() {
    let statement =
        json!({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "arn:identity/example.com"});
    let rights = rights(statement);
    let mut need = Need::new("ses:SendEmail", "arn:identity/a@example.com");
    assert!(matches!(
        rights.decide(&[need.clone()], &context()),
        Verdict::Refused(_)
    ));
    need.resources.push("arn:identity/example.com".to_owned());
    assert_eq!(rights.decide(&[need.clone()], &context()), Verdict::Allowed);
    let Verdict::Refused(refused) = rights.decide(&[need, get()], &context()) else {
        panic!()
    };
    assert_eq!(refused.need, get());
}
