//! Answers that the proxy gives by itself.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::upstream::{Body, full};

/// An answer with a message, as AWS SDKs expect it.
pub(super) fn message(status: StatusCode, text: &str) -> Response<Body> {
    json_answer(status, &json!({ "message": text }))
}

/// An answer in JSON.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
