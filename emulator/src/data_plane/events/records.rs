//! The records of events, as functions get them, and what functions answer about them.

use std::collections::BTreeSet;

use portcullis_terraform_json::events::pattern::{Condition, Pattern};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::arn::Arn;
use super::times::in_milliseconds;

/// A message of SQS. Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event>.
pub fn of_queue(message: &Value, queue: &Arn) -> Value {
    let attributes: Map<String, Value> = message["MessageAttributes"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, attribute)| {
            let mut read = Map::new();
            for (from, to) in [("StringValue", "stringValue"), ("BinaryValue", "binaryValue")] {
                if let Some(value) = attribute.get(from).filter(|value| !value.is_null()) {
                    read.insert(to.to_owned(), value.clone());
                }
            }
            read.insert("stringListValues".to_owned(), json!([]));
            read.insert("binaryListValues".to_owned(), json!([]));
            read.insert("dataType".to_owned(), attribute["DataType"].clone());
            (name.clone(), Value::Object(read))
        })
        .collect();
    let mut record = json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.text,
        "awsRegion": queue.region,
    });
    if let Some(md5) = message.get("MD5OfMessageAttributes") {
        record["md5OfMessageAttributes"] = md5.clone();
    }
    record
}

/// Returns whether a message matches a filter. A filter for objects in the body needs JSON there, one for values needs
/// plain text. Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html#filtering-sqs>.
pub fn queue_fits(filter: &Pattern, record: &Value) -> bool {
    let mut record = record.clone();
    let text = record["body"].as_str().unwrap_or_default();
    let parsed: Option<Value> = serde_json::from_str(text).ok().filter(Value::is_object);
    for wanted in filter.conditions_on("body") {
        match (wanted, &parsed) {
            (Condition::Object, None) | (Condition::Value, Some(_)) => return false,
            _ => {}
        }
    }
    if let Some(parsed) = parsed {
        record["body"] = parsed;
    }
    filter.matches(&record)
}

/// A record of a table's stream.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb>.
pub fn of_stream(record: &Value, stream: &Arn) -> Value {
    json!({
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": "aws:dynamodb",
        "awsRegion": stream.region,
        "dynamodb": record["dynamodb"],
        "eventSourceARN": stream.text,
    })
}

/// A message of SNS, as the control plane hands it over.
pub struct Message<'a> {
    /// The ARN of the subscription.
    pub subscription: &'a str,
    /// The ARN of the topic.
    pub topic: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its subject.
    pub subject: Option<&'a str>,
    /// Its text.
    pub text: &'a str,
    /// Its attributes.
    pub attributes: &'a Value,
}

/// The event of a message of SNS. Nothing signs it here.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>.
pub fn of_topic(message: &Message, time: OffsetDateTime) -> Value {
    let region = message.topic.split(':').nth(3).unwrap_or_default();
    let site = format!("https://sns.{region}.amazonaws.com");
    json!({"Records": [{
        "EventVersion": "1.0",
        "EventSubscriptionArn": message.subscription,
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1",
            "Timestamp": in_milliseconds(time),
            "Signature": "EXAMPLE",
            "SigningCertUrl": format!("{site}/SimpleNotificationService-EXAMPLE.pem"),
            "MessageId": message.id,
            "Message": message.text,
            "MessageAttributes": message.attributes,
            "Type": "Notification",
            "UnsubscribeUrl": format!("{site}/?Action=Unsubscribe&SubscriptionArn={}", message.subscription),
            "TopicArn": message.topic,
            "Subject": message.subject,
        },
    }]})
}

