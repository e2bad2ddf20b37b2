use base64::{Engine, prelude::BASE64_STANDARD};
use lambda_http::{
    Body, Context, Request, RequestExt,
    aws_lambda_events::apigw::ApiGatewayProxyRequest,
    http::{StatusCode, Uri, header::HOST},
    request::LambdaRequest,
};
use url::Url;

use crate::Refusal;

/// Reads the request from a REST API's event.
///
/// `lambda_http` decodes it, but panics at values that clients choose: an invalid URL or an invalid base64 body. A panic
/// ends the warm process, so this function checks both first.
pub(crate) fn decode(mut event: ApiGatewayProxyRequest, context: Context) -> Result<Request, Refusal> {
    let malformed = |what| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            format!("the {what} of the request is malformed"),
        )
    };
    address(&event).ok_or_else(|| malformed("address"))?;
    let binary = match event.body.take_if(|_| event.is_base64_encoded) {
        Some(text) => Some(BASE64_STANDARD.decode(text).map_err(|_| malformed("body"))?),
        None => None,
    };
    let mut request = Request::from(LambdaRequest::ApiGatewayV1(event)).with_lambda_context(context);
    if let Some(bytes) = binary {
        *request.body_mut() = Body::Binary(bytes);
    }
    Ok(request)
}

/// Returns the URL that `lambda_http` builds, if it is valid. Scheme and host come from headers.
fn address(event: &ApiGatewayProxyRequest) -> Option<Uri> {
    let header = |name: &str| event.headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = header("x-forwarded-proto").unwrap_or("https");
    let context = &event.request_context;
    let host = header(HOST.as_str())
        .or(context.domain_name.as_deref())
        .unwrap_or("localhost");
    let stage = context.stage.as_deref().unwrap_or_default();
    let path = event
        .path
        .as_deref()
        .filter(|path| !path.is_empty())
        .unwrap_or("/");
    if !path.starts_with('/') {
        return None;
    }
    let url = Url::parse(&format!("{scheme}://{host}/{stage}{path}")).ok()?;
    let query = match &event.multi_value_query_string_parameters {
        lists if lists.is_empty() => event.query_string_parameters.to_query_string(),
        lists => lists.to_query_string(),
    };
    format!("{url}?{query}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cors, testing::invoke};
    use serde_json::{Value, json};

    const EVENT: &str = include_str!("../fixtures/get_open.json");

    async fn uri_and_body(request: Request) -> Result<(String, Vec<u8>), Refusal> {
        Ok((request.uri().to_string(), request.body().to_vec()))
    }

    async fn answered(change: impl FnOnce(&mut Value)) -> Value {
        let mut event = serde_json::from_str(EVENT).unwrap();
        change(&mut event);
        invoke(uri_and_body, Cors::default(), &event.to_string()).await
    }

    fn refused(what: &str) -> Value {
        json!({
            "statusCode": 400,
            "headers": {"content-type": "application/json"},
            "body": {"message": format!("the {what} of the request is malformed")}
        })
    }

    #[tokio::test]
    async fn a_request_carries_its_address() {
        let query = json!({"color": ["green", "blue"]}); // of several names the order would be lost
        let response = answered(|event| event["multiValueQueryStringParameters"] = query).await;
        let host = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com";
        assert_eq!(
            response["body"],
            json!([format!("https://{host}/v1/open?color=green&color=blue"), []])
        );
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused_and_ends_nothing() {
        for host in ["two words", "host:99999", "[::1", "ho<st", "%%%"] {
            let response = answered(|event| event["headers"]["Host"] = json!(host)).await;
            assert_eq!(response, refused("address"), "{host}");
        }
        for scheme in ["", "ht tp", "1http", "file://a:1"] {
            let response = answered(|event| event["headers"]["X-Forwarded-Proto"] = json!(scheme)).await;
            assert_eq!(response, refused("address"), "{scheme}");
        }
        for path in [":1".to_owned(), format!("/{}", "x".repeat(70_000))] {
            let response = answered(|event| event["path"] = json!(path)).await;
            assert_eq!(response, refused("address"), "{path:.10}");
        }
    }

    #[tokio::test]
    async fn odd_but_sound_addresses_are_answered() {
        for path in [
            "",
            "/",
            "//",
            "/a%20b",
            "/\u{e4} \u{f6}",
            "/\\",
            "/{}|^`",
            "/%",
            "/\u{0}",
        ] {
            let response = answered(|event| event["path"] = json!(path)).await;
            assert_eq!(response["statusCode"], 200, "{path}");
        }
        let query = json!({"": ["", "&=#\u{e4}\n"], "a b": ["%"]});
        let response = answered(|event| event["multiValueQueryStringParameters"] = query).await;
        assert_eq!(response["statusCode"], 200);
    }

    #[tokio::test]
    async fn an_event_without_what_may_be_absent_is_answered() {
        let response = answered(|event| {
            *event = json!({"httpMethod": "GET", "headers": null, "requestContext": {"httpMethod": "GET"}});
        })
        .await;
        assert_eq!(response["statusCode"], 200);
    }

    #[tokio::test]
    async fn a_binary_body_is_decoded_or_refused() {
        let with_body = |body| {
            answered(move |event| {
                event["body"] = json!(body);
                event["isBase64Encoded"] = json!(true);
            })
        };
        assert_eq!(with_body("AAH/").await["body"][1], json!([0, 1, 255]));
        assert_eq!(with_body("no base64").await, refused("body"));
    }
}
