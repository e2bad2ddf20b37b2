//! Integrations and their responses.

use std::collections::BTreeMap;
use std::time::Duration;

use portcullis_foreign_text::printable::code;
use serde::Deserialize;

use crate::expression::{self, Expression, Headers};
use crate::index::{given, kind, or_empty};
use crate::lambda;

/// Milliseconds that API Gateway waits for an answer if nothing is set.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html>.
pub const DEFAULT_TIMEOUT_MILLISECONDS: u64 = 29_000;

/// An `aws_api_gateway_integration`.
///
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html>
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Integration {
    /// Id of the resource of its method.
    pub resource_id: String,
    /// The method.
    pub http_method: String,
    /// AWS's type, such as `AWS_PROXY`; empty if it is not known.
    #[serde(rename = "type")]
    pub kind: String,
    /// The address that it calls.
    #[serde(deserialize_with = "given")]
    pub uri: Option<String>,
    /// The method that it is called by.
    #[serde(deserialize_with = "given")]
    pub integration_http_method: Option<String>,
    /// The role that calls it.
    #[serde(deserialize_with = "given")]
    pub credentials: Option<String>,
    /// The conversion of bodies.
    #[serde(deserialize_with = "given")]
    pub content_handling: Option<String>,
    timeout_milliseconds: Option<u64>,
    /// Mappings of headers and parameters to the backend's request.
    #[serde(deserialize_with = "or_empty")]
    pub request_parameters: BTreeMap<String, String>,
    /// Templates of the body by media type.
    #[serde(deserialize_with = "or_empty")]
    pub request_templates: BTreeMap<String, String>,
    /// The treatment of a body without a template.
    #[serde(deserialize_with = "given")]
    pub passthrough_behavior: Option<String>,
}

kind!(Integration, "aws_api_gateway_integration");

impl Integration {
    /// The ARN of the function that it calls, perhaps with a version or an alias.
    pub fn function_arn(&self) -> Option<&str> {
        lambda::arn_in_uri(self.uri.as_deref()?)
    }

    /// Returns the time that it waits for an answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_milliseconds.unwrap_or(DEFAULT_TIMEOUT_MILLISECONDS))
    }

    /// Fails if a parameter of the backend's request is not understood.
    pub(crate) fn check_parameters(&self) -> Result<(), String> {
        self.request_parameters.iter().try_for_each(|(key, text)| {
            let place = key.strip_prefix("integration.request.").unwrap_or_default();
            let is_known = ["header.", "querystring.", "path."]
                .iter()
                .any(|prefix| place.strip_prefix(prefix).is_some_and(|name| !name.is_empty()));
            if !is_known {
                return Err(format!("its parameter {} is unknown", code(key)));
            }
            let expression = Expression::parse(text);
            expression
                .map(drop)
                .map_err(|why| format!("of its parameter {}, {why}", code(key)))
        })
    }
}

/// An `aws_api_gateway_integration_response`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct IntegrationResponse {
    /// Id of the resource of its method.
    pub resource_id: String,
    /// The method.
    pub http_method: String,
    /// The status of the method response that it answers with.
    pub status_code: String,
    /// The results that it is for; none makes it the default.
    #[serde(deserialize_with = "given")]
    pub selection_pattern: Option<String>,
    /// Headers as they are written, such as `method.response.header.X-Who` and `'me'`.
    #[serde(deserialize_with = "or_empty")]
    pub response_parameters: BTreeMap<String, String>,
    /// Templates of the body by media type.
    #[serde(deserialize_with = "or_empty")]
    pub response_templates: BTreeMap<String, String>,
    /// The conversion of the body.
    #[serde(deserialize_with = "given")]
    pub content_handling: Option<String>,
}

kind!(IntegrationResponse, "aws_api_gateway_integration_response");

impl IntegrationResponse {
    /// The prefix of its headers' names.
    pub const HEADER: &'static str = "method.response.header.";

    /// Its headers. The error names what is not understood.
    pub fn headers(&self) -> Result<Headers, String> {
        expression::headers(&self.response_parameters, Self::HEADER)
    }
}