/// The records that a function names as failed. None means that all failed, because it names one that it did not get, or
/// what it answers is not understood.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>.
pub fn failures(result: &[u8], ids: &[&str]) -> Option<BTreeSet<String>> {
    let result = match result.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(result).ok()?,
    };
    let failures = match &result {
        Value::Null => return Some(BTreeSet::new()),
        Value::Object(result) => match result.get("batchItemFailures") {
            None | Some(Value::Null) => return Some(BTreeSet::new()),
            Some(failures) => failures.as_array()?,
        },
        _ => return None,
    };
    let id = |failure: &Value| {
        let id = failure["itemIdentifier"].as_str()?;
        ids.contains(&id).then(|| id.to_owned())
    };
    failures.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(text: &str) -> Arn {
        Arn::parse(text).unwrap()
    }

    #[test]
    fn a_message_becomes_the_record_of_awss_page() {
        let message = json!({
            "MessageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "ReceiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
            "MD5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "Body": "Test message.",
            "Attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185",
            },
            "MessageAttributes": {"myAttribute": {"StringValue": "myValue", "DataType": "String"}},
        });
        let documented = json!({
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
            "body": "Test message.",
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185"
            },
            "messageAttributes": {
                "myAttribute": {
                    "stringValue": "myValue",
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": "String"
                }
            },
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
            "awsRegion": "us-east-2"
        });
        assert_eq!(
            of_queue(&message, &arn("arn:aws:sqs:us-east-2:123456789012:my-queue")),
            documented
        );
    }

    #[test]
    fn a_message_of_a_topic_becomes_the_event_of_awss_page() {
        let message = Message {
            subscription: "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
            topic: "arn:aws:sns:us-east-1:123456789012:sns-lambda",
            id: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            subject: Some("TestInvoke"),
            text: "Hello from SNS!",
            attributes: &json!({"Test": {"Type": "String", "Value": "TestString"}}),
        };
        let mut event = of_topic(&message, time::macros::datetime!(2019-01-02 12:45:07 UTC));
        for name in ["Signature", "SigningCertUrl", "UnsubscribeUrl"] {
            assert!(event["Records"][0]["Sns"][name].take().is_string(), "{name}");
        }
        let documented = json!({"Records": [{
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
            "EventSource": "aws:sns",
            "Sns": {
                "SignatureVersion": "1",
                "Timestamp": "2019-01-02T12:45:07.000Z",
                "Signature": null,
                "SigningCertUrl": null,
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "Message": "Hello from SNS!",
                "MessageAttributes": {"Test": {"Type": "String", "Value": "TestString"}},
                "Type": "Notification",
                "UnsubscribeUrl": null,
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda",
                "Subject": "TestInvoke"
            }
        }]});
        assert_eq!(event, documented);
    }

    /// The table of AWS's page.
    #[test]
    fn what_a_function_answers_says_which_records_failed() {
        let ids = ["a", "b"];
        let failed = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        for (result, expected) in [
            (
                r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#,
                failed(&["b"]),
            ),
            (r#"{"batchItemFailures": []}"#, failed(&[])),
            (r#"{"batchItemFailures": null}"#, failed(&[])),
            ("{}", failed(&[])),
            ("null", failed(&[])),
            ("", failed(&[])),
            (r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, None),
            (r#"{"batchItemFailures": [{"itemIdentifier": null}]}"#, None),
            (r#"{"batchItemFailures": [{"id": "a"}]}"#, None),
            (r#"{"batchItemFailures": [{"itemIdentifier": "c"}]}"#, None),
            ("invalid", None),
            (r#""text""#, None),
        ] {
            assert_eq!(failures(result.as_bytes(), &ids), expected, "{result}");
        }
    }

    /// The table of AWS's page.
    #[test]
    fn a_filter_of_a_body_wants_json_or_text() {
        for (body, filter, fits) in [
            ("text", json!({"body": ["text"]}), true),
            ("text", json!({"attributes": {"SenderId": ["x"]}}), true),
            ("text", json!({"body": {"a": [1]}}), false),
            (r#"{"a": 1}"#, json!({"body": ["text"]}), false),
            (r#"{"a": 1}"#, json!({"attributes": {"SenderId": ["x"]}}), true),
            (r#"{"a": 1}"#, json!({"body": {"a": [1]}}), true),
            (r#"{"a": 2}"#, json!({"body": {"a": [1]}}), false),
        ] {
            let record = json!({"body": body, "attributes": {"SenderId": "x"}});
            let pattern = Pattern::parse(&filter.to_string()).unwrap();
            assert_eq!(queue_fits(&pattern, &record), fits, "{body} {filter}");
        }
    }
}
