//! The calls that functions may make: statements of a role against calls of AWS's own SDK, through a data plane in a
//! process of its own, to the real moto. `function_calls/cases/README.md` explains the cases.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

#[allow(dead_code, reason = "shared with the control plane's own tests")]
mod control_plane;
mod shop;

use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_generator::surface;
use portcullis_test_support::in_time::InTime;
use serde_json::{Value, json};

use control_plane::harness::{ControlPlane, python};
use shop::{Shop, command, project, state, zip};

/// Region and account of the fixture.
const PLACE: &str = "eu-central-1:123456789012";

/// The resources of the cases, created as Terraform would: at the control plane, without a role.
const SETUP: &str = r#"
import boto3
d, s, q, n = (boto3.client(x) for x in ("dynamodb", "s3", "sqs", "sns"))
for table in ("orders", "other", "shop-dev-orders", "shop-dev-other"):
    d.create_table(TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": x, "AttributeType": "S"} for x in ("id", "stage")],
        GlobalSecondaryIndexes=[{"IndexName": "by_status", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "stage", "KeyType": "HASH"}]}])
    d.put_item(TableName=table, Item={"id": {"S": "1"}, "stage": {"S": "1"}})
for bucket in ("receipts", "archive", "shop-dev-receipts-123456789012", "shop-dev-archive-123456789012"):
    s.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    for key in ("one.txt", "a folder/ü+&.txt"):
        s.put_object(Bucket=bucket, Key=key, Body="one")
for queue in ("mails", "others", "shop-dev-mails", "shop-dev-others"):
    q.create_queue(QueueName=queue)
for topic in ("news", "others", "shop-dev-news", "shop-dev-others"):
    n.create_topic(Name=topic)
boto3.client("ssm").put_parameter(Name="/shop/url", Value="x", Type="SecureString")
print(boto3.client("secretsmanager").create_secret(Name="shop/db", SecretString="x")["ARN"])
"#;

/// A control plane with what the cases are about, and the ARN of the secret.
fn control_plane() -> (ControlPlane, String) {
    let plane = ControlPlane::start();
    let mut setup = Command::new(python());
    setup
        .args(["-I", "-c", SETUP])
        .env("AWS_ENDPOINT_URL", plane.endpoint());
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "123456789012"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
    ] {
        setup.env(name, value);
    }
    let output = setup.output_in_time().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let secret = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    (plane, secret)
}

/// A state in which the role of every function has these statements.
fn state_with(statements: &Value, secret: &str) -> Value {
    let mut state = state();
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let resource = |kind: &str, values: Value| json!({"address": format!("{kind}.this"), "mode": "managed", "type": kind, "name": "this", "values": values});
    let root = state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    root.push(resource(
        "aws_iam_role_policy",
        json!({"role": "shop-function", "name": "uses", "policy": document.to_string()}),
    ));
    root.push(resource(
        "aws_secretsmanager_secret",
        json!({"name": "shop/db", "arn": secret}),
    ));
    state
}

/// The statements of a case: its own, or those that the generator makes of its `uses`, in the environment `dev` of a spec.
fn statements(case: &Value) -> Value {
    let Some(uses) = case["uses"].as_object() else {
        return case["statements"].clone();
    };
    let uses = uses.iter().map(|(of, verbs)| format!("\"{of}\" = {verbs}"));
    let uses = uses.collect::<Vec<_>>().join(", ");
    let spec = include_str!("function_calls/spec.toml").replace("uses = {}", &format!("uses = {{ {uses} }}"));
    let service = portcullis_generator::service(&spec, None)
        .unwrap_or_else(|errors| panic!("{}", errors.render("spec.toml", &spec, false)));
    let surface = surface::of_service(&service, &service.environments["dev"]);
    let [function] = &surface.functions[..] else {
        panic!("{spec}")
    };
    let statements = function.statements.iter().map(|statement| {
        json!({"Effect": statement.effect, "Action": statement.actions, "Resource": statement.resources})
    });
    let text = Value::from_iter(statements).to_string();
    let (region, account) = PLACE.split_once(':').unwrap();
    let text = text.replace("${partition}", "aws").replace("${region}", region);
    serde_json::from_str(&text.replace("${account}", account)).unwrap()
}

