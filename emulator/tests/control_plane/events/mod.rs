//! Events of a real moto reach functions that run: the data plane serves a state that Terraform applied, beside a control
//! plane in which the same resources were made.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod service;

use std::time::Duration;

use portcullis_emulator::data_plane::on_demand;
use serde_json::{Value, json};
use service::Service;

const STATE: &str = include_str!("../../fixtures/events/state.json");
const WORKER: &str = "arn:aws:lambda:us-east-1:123456789012:function:events-worker";

#[test]
fn events_are_delivered_as_permissions_and_roles_allow() {
    let mut service = Service::start();
    queues(&mut service);
    streams(&mut service);
    buckets(&mut service);
    topics(&mut service);
    rules(&mut service);
    invocations(&mut service);
    let log = service.log();
    for refused in [
        "does not allow `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes` on \
         `arn:aws:sqs:us-east-1:123456789012:events-dead`",
        "missing `aws_lambda_permission` for the principal `sns.amazonaws.com` and the source \
         `arn:aws:sns:us-east-1:123456789012:events-news` to invoke `events-denied`",
    ] {
        assert!(log.contains(refused), "{refused}: {log}");
    }
    assert_eq!(service.events_of("events-denied"), Vec::<Value>::new());
}

fn queues(service: &mut Service) {
    let url = service.queue_url("events-orders");
    for body in [
        json!({"kind": "good"}),
        json!({"kind": "ignored"}),
        json!({"kind": "bad"}),
    ] {
        let message = json!({"QueueUrl": url, "MessageBody": body.to_string(),
            "MessageAttributes": {"a": {"DataType": "String", "StringValue": "b"}}});
        service.call("sqs", "send_message", &message);
    }
    let record =
        service.event(|event| body(event) == Some(r#"{"kind": "good"}"#.into()) || contains(event, "good"));
    let record = &record["Records"][0];
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(
        record["eventSourceARN"],
        "arn:aws:sqs:us-east-1:123456789012:events-orders"
    );
    assert_eq!(
        record["messageAttributes"],
        json!({"a": {"stringValue": "b", "stringListValues": [], "binaryListValues": [], "dataType": "String"}})
    );
    // The message that is named as failed comes twice, and then is a dead letter.
    let dead = service.message("events-dead");
    assert_eq!(dead, json!({"kind": "bad"}));
    let events = service.events_of("events-worker");
    assert_eq!(events.iter().filter(|event| contains(event, "bad")).count(), 2);
    assert!(!events.iter().any(|event| contains(event, "ignored")));
    let empty = json!({"QueueUrl": url, "AttributeNames": ["All"]});
    let attributes = service.call("sqs", "get_queue_attributes", &empty)["Attributes"].take();
    let left = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
    ];
    assert_eq!(left.map(|name| attributes[name].as_str().unwrap()), ["0", "0"]);
}

fn streams(service: &mut Service) {
    let mut put = |id: &str, text: &str| {
        let item = json!({"id": {"S": id}, "text": {"S": text}});
        service.call(
            "dynamodb",
            "put_item",
            &json!({"TableName": "events-orders", "Item": item}),
        );
    };
    put("1", "fresh");
    put("2", "poison");
    put("3", "later");
    let event = service.event(|event| contains(event, "fresh"));
    let record = &event["Records"][0];
    assert_eq!(
        (&record["eventName"], &record["eventSource"], &record["awsRegion"]),
        (&json!("INSERT"), &json!("aws:dynamodb"), &json!("us-east-1"))
    );
    assert_eq!(record["dynamodb"]["Keys"], json!({"id": {"S": "1"}}));
    assert!(
        record["dynamodb"]["ApproximateCreationDateTime"].is_number(),
        "{record}"
    );
    // A batch is split until the record that fails is alone, and that is given up.
    let failure = service.message("events-failures");
    assert_eq!(failure["DDBStreamBatchInfo"]["batchSize"], 1, "{failure}");
    assert_eq!(failure["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(failure["requestContext"]["functionArn"], WORKER);
    service.event(|event| contains(event, "later") && !contains(event, "poison"));
}

fn buckets(service: &mut Service) {
    for key in ["out/a.txt", "in/a.gif", "in/a b.txt"] {
        let object = json!({"Bucket": "events-files", "Key": key, "Body": "hello"});
        service.call("s3", "put_object", &object);
    }
    let object = json!({"Bucket": "events-files", "Key": "in/a b.txt"});
    service.call("s3", "delete_object", &object);
    let event = service.event(|event| contains(event, "ObjectRemoved:Delete"));
    assert_eq!(event["Records"][0]["s3"]["object"]["size"], Value::Null);
    let event = service.event(|event| contains(event, "ObjectCreated:Put"));
    let record = &event["Records"][0];
    assert_eq!(
        (&record["eventSource"], &record["awsRegion"]),
        (&json!("aws:s3"), &json!("us-east-1"))
    );
    assert_eq!(record["s3"]["configurationId"], "text");
    assert_eq!(record["s3"]["bucket"]["arn"], "arn:aws:s3:::events-files");
    assert_eq!(record["s3"]["object"]["key"], "in%2Fa+b.txt");
    assert_eq!(record["s3"]["object"]["size"], 5);
    let events = service.events_of("events-worker");
    assert_eq!(events.iter().filter(|event| contains(event, "aws:s3")).count(), 2);
}

fn topics(service: &mut Service) {
    for (kind, message) in [("other", "not wanted"), ("order", "wanted")] {
        let message = json!({"TopicArn": "arn:aws:sns:us-east-1:123456789012:events-news", "Message": message,
            "MessageAttributes": {"kind": {"DataType": "String", "StringValue": kind}}});
        service.call("sns", "publish", &message);
    }
    let event = service.event(|event| contains(event, "aws:sns"));
    let sns = &event["Records"][0]["Sns"];
    assert_eq!(
        (&sns["Message"], &sns["Subject"]),
        (&json!("wanted"), &json!(null))
    );
    assert_eq!(
        sns["MessageAttributes"],
        json!({"kind": {"Type": "String", "Value": "order"}})
    );
}

fn rules(service: &mut Service) {
    for amount in [5, 20] {
        let detail = json!({"amount": amount}).to_string();
        let entry = json!({"Source": "shop", "DetailType": "Paid", "Detail": detail});
        service.call("events", "put_events", &json!({"Entries": [entry]}));
    }
    service.event(|event| *event == json!({"paid": 20}));
    assert!(!service.events_of("events-worker").contains(&json!({"paid": 5})));
}

fn invocations(service: &mut Service) {
    let mut invoke = |more: Value| {
        let mut call = json!({"FunctionName": "events-worker", "LogType": "Tail"});
        call.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        service.call("lambda", "invoke", &call)
    };
    let answer = invoke(json!({"Payload": r#"{"a": 1}"#}));
    assert_eq!(
        (&answer["Payload"], &answer["FunctionError"]),
        (&json!(r#"{"seen": {"a": 1}}"#), &json!(null))
    );
    assert!(
        service::decoded(&answer["LogResult"]).contains(r#"EVENT {"a": 1}"#),
        "{answer}"
    );
    let answer = invoke(json!({"Payload": r#""poison""#, "FunctionName": WORKER}));
    assert_eq!(answer["FunctionError"], "Unhandled");
    assert!(
        answer["Payload"].as_str().unwrap().contains("poisoned"),
        "{answer}"
    );
    assert_eq!(
        invoke(json!({"FunctionName": "nobody"})),
        json!({"error": "ResourceNotFoundException"})
    );
    let answer = invoke(json!({"Payload": "not json"}));
    assert_eq!(answer, json!({"error": "InvalidRequestContentException"}));
    // An asynchronous one is tried again once, as the function's configuration says, and then told to its destination.
    let answer = invoke(json!({"Payload": r#"{"p": "poison"}"#, "InvocationType": "Event"}));
    assert_eq!(answer["StatusCode"], 202);
    let failure = service.message("events-failures");
    assert_eq!(failure["requestPayload"], json!({"p": "poison"}));
    assert_eq!(failure["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(failure["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(failure["responsePayload"]["errorMessage"], "poisoned");
}

#[test]
fn schedules_run_on_demand_with_the_events_of_their_targets() {
    let resources = portcullis_terraform_json::resources(STATE).unwrap();
    let found = on_demand(&resources, "events-worker").unwrap();
    let events: Vec<Value> = found
        .iter()
        .map(|found| serde_json::from_str(found.event.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(found[0].expression, "cron(0 3 * * ? *)");
    assert_eq!(
        events[0]["resources"],
        json!(["arn:aws:events:us-east-1:123456789012:rule/events-nightly"])
    );
    assert_eq!(found[1].expression, "rate(1 minutes)");
    assert!(
        events[1]["tick"].as_str().unwrap().ends_with('Z'),
        "{}",
        events[1]
    );
    assert_eq!(on_demand(&resources, "events-denied").unwrap(), vec![]);
    // Without its permission, the rule invokes nothing.
    let refused: Vec<_> = resources
        .into_iter()
        .filter(|resource| !resource.address.contains(r#"permission.worker["schedule"]"#))
        .collect();
    let found = on_demand(&refused, "events-worker").unwrap();
    let why = found[0].event.as_ref().unwrap_err();
    assert!(why.starts_with("missing `aws_lambda_permission`"), "{why}");
}

fn contains(event: &Value, text: &str) -> bool {
    event.to_string().contains(text)
}

fn body(event: &Value) -> Option<String> {
    event["Records"][0]["body"].as_str().map(str::to_owned)
}

/// Time limit for an event to arrive on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
