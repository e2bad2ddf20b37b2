//! Answers of the listener itself, in the form of the service that the function calls.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
//! <https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html>.

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::json;

use super::call::Protocol;
use crate::data_plane::iam::{Need, RefusalReason, Refused};
use crate::upstream::{Body, full};

/// An error of AWS's.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Its code, such as `AccessDeniedException`.
    pub code: &'static str,
    /// Its status.
    pub status: StatusCode,
    /// Its message.
    pub message: String,
}

/// Returns the caller, as answers name it: `arn:aws:sts::123456789012:assumed-role/ROLE/FUNCTION`. Lambda names the
/// session after the function.
pub fn caller(partition: &str, account: &str, role_arn: &str, function: &str) -> String {
    let role = role_arn.rsplit('/').next().unwrap_or_default();
    format!("arn:{partition}:sts::{account}:assumed-role/{role}/{function}")
}

/// The refusal of a call that a function's role does not allow.
pub fn denied(service: &str, protocol: Protocol, caller: &str, refused: &Refused) -> Fault {
    let Refused { need, reason, .. } = refused;
    let action = match service {
        // As SQS itself writes it.
        "sqs" => need.action.to_ascii_lowercase(),
        _ => need.action.clone(),
    };
    let resource = match service {
        "s3" => format!("\"{}\"", need.resource()),
        _ => need.resource().to_owned(),
    };
    let because = reason.sentence(&action);
    let message =
        format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {because}");
    access_denied(service, protocol, message)
}

/// A refusal with the code that the service uses.
pub fn access_denied(service: &str, protocol: Protocol, message: String) -> Fault {
    let (code, status) = match (protocol, service) {
        (Protocol::Json, _) => ("AccessDeniedException", StatusCode::BAD_REQUEST),
        (Protocol::RestJson, _) => ("AccessDeniedException", StatusCode::FORBIDDEN),
        (Protocol::Query, "sns") => ("AuthorizationError", StatusCode::FORBIDDEN),
        (Protocol::Query | Protocol::RestXml, _) => ("AccessDenied", StatusCode::FORBIDDEN),
    };
    Fault {
        code,
        status,
        message,
    }
}

/// S3's answer for an object that is missing, to a function that may not list the bucket.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>: "If you don't have the s3:ListBucket permission,
/// Amazon S3 returns an HTTP status code 403 error."
pub fn hidden(caller: &str, bucket: &Need) -> Fault {
    let refused = Refused {
        need: bucket.clone(),
        reason: RefusalReason::NotAllowed,
        unsure: None,
    };
    denied("s3", Protocol::RestXml, caller, &refused)
}

/// The answer to `sts:GetCallerIdentity`.
pub fn caller_identity(account: &str, caller: &str, function: &str) -> Response<Body> {
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>{}</Arn><UserId>AROALOCALROLEXXXXXXXX:{}</UserId><Account>{}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
        escaped(caller),
        escaped(function),
        escaped(account),
        uuid::Uuid::new_v4()
    );
    response(StatusCode::OK, "text/xml", body)
}

impl Fault {
    /// A fault in the form of a protocol. `HEAD` has no body.
    pub fn answer(&self, protocol: Protocol, method: &Method) -> Response<Body> {
        let Self {
            code,
            status,
            message,
        } = self;
        let id = uuid::Uuid::new_v4().to_string();
        let (kind, body) = match protocol {
            Protocol::Json => (
                "application/x-amz-json-1.0",
                json!({"__type": format!("com.amazon.coral.service#{code}"), "Message": message, "message": message})
                    .to_string(),
            ),
            Protocol::RestJson => {
                ("application/json", json!({"Message": message, "message": message}).to_string())
            }
            Protocol::Query => (
                "text/xml",
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error>\
                     <RequestId>{id}</RequestId></ErrorResponse>",
                    escaped(message)
                ),
            ),
            Protocol::RestXml => (
                "application/xml",
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message>\
                     <RequestId>{id}</RequestId><HostId>{id}</HostId></Error>",
                    escaped(message)
                ),
            ),
        };
        let body = if method == Method::HEAD {
            String::new()
        } else {
            body
        };
        let mut answer = response(*status, kind, body);
        let headers = answer.headers_mut();
        if let Ok(id) = HeaderValue::try_from(id) {
            headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
        }
        if matches!(protocol, Protocol::Json | Protocol::RestJson) {
            headers.insert(
                HeaderName::from_static("x-amzn-errortype"),
                HeaderValue::from_static(code),
            );
        }
        answer
    }
}

/// Answers something that is not an AWS call.
pub fn message(status: StatusCode, text: &str) -> Response<Body> {
    response(status, "application/json", json!({ "message": text }).to_string())
}

pub fn response(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn escaped(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    escaped.replace('"', "&quot;")
}