/// A data plane in front of the control plane, whose functions make the calls that they are told.
fn data_plane(plane: &ControlPlane, state: &Value) -> Shop {
    let folder = project();
    let bootstrap = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/calls/bootstrap");
    let bootstrap = fs::read_to_string(bootstrap).unwrap();
    let bootstrap = bootstrap.replacen("PYTHON", python().to_str().unwrap(), 1);
    zip(&folder.path().join("artifacts/shop.zip"), &bootstrap);
    fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
    let mut command = command(folder.path(), 0, &["customers", "staff"]);
    command.env("PORTCULLIS_TEST_AWS", plane.endpoint());
    Shop::start_with(folder, command)
}

/// The outcomes of calls that the function `shop-echo` makes.
fn outcomes(shop: &Shop, calls: &[Value]) -> Vec<Value> {
    let body = json!(calls).to_string();
    let answer = shop.call_with("POST", "/v1/echo", &[], body.as_bytes());
    assert_eq!(
        answer.status,
        200,
        "{}\n{}\n{}",
        answer.text(),
        shop.log(),
        shop.function_log("echo")
    );
    answer.json().as_array().unwrap().clone()
}

/// Splits a call from what is expected of it.
fn split(entry: &Value) -> (Value, Value) {
    let entry = entry.as_object().unwrap().clone();
    let (call, expected): (serde_json::Map<_, _>, _) =
        entry.into_iter().partition(|(key, _)| key.contains('.'));
    assert_eq!(call.len(), 1, "{call:?}");
    (Value::Object(call), Value::Object(expected))
}

#[test]
fn every_case_of_the_table_is_allowed_or_refused_as_on_aws() {
    let (plane, secret) = control_plane();
    let shop = data_plane(&plane, &state_with(&json!([]), &secret));
    let queues = format!("{}/123456789012", plane.endpoint());
    let mut wrong = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/function_calls/cases");
    let mut count = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace('…', PLACE).replace("QUEUES", &queues);
        let cases: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in cases.as_array().unwrap() {
            let about = &case["about"];
            fs::write(
                shop.path("state.json"),
                state_with(&statements(case), &secret).to_string(),
            )
            .unwrap();
            shop.signal("HUP");
            let ready = shop.line();
            assert_eq!(ready["ready"], true, "{about}: {ready}");
            let noted = ready["unsupported"].to_string();
            for note in case["notes"].as_array().into_iter().flatten() {
                assert!(noted.contains(note.as_str().unwrap()), "{about}: {noted}");
            }
            for (list, allowed) in [("allowed", true), ("refused", false)] {
                let entries = case[list].as_array().unwrap();
                let (calls, expected): (Vec<_>, Vec<_>) = entries.iter().map(split).unzip();
                let outcomes = outcomes(&shop, &calls);
                for ((call, expected), outcome) in calls.iter().zip(expected).zip(&outcomes) {
                    count += 1;
                    if let Err(why) = check(allowed, &expected, outcome) {
                        wrong.push(format!("{about}: {call}\n  {why}: {outcome}"));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Checks that a call ended as expected.
fn check(allowed: bool, expected: &Value, outcome: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = text(&outcome["message"]).unwrap_or_default();
    let must = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    if allowed {
        return match text(&expected["fails"]) {
            Some(code) => must(
                outcome["code"] == code.as_str(),
                &format!("must fail with {code}"),
            ),
            None => must(outcome.get("ok").is_some(), "must succeed"),
        };
    }
    if let Some(says) = text(&expected["says"]) {
        return must(message.contains(&says), &format!("must say `{says}`"));
    }
    let needs = text(&expected["needs"]).unwrap();
    let (action, resource) = needs.split_once(" on ").unwrap();
    let sentence = format!(
        "User: arn:aws:sts::123456789012:assumed-role/shop-function/shop-echo is not authorized to perform: {action} \
         on resource: {resource} because no identity-based policy allows the {action} action"
    );
    must(message == sentence, "must be AWS's sentence")?;
    let json_service = [
        "dynamodb",
        "sqs",
        "ssm",
        "kms",
        "events",
        "states",
        "cognito",
        "secretsmanager",
    ];
    let service = action.split(':').next().unwrap();
    let (code, status) = match service {
        "SNS" => ("AuthorizationError", 403),
        "ses" | "lambda" => ("AccessDeniedException", 403),
        _ if json_service.iter().any(|name| service.starts_with(name)) => ("AccessDeniedException", 400),
        _ => ("AccessDenied", 403),
    };
    must(
        outcome["code"] == code && outcome["status"] == status,
        &format!("must be {code} with status {status}"),
    )
}
