//! A function's result → the HTTP answer, by the rules of proxy integrations.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html> and
//! recordings: see `tests/conformance`. An answer that breaks a rule is a 502, except for invalid base64, which is a
//! 500.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::content::{self, is_binary};
use super::gateway_error::GatewayError;
use super::message::{Headers, Request, Response};

/// The largest result of an invocation in bytes. Source: Lambda's quotas, 6 MB and a little.
pub const RESULT_LIMIT: usize = 6_291_556;

/// Response headers that belong to the gateway: a function's own go by `x-amzn-Remapped-<name>`.
const REMAPPED: [&str; 15] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "trailer",
    "upgrade",
    "user-agent",
    "www-authenticate",
    "x-amzn-requestid",
];

/// The fault of a result or a mock that is not an answer.
#[derive(Debug, PartialEq)]
pub struct Fault {
    /// The error for the client.
    pub error: GatewayError,
    /// The broken rule, for the log.
    pub reason: String,
}

impl Fault {
    /// The API is configured in a way that cannot work.
    pub fn configuration(reason: impl Into<String>) -> Self {
        Self {
            error: GatewayError::configuration(),
            reason: reason.into(),
        }
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self {
            error: GatewayError::bad_gateway(),
            reason,
        }
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// The answer that `result` stands for, or why it stands for none.
pub fn response(result: &[u8], request: &Request, binary_media_types: &[String]) -> Result<Response, Fault> {
    if result.len() > RESULT_LIMIT {
        let length = result.len();
        return Err(format!("the result must have at most {RESULT_LIMIT} bytes, but it has {length}").into());
    }
    let result: Value =
        serde_json::from_slice(result).map_err(|error| format!("the result must be JSON: {error}"))?;
    let Value::Object(result) = result else {
        return Err("the result must be an object".into());
    };
    const KNOWN: [&str; 5] = [
        "statusCode",
        "headers",
        "multiValueHeaders",
        "body",
        "isBase64Encoded",
    ];
    if let Some(unknown) = result.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("unknown key `{unknown}` in the result: payload 1.0 does not have it").into());
    }

    let mut headers = Headers::new();
    headers.append("x-amzn-RequestId", &request.ids.request);
    headers.append("x-amz-apigw-id", &request.ids.extended);
    headers.append("X-Amzn-Trace-Id", request.trace_with_parent());
    let fields = fields(&result)?;
    if fields.get("Content-Type").is_none() {
        headers.append("Content-Type", "application/json");
    }
    for (name, value) in fields.iter() {
        let lower = name.to_ascii_lowercase();
        if lower == "transfer-encoding" {
            continue;
        }
        let remapped = REMAPPED.contains(&lower.as_str());
        let name = if remapped {
            format!("x-amzn-Remapped-{name}")
        } else {
            name.to_owned()
        };
        http::HeaderName::try_from(&name).map_err(|_| format!("invalid header name `{name}`"))?;
        http::HeaderValue::try_from(value).map_err(|_| format!("invalid value of header `{name}`"))?;
        headers.append(name, value);
    }
    Ok(Response {
        status: status(result.get("statusCode"))?,
        headers,
        body: body(&result, request, binary_media_types)?,
    })
}

fn status(value: Option<&Value>) -> Result<u16, String> {
    let code = match value {
        None | Some(Value::Null) => Some(200),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    code.and_then(|code| u16::try_from(code).ok())
        .filter(|code| (200..=999).contains(code))
        .ok_or_else(|| "`statusCode` must be a status code".to_owned())
}

/// `multiValueHeaders` first, then those of `headers` that are not among its values.
fn fields(result: &Map<String, Value>) -> Result<Headers, String> {
    let map = |key: &str| match result.get(key) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(_) => Err(format!("`{key}` must be an object")),
    };
    let mut fields = Headers::new();
    for (name, values) in map("multiValueHeaders")? {
        let Value::Array(values) = values else {
            return Err(format!("`{name}` in `multiValueHeaders` must be a list"));
        };
        for value in &values {
            fields.append(&name, scalar(&name, value)?);
        }
    }
    for (name, value) in map("headers")? {
        let value = scalar(&name, &value)?;
        if !fields.all(&name).any(|other| other == value) {
            fields.append(name, value);
        }
    }
    Ok(fields)
}

fn scalar(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null => Ok(String::new()),
        Value::Array(_) | Value::Object(_) => Err(format!("header `{name}` must be text or a number")),
    }
}

