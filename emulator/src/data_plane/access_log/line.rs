//! The line of a request in an access log.
//!
//! Recorded nowhere: a variable without a value is `-`, and AWS may leave a quote in a value as it is. Here quotes, backslashes
//! and control characters in values are escaped, so a line stays a line, and JSON stays JSON.

use std::fmt::Write;

use super::format::{Format, Part};
use super::trail::Trail;
use crate::data_plane::call::Call;
use crate::data_plane::gateway_error::GatewayError;
use crate::data_plane::message::Response;
use serde_json::Value;

/// Stands for a value that a request does not have.
const NOTHING: &str = "-";

/// The variable whose value is in quotes already.
const QUOTED: &str = "error.messageString";

/// Returns the line for a call, with its end.
pub fn line(
    format: &Format,
    call: &Call,
    trail: &Trail,
    response: &Response,
    error: Option<&GatewayError>,
) -> String {
    let context = serde_json::to_value(call.request_context()).unwrap_or_default();
    let mut line = String::new();
    for part in &format.0 {
        match part {
            Part::Text(text) => line.push_str(&text.replace(['\n', '\r'], " ")),
            Part::Variable(name) => {
                let value = value(name, &context, trail, response, error);
                let value = value.filter(|value| !value.is_empty());
                match value {
                    None => line.push_str(NOTHING),
                    Some(value) if name == QUOTED => line.push_str(&value),
                    Some(value) => push_escaped(&mut line, &value),
                }
            }
        }
    }
    line.push('\n');
    line
}

/// The value of a variable.
fn value(
    name: &str,
    context: &Value,
    trail: &Trail,
    response: &Response,
    error: Option<&GatewayError>,
) -> Option<String> {
    let milliseconds = |took: std::time::Duration| took.as_millis().to_string();
    let integration = trail.integration.as_ref();
    match name {
        "status" => Some(response.status.to_string()),
        "responseLength" => Some(response.body.len().to_string()),
        "responseLatency" => Some(milliseconds(trail.began.elapsed())),
        "error.message" => error?.message.clone(),
        "error.messageString" => Some(Value::from(error?.message.as_deref()).to_string()),
        "error.responseType" => error?.response_type.map(str::to_owned),
        "error.validationErrorString" => error?.validation.clone(),
        "integrationLatency" | "integration.latency" => Some(milliseconds(integration?.took)),
        "integrationErrorMessage" | "integration.error" => integration?.error.clone(),
        "authorizer.error" | "authorize.error" => trail.authorizer_error.clone(),
        // On AWS it is the key itself. A log here never holds what opens a route.
        "identity.apiKey" => None,
        _ => match name.strip_prefix("authorizer.") {
            Some(name) => text(name, trail.authorizer.as_ref()?),
            None => text(name, context),
        },
    }
}

/// The value below `root` whose keys stand between dots.
fn text(name: &str, root: &Value) -> Option<String> {
    let found = name.split('.').try_fold(root, |value, key| value.get(key))?;
    match found {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(found.to_string()),
    }
}

fn push_escaped(line: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '"' | '\\' => line.extend(['\\', character]),
            character if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') => {
                _ = write!(line, "\\u{:04x}", u32::from(character));
            }
            character => line.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::call::tests::with_call;
    use crate::data_plane::caller::Caller;
    use bytes::Bytes;
    use serde_json::json;
    use std::time::Duration;

    /// A line of a request for `/pets/7` with these headers.
    fn line(format: &str, trail: &Trail, error: Option<&GatewayError>, headers: &[(&str, &str)]) -> String {
        let response = Response {
            status: error.map_or(200, |error| error.status),
            headers: Default::default(),
            body: Bytes::from_static(b"hello"),
        };
        with_call("GET", "/v1/pets/7?secret=1", headers, |call| {
            super::line(&Format::parse(format), call, trail, &response, error)
        })
    }

    fn user(claims: Value) -> Trail {
        let mut trail = Trail::new();
        trail.admitted(&Caller::User(claims.as_object().unwrap().clone()));
        trail
    }

    #[test]
    fn the_common_log_format_of_aws_is_filled_in() {
        let format = "$context.identity.sourceIp $context.identity.caller $context.identity.user \
                      [$context.requestTime]\"$context.httpMethod $context.resourcePath $context.protocol\" \
                      $context.status $context.responseLength $context.requestId";
        assert_eq!(
            line(format, &Trail::new(), None, &[]),
            "127.0.0.1 - - [17/Jun/2024:15:00:26 +0000]\"GET /pets/{id} HTTP/1.1\" 200 5 \
             8c8f4b0e-5f4b-4f6e-9d39-3f2a3d1b6c11\n"
        );
    }

    #[test]
    fn claims_and_the_context_of_an_authorizer_have_their_names() {
        let trail = user(json!({"sub": "abc", "email_verified": true, "groups": ["a", "b"]}));
        let format = "$context.authorizer.claims.sub $context.authorizer.claims.email_verified \
                      $context.authorizer.claims.absent $context.authorizer.claims $context.authorizer.error.";
        assert_eq!(line(format, &trail, None, &[]), "abc true - - -.\n");
    }

    #[test]
    fn errors_name_their_part() {
        let mut trail = Trail::new();
        let error = GatewayError::token_expired();
        trail.refused(&error);
        let format = "$context.status $context.error.responseType $context.authorizer.error \
                      {$context.error.messageString} $context.integrationErrorMessage $context.integrationLatency";
        assert_eq!(
            line(format, &trail, Some(&error), &[]),
            "401 UNAUTHORIZED The incoming token has expired {\"The incoming token has expired\"} - -\n"
        );
        let mut trail = Trail::new();
        trail.integrated(Duration::from_millis(7), Some("it \"failed\"\n".to_owned()));
        let error = GatewayError::bad_gateway();
        assert_eq!(
            line(
                "$context.status $context.integrationErrorMessage $context.integrationLatency",
                &trail,
                Some(&error),
                &[]
            ),
            "502 it \\\"failed\\\"\\u000a 7\n"
        );
    }

    #[test]
    fn a_line_stays_a_line_and_holds_no_key() {
        let headers = [("User-Agent", "x\",\"status\":\"200\\"), ("x-api-key", "the key")];
        let format = "{\"agent\":\"$context.identity.userAgent\",\n\"key\":\"$context.identity.apiKey\"}";
        let line = line(format, &Trail::new(), None, &headers);
        assert_eq!(line.lines().count(), 1);
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value, json!({"agent": "x\",\"status\":\"200\\", "key": "-"}));
    }

    #[test]
    fn other_texts_stay() {
        let format = "$5 $contextual $context $context. $stageVariables.colour";
        assert_eq!(
            line(format, &Trail::new(), None, &[]),
            "$5 $contextual $context - $stageVariables.colour\n"
        );
    }
}
