//! Lambda's Invoke, for the functions here.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::asynchronous::{self, Event};
use super::{Called, Context};
use crate::control_plane::deliveries::Answer;
use crate::control_plane::invocations::Invoke;

/// Limits of the payload in bytes. Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const SYNCHRONOUS: usize = 6_291_456;
const ASYNCHRONOUS: usize = 1 << 20;

/// The end of the log that a caller gets, in bytes.
const TAIL: usize = 4 << 10;

/// Answers a call.
pub async fn answer(context: &Arc<Context>, call: &Invoke) -> Answer {
    let mut function = call.target();
    if function.qualifier.as_deref() == Some("$LATEST") {
        function.qualifier = None;
    }
    let payload = STANDARD.decode(&call.payload).unwrap_or_default();
    let payload = if payload.is_empty() {
        b"{}".to_vec()
    } else {
        payload
    };
    let gateway = context.gateway();
    let Some(configuration) = gateway.api.functions.get(&function.name) else {
        return error(
            404,
            "ResourceNotFoundException",
            &format!("Function not found: {}", call.function),
        );
    };
    if let Err(why) = serde_json::from_slice::<Value>(&payload) {
        let why = format!("Could not parse request body into json: {why}");
        return error(400, "InvalidRequestContentException", &why);
    }
    let asynchronous = call.kind == "Event";
    let limit = if asynchronous { ASYNCHRONOUS } else { SYNCHRONOUS };
    if payload.len() > limit {
        let why = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        return error(413, "RequestTooLargeException", &why);
    }
    let version = configuration.version.clone();
    match call.kind.as_str() {
        "DryRun" => return plain(204, &[], &[]),
        "Event" => {
            let event = Event {
                function_arn: configuration.arn.clone(),
                function,
                from: "Lambda's Invoke".to_owned(),
                payload: String::from_utf8_lossy(&payload).into_owned(),
            };
            let id = asynchronous::accept(context, event);
            return plain(202, &[("x-amzn-requestid", id)], &[]);
        }
        "RequestResponse" => {}
        kind => {
            let why = format!("unknown invocation type `{kind}`");
            return error(400, "InvalidParameterValueException", &why);
        }
    }
    let id = uuid::Uuid::new_v4().to_string();
    let called = context.invoke(&function, &id, payload.into()).await;
    let mut headers = vec![
        ("x-amzn-requestid", id.clone()),
        ("x-amz-executed-version", version),
    ];
    if call.tail {
        let log = context.logs.join(format!("{}.log", function.name));
        headers.push(("x-amz-log-result", STANDARD.encode(tail(&log, &id))));
    }
    match called {
        Called::Result(result) => plain(200, &headers, &result),
        Called::Failed(why) => {
            headers.push(("x-amz-function-error", "Unhandled".to_owned()));
            plain(200, &headers, why.to_string().as_bytes())
        }
        Called::Throttled(why) => error(429, "TooManyRequestsException", &format!("Rate Exceeded: {why}")),
        // AWS has no such error: all functions run there.
        Called::Missing(why) => error(502, "InvalidRuntimeException", &why),
    }
}

fn plain(status: u16, headers: &[(&str, String)], body: &[u8]) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Answer {
        status,
        headers: headers.collect(),
        body: STANDARD.encode(body),
    }
}

fn error(status: u16, kind: &str, why: &str) -> Answer {
    let kind_of = if status < 500 { "User" } else { "Service" };
    Answer {
        status,
        headers: BTreeMap::from([("x-amzn-errortype".to_owned(), kind.to_owned())]),
        body: STANDARD.encode(json!({"Type": kind_of, "Message": why}).to_string()),
    }
}

/// The end of what the log says about an invocation.
fn tail(log: &Path, request_id: &str) -> Vec<u8> {
    let text = std::fs::read(log).unwrap_or_default();
    // The invocation is among the last ones.
    let text = &text[text.len().saturating_sub(1 << 20)..];
    let text = String::from_utf8_lossy(text);
    let begins = text.rfind(&format!("START RequestId: {request_id}"));
    let own = &text[begins.unwrap_or(text.len())..];
    let mut from = own.len().saturating_sub(TAIL);
    while !own.is_char_boundary(from) {
        from += 1;
    }
    own.as_bytes()[from..].to_vec()
}
