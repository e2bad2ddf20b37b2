//! Asynchronous invocations: tried again after an error, and then sent to the destination of failures.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::lambda::FunctionReference;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use super::sources::Asynchronous;
use super::times::in_milliseconds;
use super::{Called, Context, destination, shown};

/// The pause before the second and before each further try. On AWS these are one and two minutes.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

/// The pause after a throttled try. On AWS it grows from a second to five minutes.
const THROTTLED: Duration = Duration::from_secs(1);

/// An event for a function.
#[derive(Debug, Clone)]
pub struct Event {
    /// The function.
    pub function: FunctionReference,
    /// The ARN that it is invoked by.
    pub function_arn: String,
    /// The sender, for the log.
    pub from: String,
    /// Its JSON.
    pub payload: String,
}

/// Takes an event and handles it in a task of its own. Returns the id of the request.
pub fn accept(context: &Arc<Context>, event: Event) -> String {
    let request_id = uuid::Uuid::new_v4().to_string();
    let (context, id) = (context.clone(), request_id.clone());
    tokio::spawn(async move { handle(&context, &event, &id).await });
    request_id
}

async fn handle(context: &Context, event: &Event, request_id: &str) {
    let name = code(&event.function.name);
    let rules = context
        .gateway()
        .events
        .asynchronous
        .get(&event.function.name)
        .cloned();
    let rules = rules.unwrap_or_default();
    let began = Instant::now();
    let mut tries = 0;
    loop {
        let payload = Bytes::from(event.payload.clone());
        let called = context.invoke(&event.function, request_id, payload).await;
        let too_old = began.elapsed() >= rules.maximum_age;
        match called {
            Called::Result(result) => {
                tracing::info!("{name} handled an event of {}, {request_id}", event.from);
                let result = serde_json::from_slice(&result).unwrap_or(Value::Null);
                return succeeded(context, event, &rules, request_id, tries + 1, &result).await;
            }
            Called::Missing(why) => {
                return tracing::warn!("not delivered: an event of {} for {name}: {why}", event.from);
            }
            Called::Throttled(why) if too_old => {
                tracing::warn!(
                    "{name} is throttled, so an event of {} expired: {why}",
                    event.from
                );
                let error =
                    json!({"errorMessage": "Rate Exceeded.", "errorType": "TooManyRequestsException"});
                return failed(
                    context,
                    event,
                    &rules,
                    request_id,
                    (tries, "EventAgeExceeded"),
                    &error,
                )
                .await;
            }
            Called::Throttled(_) => sleep(THROTTLED).await,
            Called::Failed(error) => {
                tries += 1;
                let pause = PAUSES[usize::from(tries > 1)];
                let last = tries > rules.retries || too_old;
                tracing::warn!(
                    "{name} failed to handle an event of {}, {request_id}, try {tries} of {}: {}",
                    event.from,
                    rules.retries + 1,
                    shown(&error)
                );
                if last {
                    let condition = if too_old {
                        "EventAgeExceeded"
                    } else {
                        "RetriesExhausted"
                    };
                    return failed(context, event, &rules, request_id, (tries, condition), &error).await;
                }
                sleep(pause).await;
            }
        }
    }
}

async fn succeeded(
    context: &Context,
    event: &Event,
    rules: &Asynchronous,
    request_id: &str,
    tries: u64,
    result: &Value,
) {
    if let Some(to) = &rules.on_success {
        let mut record = record(event, request_id, tries, "Success", result);
        record["responseContext"] = json!({"statusCode": 200, "executedVersion": "$LATEST"});
        destination::send(context, to, &record, "Success").await;
    }
}

async fn failed(
    context: &Context,
    event: &Event,
    rules: &Asynchronous,
    request_id: &str,
    (tries, condition): (u64, &str),
    error: &Value,
) {
    if let Some(to) = &rules.on_failure {
        let mut record = record(event, request_id, tries, condition, error);
        record["responseContext"] =
            json!({"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"});
        destination::send(context, to, &record, "Failure").await;
    }
    if let Some(to) = &rules.dead_letters {
        // The event itself, with the error in attributes.
        // Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>.
        let message = error["errorMessage"].as_str().unwrap_or_default();
        let text = |value: &str| json!({"DataType": "String", "StringValue": value});
        let attributes = json!({
            "RequestID": text(request_id),
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
            "ErrorMessage": text(if message.is_empty() { "unknown" } else { message }),
        });
        destination::send_event(context, to, &event.payload, &attributes).await;
    }
    if rules.on_failure.is_none() && rules.dead_letters.is_none() {
        let name = code(&event.function.name);
        tracing::warn!(
            "dropped an event of {}, because {name} has no failure destination",
            event.from
        );
    }
}

/// Returns the record that a destination gets. Source:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations>.
fn record(event: &Event, request_id: &str, tries: u64, condition: &str, response: &Value) -> Value {
    let payload: Value = serde_json::from_str(&event.payload).unwrap_or_default();
    let version = if event.function.qualifier.is_none() {
        ":$LATEST"
    } else {
        ""
    };
    json!({
        "version": "1.0",
        "timestamp": in_milliseconds(OffsetDateTime::now_utc()),
        "requestContext": {
            "requestId": request_id,
            "functionArn": format!("{}{version}", event.function_arn),
            "condition": condition,
            "approximateInvokeCount": tries,
        },
        "requestPayload": payload,
        "responseContext": {},
        "responsePayload": response,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_of_a_failure_is_the_one_of_awss_page() {
        let event = Event {
            function: FunctionReference::parse("my-function"),
            function_arn: "arn:aws:lambda:us-east-2:123456789012:function:my-function".into(),
            from: String::new(),
            payload: r#"{"ORDER_IDS": ["9e07af03-ce31-4ff3-xmpl-36dce652cb4f"]}"#.into(),
        };
        let error = json!({"errorMessage": "RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e Process exited before completing request"});
        let mut record = record(
            &event,
            "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            3,
            "RetriesExhausted",
            &error,
        );
        record["timestamp"] = json!("2019-11-14T18:16:05.568Z");
        let documented = json!({
            "version": "1.0",
            "timestamp": "2019-11-14T18:16:05.568Z",
            "requestContext": {
                "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
                "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:my-function:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3
            },
            "requestPayload": {"ORDER_IDS": ["9e07af03-ce31-4ff3-xmpl-36dce652cb4f"]},
            "responseContext": {},
            "responsePayload": error,
        });
        assert_eq!(record, documented);
    }
}
