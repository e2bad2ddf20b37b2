//! A request as an authorizer's function sees it.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>.

use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::applied::{Identification, IdentitySource, LambdaAuthorizer};
use crate::data_plane::call::Call;
use crate::data_plane::event;
use crate::data_plane::iam::Context;
use crate::data_plane::template;
use portcullis_terraform_json::expression::Expression;

/// Returns the values that identify the caller. An error says what the request lacks, so that the function is not
/// invoked.
pub fn identity(authorizer: &LambdaAuthorizer, call: &Call) -> Result<Vec<String>, String> {
    match &authorizer.identification {
        Identification::Token { header, validation } => {
            let mut values = call.request.headers.all(header);
            let value = values.next().unwrap_or_default().trim_matches([' ', '\t']);
            if values.next().is_some() {
                return Err(format!("more than one header `{header}`"));
            }
            if value.is_empty() {
                return Err(format!("no token in the header `{header}`"));
            }
            if validation
                .as_ref()
                .is_some_and(|pattern| !pattern.is_match(value))
            {
                return Err("the token does not match the identity validation expression".to_owned());
            }
            Ok(vec![value.to_owned()])
        }
        Identification::Request(sources) => sources.iter().map(|source| value(source, call)).collect(),
    }
}

fn value(IdentitySource { text, expression }: &IdentitySource, call: &Call) -> Result<String, String> {
    let value = match expression {
        // All values, so that no caller gets another one's answer by adding a second header.
        Expression::Header(name) => {
            let values: Vec<&str> = call.request.headers.all(name).collect();
            Some(values.join(","))
        }
        Expression::Query(name) => {
            let query = call.query().into_iter();
            let values: Vec<String> = query
                .filter(|(other, _)| other == name)
                .map(|(_, value)| value)
                .collect();
            Some(values.join(","))
        }
        other => template::mapped(other, call, None),
    };
    let value = value.filter(|value| !value.trim_matches([' ', '\t', ',']).is_empty());
    value.ok_or_else(|| format!("missing identity source `{text}`"))
}

/// Returns the function's event as JSON, for a caller with this identity.
pub fn event(authorizer: &LambdaAuthorizer, call: &Call, identity: &[String]) -> serde_json::Result<Vec<u8>> {
    let method_arn = method_arn(call);
    match &authorizer.identification {
        Identification::Token { .. } => serde_json::to_vec(&json!({
            "type": "TOKEN",
            "methodArn": method_arn,
            "authorizationToken": identity.first(),
        })),
        Identification::Request(_) => event::of_request(call, &method_arn),
    }
}

/// The ARN of the called method with the path of the request, which policies are held against. Permissions are held
/// against one with the path of the resource.
pub fn method_arn(call: &Call) -> String {
    format!(
        "{}/{}/{}{}",
        call.api.execution_arn, call.stage.name, call.method, call.path
    )
}

/// The condition keys of a request that are evaluated.
pub fn conditions(call: &Call) -> Context {
    let received = call.request.received;
    let mut context = Context::default();
    for (key, value) in [
        // As on AWS, whose clients always use it.
        ("aws:SecureTransport", "true"),
        (
            "aws:UserAgent",
            call.request.headers.get("User-Agent").unwrap_or_default(),
        ),
        ("aws:EpochTime", &received.unix_timestamp().to_string()),
        ("aws:CurrentTime", &received.format(&Rfc3339).unwrap_or_default()),
    ] {
        context.set(key, value);
    }
    context
}
