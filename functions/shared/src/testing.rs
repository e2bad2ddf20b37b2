//! Helpers for tests of handlers.

use std::future::Future;

use lambda_http::{Context, Request, lambda_runtime::LambdaEvent};
use serde::Serialize;
use serde_json::Value;

use crate::{Cors, Refusal, respond};

/// Returns a handler's answer to an API Gateway event (JSON): `statusCode`, `headers`, and the `body` parsed as JSON.
///
/// # Panics
/// If the event is not from a REST API, or the answer is not JSON. Then the test has failed.
#[allow(clippy::missing_errors_doc)]
pub async fn invoke<Handler, Answer, Answered>(handler: Handler, cors: Cors, event: &str) -> Value
where
    Handler: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Answered, Refusal>>,
    Answered: Serialize,
{
    let payload = serde_json::from_str(event).expect("an event of a REST API");
    let response = respond(&handler, &cors, LambdaEvent::new(payload, Context::default())).await;
    let mut response = serde_json::to_value(response).expect("an answer is JSON");
    let body = response["body"].as_str().expect("an answer has a body");
    response["body"] = serde_json::from_str(body).expect("a body is JSON");
    let fields = response.as_object_mut().expect("an answer is an object");
    assert_eq!(fields.remove("isBase64Encoded"), Some(Value::Bool(false)));
    assert_eq!(
        fields.remove("multiValueHeaders"),
        Some(Value::Object(serde_json::Map::new()))
    );
    response
}
