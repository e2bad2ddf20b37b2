//! API Gateway's own errors, with status, type and message.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-responses.html>; bodies
//! and error types to the byte from recordings: see `tests/conformance`.

use bytes::Bytes;
use serde_json::Value;

use super::message::{Request, Response};

/// The response type of a refusal by a policy.
const ACCESS_DENIED: &str = "ACCESS_DENIED";

/// An error of the gateway's own.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayError {
    /// Response type that a gateway response can change; none if AWS does not let it be changed.
    pub response_type: Option<&'static str>,
    /// Status unless a gateway response says another.
    pub status: u16,
    /// Value of the header `x-amzn-ErrorType`.
    pub error_type: &'static str,
    /// The message in the body; `null` if there is none.
    pub message: Option<String>,
    /// The finding of a validator, for templates and the log only.
    pub validation: Option<String>,
}

impl GatewayError {
    fn new(
        response_type: Option<&'static str>,
        status: u16,
        error_type: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            response_type,
            status,
            error_type,
            message: Some(message.into()),
            validation: None,
        }
    }

    /// No such path, or no such method on it, and no header `Authorization`.
    pub fn missing_authentication_token() -> Self {
        let (kind, error) = (
            "MISSING_AUTHENTICATION_TOKEN",
            "MissingAuthenticationTokenException",
        );
        Self::new(Some(kind), 403, error, "Missing Authentication Token")
    }

    /// The path or method is unknown, and the header `Authorization` is not an AWS signature. `message` names the
    /// missing part.
    pub fn incomplete_signature(message: impl Into<String>) -> Self {
        let (kind, error) = ("INVALID_SIGNATURE", "IncompleteSignatureException");
        Self::new(Some(kind), 403, error, message)
    }

    /// The path or method is unknown, and the key of the AWS signature is unknown, too.
    pub fn unknown_access_key() -> Self {
        let (kind, error) = ("INVALID_SIGNATURE", "UnrecognizedClientException");
        let message = "The security token included in the request is invalid.";
        Self::new(Some(kind), 403, error, message)
    }

    /// No such stage: there is no API whose gateway responses could apply.
    pub fn forbidden() -> Self {
        Self::new(None, 403, "ForbiddenException", "Forbidden")
    }

    /// The authorizer said no.
    pub fn unauthorized() -> Self {
        Self::new(Some("UNAUTHORIZED"), 401, "UnauthorizedException", "Unauthorized")
    }

    /// The token was good once.
    pub fn token_expired() -> Self {
        let message = "The incoming token has expired";
        Self::new(Some("UNAUTHORIZED"), 401, "UnauthorizedException", message)
    }

    /// The policy of a Lambda authorizer does not allow the request; `explicitly` if it has a statement that forbids it.
    pub fn access_denied(explicitly: bool) -> Self {
        let message = match explicitly {
            true => "User is not authorized to access this resource with an explicit deny",
            false => "User is not authorized to access this resource",
        };
        Self::new(Some(ACCESS_DENIED), 403, "AccessDeniedException", message)
    }

    /// A Lambda authorizer can't decide: its function fails, or its answer is not a policy.
    pub fn authorizer_configuration() -> Self {
        let (kind, error) = (
            "AUTHORIZER_CONFIGURATION_ERROR",
            "AuthorizerConfigurationException",
        );
        Self {
            message: None,
            ..Self::new(Some(kind), 500, error, "")
        }
    }

    /// The API key is missing, unknown, disabled or of no usage plan that has the stage.
    pub fn invalid_api_key() -> Self {
        Self::new(Some("INVALID_API_KEY"), 403, "ForbiddenException", "Forbidden")
    }

    /// More requests than a throttle lets through.
    pub fn throttled() -> Self {
        let error = "TooManyRequestsException";
        Self::new(Some("THROTTLED"), 429, error, "Too Many Requests")
    }

    /// More requests than the quota of a usage plan.
    pub fn quota_exceeded() -> Self {
        let error = "LimitExceededException";
        Self::new(Some("QUOTA_EXCEEDED"), 429, error, "Limit Exceeded")
    }

    /// The body does not fit its model; `why` is what a template may tell of it.
    pub fn invalid_body(why: &str) -> Self {
        let error = "BadRequestException";
        Self {
            validation: Some(format!("[{why}]")),
            ..Self::new(Some("BAD_REQUEST_BODY"), 400, error, "Invalid request body")
        }
    }

    /// Parameters that a validator requires are missing.
    pub fn missing_parameters(names: &[&str]) -> Self {
        let message = format!("Missing required request parameters: [{}]", names.join(", "));
        let (kind, error) = ("BAD_REQUEST_PARAMETERS", "BadRequestException");
        Self {
            validation: Some(message.clone()),
            ..Self::new(Some(kind), 400, error, message)
        }
    }

    /// The body is over [`super::REQUEST_LIMIT`].
    pub fn request_too_large() -> Self {
        let message = format!("HTTP content length exceeded {} bytes.", super::REQUEST_LIMIT);
        Self::new(None, 413, "RequestTooLargeException", message)
    }

    /// The headers' values are over [`super::HEADER_LIMIT`]. The message is captured, the status is a guess.
    pub fn header_too_large() -> Self {
        let message = format!("HTTP header is larger than {} bytes.", super::HEADER_LIMIT);
        Self::new(None, 413, "RequestTooLargeException", message)
    }

    /// The event made of it is over what Lambda takes.
    pub fn event_too_large() -> Self {
        let (kind, error) = ("REQUEST_TOO_LARGE", "RequestTooLargeException");
        Self::new(Some(kind), 413, error, "Request Too Long")
    }

    /// No template of the integration fits the body's type.
    pub fn unsupported_media_type() -> Self {
        let (kind, error) = ("UNSUPPORTED_MEDIA_TYPE", "BadRequestException");
        Self::new(Some(kind), 415, error, "Unsupported Media Type")
    }

    /// The API is configured in a way that cannot work: no permission on the function, say.
    pub fn configuration() -> Self {
        let (kind, error) = ("API_CONFIGURATION_ERROR", "InternalServerErrorException");
        Self::new(Some(kind), 500, error, "Internal server error")
    }

    /// The function failed, or its result is none.
    pub fn bad_gateway() -> Self {
        Self::new(
            Some("DEFAULT_5XX"),
            502,
            "InternalServerErrorException",
            "Internal server error",
        )
    }

    /// Lambda would not invoke the function: it is throttled. The type has another default status by its page, but
    /// clients are answered 500:
    /// <https://repost.aws/questions/QUfI6bsdd0SOiPeyimzxSkfQ/api-gateway-proxy-integration-does-not-forward-lambda-throttling-http-429-to-client-needs-product-support>.
    pub fn integration_failure() -> Self {
        let (kind, error) = ("INTEGRATION_FAILURE", "InternalServerErrorException");
        Self::new(Some(kind), 500, error, "Internal server error")
    }

    /// The integration took longer than it may.
    pub fn timed_out() -> Self {
        let (kind, error) = ("INTEGRATION_TIMEOUT", "InternalServerErrorException");
        Self::new(Some(kind), 504, error, "Endpoint request timed out")
    }

    /// Ours alone, nothing that AWS says: the route needs what is not emulated, and `why` names it.
    pub fn not_emulated(why: &str) -> Self {
        Self::new(
            Some("DEFAULT_5XX"),
            501,
            "NotEmulatedException",
            format!("Not emulated locally: {why}"),
        )
    }

    /// Returns the answer if no gateway response applies. Recorded: bodies of 5xx errors have a space behind the colon,
    /// those of 4xx errors have none. Captured: the key of a refusal by a policy begins with a capital.
    pub fn plain(&self, request: &Request) -> Response {
        let space = match &self.message {
            Some(_) if self.status >= 500 => " ",
            _ => "",
        };
        let key = match self.response_type {
            Some(ACCESS_DENIED) => "Message",
            _ => "message",
        };
        let body = format!(r#"{{"{key}":{space}{}}}"#, Value::from(self.message.as_deref()));
        let fields = [
            ("x-amzn-RequestId", request.ids.request.as_str()),
            ("x-amz-apigw-id", &request.ids.extended),
            ("x-amzn-ErrorType", self.error_type),
            ("Content-Type", "application/json"),
        ];
        Response {
            status: self.status,
            headers: fields.into_iter().collect(),
            body: Bytes::from(body),
        }
    }
}
