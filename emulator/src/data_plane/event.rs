//! Call → the event a function is invoked with: REST, payload 1.0 (there is no `version` key).
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html> and
//! captures: see `tests/conformance`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};

use super::call::{AuthorizerContext, Call, RequestContext};
use super::caller::Caller;
use super::claims::Stringified;
use super::content::{self, Payload};
use super::message::Headers;
use portcullis_terraform_json::router::PathParameters;

/// Request headers that do not reach an integration. Recorded by LocalStack; the method override is documented:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>.
const DROPPED: [&str; 13] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "x-http-method-override",
];

/// Names that are written so even if the client wrote them otherwise. All others keep their case. Recorded and
/// captured.
const CANONICAL: [&str; 2] = ["Authorization", "User-Agent"];

/// Room for an event with a token in it, so that it need not be moved while it is written.
const USUAL_SIZE: usize = 6 << 10;

/// In AWS's order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    resource: Option<&'a str>,
    path: &'a str,
    http_method: &'a str,
    headers: Option<Single<'a>>,
    multi_value_headers: Option<Multi<'a>>,
    query_string_parameters: Option<Single<'a>>,
    multi_value_query_string_parameters: Option<Multi<'a>>,
    path_parameters: Option<&'a PathParameters>,
    stage_variables: Option<&'a BTreeMap<String, String>>,
    request_context: RequestContext<'a>,
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

/// The event of a request for the function of an authorizer, in AWS's order. Empty maps are objects.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorizerEvent<'a> {
    r#type: &'static str,
    method_arn: &'a str,
    resource: Option<&'a str>,
    path: &'a str,
    http_method: &'a str,
    headers: Single<'a>,
    multi_value_headers: Multi<'a>,
    query_string_parameters: Single<'a>,
    multi_value_query_string_parameters: Multi<'a>,
    path_parameters: &'a PathParameters,
    stage_variables: &'a BTreeMap<String, String>,
    request_context: RequestContext<'a>,
}