/// Decoded only when the function says so *and* the first type that the client accepts is a binary one. The type of
/// the answer does not matter. Recorded by LocalStack (`test_aws_proxy_binary_response`).
fn body(
    result: &Map<String, Value>,
    request: &Request,
    binary_media_types: &[String],
) -> Result<Bytes, Fault> {
    let text = match result.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return Err("`body` must be a string".into()),
    };
    let encoded = match result.get("isBase64Encoded") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(encoded)) => *encoded,
        Some(_) => return Err("`isBase64Encoded` must be true or false".into()),
    };
    let first = content::first_accepted(&request.headers);
    let binary = is_binary(first, binary_media_types);
    if !(encoded && binary) {
        return Ok(Bytes::copy_from_slice(text.as_bytes()));
    }
    // Recorded as a 500, documented as an API_CONFIGURATION_ERROR.
    content::decoded(text.as_bytes())
        .map(Bytes::from)
        .map_err(|why| Fault::configuration(format!("`body` is {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::call::tests::request;
    use serde_json::json;

    fn answer_to(result: &Value, accept: &str, binary: &[&str]) -> Result<Response, Fault> {
        let binary: Vec<String> = binary.iter().map(ToString::to_string).collect();
        response(
            result.to_string().as_bytes(),
            &request("GET", "/v1/x", &[("Accept", accept)], b""),
            &binary,
        )
    }

    fn answer(result: Value) -> Result<Response, Fault> {
        answer_to(&result, "*/*", &[])
    }

    #[test]
    fn an_empty_object_is_an_empty_200_of_json() {
        let response = answer(json!({})).unwrap();
        assert_eq!((response.status, response.body.len()), (200, 0));
        let names: Vec<&str> = response.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "x-amzn-RequestId",
                "x-amz-apigw-id",
                "X-Amzn-Trace-Id",
                "Content-Type"
            ]
        );
        assert_eq!(response.headers.get("content-type"), Some("application/json"));
    }

    #[test]
    fn a_status_code_is_a_number_or_text_that_is_one() {
        assert_eq!(answer(json!({"statusCode": "201"})).unwrap().status, 201);
        assert_eq!(answer(json!({"statusCode": 418})).unwrap().status, 418);
        for wrong in [
            json!("test"),
            json!(true),
            json!(99),
            json!(100),
            json!(70000),
            json!(200.5),
            json!([200]),
        ] {
            assert_eq!(
                answer(json!({"statusCode": wrong})),
                Err("`statusCode` must be a status code".into()),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_invalid_result_is_refused_with_its_reason() {
        for (wrong, why) in [
            (json!("text"), "the result must be an object"),
            (json!(null), "the result must be an object"),
            (
                json!({"cookies": []}),
                "unknown key `cookies` in the result: payload 1.0 does not have it",
            ),
            (json!({"headers": []}), "`headers` must be an object"),
            (
                json!({"headers": {"a": ["b"]}}),
                "header `a` must be text or a number",
            ),
            (
                json!({"multiValueHeaders": {"a": "b"}}),
                "`a` in `multiValueHeaders` must be a list",
            ),
            (json!({"headers": {"a b": "c"}}), "invalid header name `a b`"),
            (
                json!({"headers": {"a": "b\r\nc: d"}}),
                "invalid value of header `a`",
            ),
            (json!({"body": {"a": 1}}), "`body` must be a string"),
            (
                json!({"isBase64Encoded": "yes"}),
                "`isBase64Encoded` must be true or false",
            ),
        ] {
            assert_eq!(answer(wrong.clone()), Err(why.into()), "{wrong}");
        }
        let request = request("GET", "/v1/x", &[], b"");
        assert!(
            response(b"{", &request, &[])
                .unwrap_err()
                .reason
                .starts_with("the result must be JSON")
        );
        let large = json!({"body": "x".repeat(RESULT_LIMIT)}).to_string();
        assert!(
            response(large.as_bytes(), &request, &[])
                .unwrap_err()
                .reason
                .contains("at most 6291556")
        );
    }

    #[test]
    fn header_values_become_text_and_null_maps_are_none() {
        let result = json!({"headers": {"a": true, "b": 1}, "multiValueHeaders": null});
        let response = answer(result).unwrap();
        assert_eq!(
            (response.headers.get("a"), response.headers.get("b")),
            (Some("true"), Some("1"))
        );
        assert!(answer(json!({"headers": null})).is_ok());
    }

    #[test]
    fn both_maps_are_merged_with_the_lists_first() {
        let result =
            json!({"headers": {"a": "3", "Set-Cookie": "x"}, "multiValueHeaders": {"a": ["1", "2"]}});
        let response = answer(result).unwrap();
        assert_eq!(response.headers.all("a").collect::<Vec<_>>(), ["1", "2", "3"]);
        let result = json!({"headers": {"a": "1"}, "multiValueHeaders": {"a": ["1"]}});
        assert_eq!(answer(result).unwrap().headers.all("a").count(), 1);
    }

    #[test]
    fn headers_that_are_the_gateways_are_remapped() {
        let result = json!({"headers": {"WWW-Authenticate": "Basic", "Authorization": "x", "Transfer-Encoding": "chunked"}});
        let response = answer(result).unwrap();
        assert_eq!(
            response.headers.get("x-amzn-Remapped-WWW-Authenticate"),
            Some("Basic")
        );
        assert_eq!(response.headers.get("x-amzn-Remapped-Authorization"), Some("x"));
        assert_eq!(response.headers.get("WWW-Authenticate"), None);
        assert!(
            !response
                .headers
                .iter()
                .any(|(name, _)| name.to_lowercase().contains("transfer"))
        );
    }

    #[test]
    fn a_functions_content_type_replaces_the_default() {
        let response = answer(json!({"headers": {"content-type": "text/html"}})).unwrap();
        assert_eq!(
            response.headers.all("Content-Type").collect::<Vec<_>>(),
            ["text/html"]
        );
    }

    #[test]
    fn base64_is_decoded_only_for_a_client_that_accepts_a_binary_type_first() {
        let result = json!({"body": "/wA=", "isBase64Encoded": true});
        let body = |accept, binary: &[&str]| answer_to(&result, accept, binary).unwrap().body;
        assert_eq!(body("image/png", &["image/png"]), &b"\xff\x00"[..]);
        assert_eq!(body("image/png, */*", &["image/png"]), &b"\xff\x00"[..]);
        assert_eq!(body("*/*, image/png", &["image/png"]), "/wA=");
        assert_eq!(body("image/png", &[]), "/wA=");
        let plain = json!({"body": "/wA=", "isBase64Encoded": false});
        assert_eq!(
            answer_to(&plain, "image/png", &["image/png"]).unwrap().body,
            "/wA="
        );
        let wrong = json!({"body": "%", "isBase64Encoded": true});
        let fault = answer_to(&wrong, "image/png", &["image/png"]).unwrap_err();
        assert_eq!(fault.error, GatewayError::configuration());
        assert!(fault.reason.starts_with("`body` is not base64"));
    }
}
