use std::fmt::Display;

use lambda_http::{
    Body, Error,
    aws_lambda_events::apigw::ApiGatewayProxyResponse,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;

use crate::Cors;

/// An error answer of a handler: `{"message": …}` with a status.
///
/// `?` turns any error into one with status 500 and a generic message. The log has the cause.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    cause: Option<Error>,
}

impl Refusal {
    /// The client reads `message`.
    pub fn new(status: StatusCode, message: impl Display) -> Self {
        Self {
            status,
            message: message.to_string(),
            cause: None,
        }
    }
}

impl<Cause: Into<Error>> From<Cause> for Refusal {
    fn from(cause: Cause) -> Self {
        let cause = Some(cause.into());
        Self {
            cause,
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
        }
    }
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

/// An answer in API Gateway's format.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format>
pub(crate) fn write<Value: Serialize>(
    answer: Result<Value, Refusal>,
    cors: &Cors,
) -> ApiGatewayProxyResponse {
    let written = answer.and_then(|value| Ok((StatusCode::OK, serde_json::to_string(&value)?)));
    let (status, body) = written.unwrap_or_else(|refusal| {
        if let Some(cause) = &refusal.cause {
            // Lambda writes a function's standard error to its log group.
            eprintln!("error: {}", causes(&**cause));
        }
        let message = Message {
            message: &refusal.message,
        };
        (
            refusal.status,
            serde_json::to_string(&message).unwrap_or_default(),
        )
    });

    let mut response = ApiGatewayProxyResponse::default();
    response.status_code = status.as_u16().into();
    response
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    cors.write(&mut response.headers);
    response.body = Some(Body::Text(body));
    response
}

/// An error and what caused it. Errors of the AWS SDK name their reason, such as a missing permission, only as their source.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    let sentences: Vec<String> = sources.map(ToString::to_string).collect();
    sentences.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::invoke;
    use lambda_http::Request;
    use serde_json::json;

    const EVENT: &str = include_str!("../fixtures/get_open.json");

    async fn failing(_: Request) -> Result<(), Refusal> {
        Err(std::io::Error::other("the database's password is wrong"))?;
        Ok(())
    }

    #[tokio::test]
    async fn an_error_tells_the_client_nothing_and_carries_cors() {
        assert_eq!(
            invoke(failing, Cors::new("*", false).unwrap(), EVENT).await,
            json!({
                "statusCode": 500,
                "headers": {"content-type": "application/json", "access-control-allow-origin": "*"},
                "body": {"message": "Internal server error"}
            })
        );
    }

    #[test]
    fn the_log_names_each_cause_of_an_error() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl std::fmt::Display for Outer {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("service error")
            }
        }
        impl std::error::Error for Outer {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Outer(std::io::Error::other("AccessDenied"));
        assert_eq!(causes(&error), "service error: AccessDenied");
    }

    #[tokio::test]
    async fn a_value_that_is_not_json_is_an_error() {
        async fn no_json(_: Request) -> Result<std::collections::BTreeMap<(u8, u8), u8>, Refusal> {
            Ok([((0, 0), 0)].into())
        }
        let response = invoke(no_json, Cors::default(), EVENT).await;
        assert_eq!(response["statusCode"], 500);
    }

    #[tokio::test]
    async fn a_refusal_is_escaped_as_json() {
        async fn refusing(_: Request) -> Result<(), Refusal> {
            Err(Refusal::new(StatusCode::NOT_FOUND, "no \"thing\"\n"))
        }
        let response = invoke(refusing, Cors::default(), EVENT).await;
        assert_eq!(response["statusCode"], 404);
        assert_eq!(response["body"], json!({"message": "no \"thing\"\n"}));
    }
}