/// The event of a call for the function of a `REQUEST` authorizer, as JSON: without a body.
pub fn of_request(call: &Call, method_arn: &str) -> serde_json::Result<Vec<u8>> {
    let (headers, query) = (forwarded_headers(call), call.query());
    let headers = by_name(headers.iter());
    let query = by_name(query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    serde_json::to_vec(&AuthorizerEvent {
        r#type: "REQUEST",
        method_arn,
        resource: call.route.map(|route| route.resource_path.as_str()),
        path: call.path,
        http_method: call.method,
        headers: Single(&headers),
        multi_value_headers: Multi(&headers),
        query_string_parameters: Single(&query),
        multi_value_query_string_parameters: Multi(&query),
        path_parameters: &call.parameters,
        stage_variables: &call.stage.variables,
        request_context: call.request_context(),
    })
}

/// The event of a call of this caller as JSON; `payload` is its body.
pub fn event(call: &Call, caller: &Caller, payload: Payload<'_>) -> serde_json::Result<Vec<u8>> {
    let request = call.request;
    let (headers, query) = (forwarded_headers(call), call.query());
    let headers = by_name(headers.iter());
    let query = by_name(query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut request_context = call.request_context();
    request_context.authorizer = match caller {
        Caller::Anyone => None,
        Caller::User(claims) => Some(AuthorizerContext::User {
            claims: Stringified(claims),
        }),
        Caller::Admitted { answer, took } => {
            let mut context = answer.handed_on.clone();
            let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            context.insert("integrationLatency".to_owned(), milliseconds.into());
            Some(AuthorizerContext::Admitted(context))
        }
    };

    let (body, is_base64_encoded) = match payload {
        _ if request.body.is_empty() => (None, false),
        Payload::Text(text) => (Some(text), false),
        Payload::Base64(text) => (Some(text.into()), true),
        Payload::Binary(bytes) => (Some(content::encoded(&bytes).into()), true),
    };

    let event = Event {
        resource: call.route.map(|route| route.resource_path.as_str()),
        path: call.path,
        http_method: call.method,
        headers: (!headers.is_empty()).then_some(Single(&headers)),
        multi_value_headers: (!headers.is_empty()).then_some(Multi(&headers)),
        query_string_parameters: (!query.is_empty()).then_some(Single(&query)),
        multi_value_query_string_parameters: (!query.is_empty()).then_some(Multi(&query)),
        path_parameters: (!call.parameters.is_empty()).then_some(&call.parameters),
        stage_variables: (!call.stage.variables.is_empty()).then_some(&call.stage.variables),
        request_context,
        body,
        is_base64_encoded,
    };
    let mut text = Vec::with_capacity(USUAL_SIZE + request.body.len());
    serde_json::to_writer(&mut text, &event)?;
    Ok(text)
}

fn forwarded_headers(call: &Call) -> Headers {
    let request = call.request;
    let kept = request
        .headers
        .iter()
        .filter(|(name, _)| !DROPPED.contains(&name.to_ascii_lowercase().as_str()));
    let canonical = |name| {
        CANONICAL
            .into_iter()
            .find(|canonical| canonical.eq_ignore_ascii_case(name))
    };
    let mut headers: Headers = kept
        .map(|(name, value)| (canonical(name).unwrap_or(name), value))
        .collect();
    let source = request.source_ip.to_string();
    let forwarded_for = match request.headers.get("X-Forwarded-For") {
        Some(before) => format!("{before}, {source}"),
        None => source,
    };
    let host = request.headers.get("Host").unwrap_or_default().to_owned();
    headers.set("Host", host);
    headers.set("X-Amzn-Trace-Id", request.trace());
    headers.set("X-Forwarded-For", forwarded_for);
    // The real port and protocol, although AWS has `443` and `https`: links that a function builds from them must work.
    headers.set("X-Forwarded-Port", request.port.to_string());
    headers.set("X-Forwarded-Proto", "http");
    headers
}

/// Names in the order of their first values, each with all its values.
type ByName<'a> = Vec<(&'a str, Vec<&'a str>)>;

fn by_name<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> ByName<'a> {
    let (mut fields, mut places) = (ByName::new(), HashMap::new());
    for (name, value) in pairs {
        match places.get(name) {
            Some(&place) => {
                let (_, values): &mut (&str, Vec<&str>) = &mut fields[place];
                values.push(value);
            }
            None => {
                places.insert(name, fields.len());
                fields.push((name, vec![value]));
            }
        }
    }
    fields
}

/// Written as an object of the last values.
struct Single<'a>(&'a ByName<'a>);

/// Written as an object of lists.
struct Multi<'a>(&'a ByName<'a>);

impl Serialize for Single<'_> {
    fn serialize<To: Serializer>(&self, to: To) -> Result<To::Ok, To::Error> {
        to.collect_map(self.0.iter().map(|(name, values)| (name, values.last())))
    }
}

