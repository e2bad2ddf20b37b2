//! Answers of the gateway itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::expression::{self, Headers};
use crate::index::{given, kind, or_empty};

/// An `aws_api_gateway_gateway_response`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct GatewayResponse {
    /// The type of errors that it is for, such as `DEFAULT_4XX`.
    pub response_type: String,
    /// The status in place of the type's own.
    #[serde(deserialize_with = "given")]
    pub status_code: Option<String>,
    /// Headers as they are written, such as `gatewayresponse.header.X-Who` and `'me'`.
    #[serde(deserialize_with = "or_empty")]
    pub response_parameters: BTreeMap<String, String>,
    /// Templates of the body by media type.
    #[serde(deserialize_with = "or_empty")]
    pub response_templates: BTreeMap<String, String>,
}

kind!(
    GatewayResponse,
    "aws_api_gateway_gateway_response",
    "response_type"
);

impl GatewayResponse {
    /// The prefix of its headers' names.
    pub const HEADER: &'static str = "gatewayresponse.header.";

    /// Its headers. The error names what is not understood.
    pub fn headers(&self) -> Result<Headers, String> {
        expression::headers(&self.response_parameters, Self::HEADER)
    }
}