impl Serialize for Multi<'_> {
    fn serialize<To: Serializer>(&self, to: To) -> Result<To::Ok, To::Error> {
        to.collect_map(self.0.iter().map(|(name, values)| (name, values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::call::tests::{request, with_request};
    use crate::data_plane::content::ContentHandling;
    use serde_json::{Value, json};

    fn event_of(target: &str, headers: &[(&str, &str)], body: &[u8], binary: &[&str]) -> Value {
        let binary: Vec<String> = binary.iter().map(ToString::to_string).collect();
        with_request(&request("POST", target, headers, body), |call| {
            let payload = ContentHandling::Unset
                .request(body, call.has_binary_body(&binary))
                .unwrap();
            serde_json::from_slice(&event(call, &Caller::Anyone, payload).unwrap()).unwrap()
        })
    }

    #[test]
    fn the_whole_event_of_a_plain_request() {
        let actual = event_of(
            "/v1/pets/7",
            &[("Host", "127.0.0.1:4000"), ("X-Own", "1")],
            b"",
            &[],
        );
        let expected = json!({
            "resource": "/pets/{id}",
            "path": "/pets/7",
            "httpMethod": "POST",
            "headers": {
                "X-Own": "1",
                "Host": "127.0.0.1:4000",
                "X-Amzn-Trace-Id": "Root=1-66704f1a-0123456789abcdef01234567",
                "X-Forwarded-For": "127.0.0.1",
                "X-Forwarded-Port": "4000",
                "X-Forwarded-Proto": "http",
            },
            "multiValueHeaders": {
                "X-Own": ["1"],
                "Host": ["127.0.0.1:4000"],
                "X-Amzn-Trace-Id": ["Root=1-66704f1a-0123456789abcdef01234567"],
                "X-Forwarded-For": ["127.0.0.1"],
                "X-Forwarded-Port": ["4000"],
                "X-Forwarded-Proto": ["http"],
            },
            "queryStringParameters": null,
            "multiValueQueryStringParameters": null,
            "pathParameters": {"id": "7"},
            "stageVariables": {"colour": "blue"},
            "requestContext": {
                "resourceId": "res123",
                "resourcePath": "/pets/{id}",
                "httpMethod": "POST",
                "extendedRequestId": "ZfYQ8HzFIAMEPvA=",
                "requestTime": "17/Jun/2024:15:00:26 +0000",
                "path": "/v1/pets/7",
                "accountId": "123456789012",
                "protocol": "HTTP/1.1",
                "stage": "v1",
                "domainPrefix": "abc123",
                "requestTimeEpoch": 1718636426000_i64,
                "requestId": "8c8f4b0e-5f4b-4f6e-9d39-3f2a3d1b6c11",
                "identity": {
                    "cognitoIdentityPoolId": null, "accountId": null, "cognitoIdentityId": null, "caller": null,
                    "sourceIp": "127.0.0.1", "principalOrgId": null, "accessKey": null,
                    "cognitoAuthenticationType": null, "cognitoAuthenticationProvider": null, "userArn": null,
                    "userAgent": null, "user": null,
                },
                "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
                "deploymentId": "dep123",
                "apiId": "abc123",
            },
            "body": null,
            "isBase64Encoded": false,
        });
        assert_eq!(
            serde_json::to_string_pretty(&actual).unwrap(),
            serde_json::to_string_pretty(&expected).unwrap()
        );
    }

    #[test]
    fn header_case_is_kept_but_for_two_names_and_hop_by_hop_fields_are_dropped() {
        let headers = [
            ("authorization", "t"),
            ("user-AGENT", "curl"),
            ("X-HTTP-Method-Override", "POST"),
            ("x-OWN", "a"),
            ("x-OWN", "b"),
            ("Connection", "keep-alive"),
            ("TE", "x"),
            ("Content-Length", "0"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Amzn-Trace-Id", "Root=1-1-1"),
        ];
        let event = event_of("/v1/pets/7", &headers, b"", &[]);
        let names: Vec<&String> = event["headers"].as_object().unwrap().keys().collect();
        let expected = [
            "Authorization",
            "User-Agent",
            "x-OWN",
            "Host",
            "X-Amzn-Trace-Id",
            "X-Forwarded-For",
            "X-Forwarded-Port",
            "X-Forwarded-Proto",
        ];
        assert_eq!(names, expected);
        assert_eq!(event["headers"]["x-OWN"], "b");
        assert_eq!(event["multiValueHeaders"]["x-OWN"], json!(["a", "b"]));
        assert_eq!(event["headers"]["X-Forwarded-For"], "10.0.0.1, 127.0.0.1");
        assert_eq!(event["headers"]["X-Amzn-Trace-Id"], "Root=1-1-1");
    }

    #[test]
    fn the_last_value_of_a_query_parameter_is_the_single_one() {
        let event = event_of("/v1/pets/7?a=1&a=2&b=x+y", &[], b"", &[]);
        assert_eq!(event["queryStringParameters"], json!({"a": "2", "b": "x y"}));
        assert_eq!(
            event["multiValueQueryStringParameters"],
            json!({"a": ["1", "2"], "b": ["x y"]})
        );
    }

    #[test]
    fn a_body_is_base64_only_when_its_type_is_binary() {
        let png = [("Content-Type", "image/png; x=y")];
        for binary in [&["image/png"][..], &["*/*"], &["image/*"]] {
            let event = event_of("/v1/pets/7", &png, b"\xff\x00", binary);
            assert_eq!(
                (&event["body"], &event["isBase64Encoded"]),
                (&json!("/wA="), &json!(true)),
                "{binary:?}"
            );
        }
        let event = event_of("/v1/pets/7", &png, b"a\xff", &["image/gif"]);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("a\u{fffd}"), &json!(false))
        );
        let event = event_of("/v1/pets/7", &png, b"", &["*/*"]);
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&Value::Null, &json!(false))
        );
    }
}
