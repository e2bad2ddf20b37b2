//! Authorizers.

use serde::Deserialize;

use crate::index::{given, kind, sorted};

/// Seconds that an authorizer remembers a result if nothing is set.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>.
pub const DEFAULT_TTL_SECONDS: u32 = 300;

/// The type of an authorizer of user pools.
pub const COGNITO_USER_POOLS: &str = "COGNITO_USER_POOLS";

/// Defaults of the provider. Source:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_authorizer>.
const DEFAULT_TYPE: &str = "TOKEN";
const DEFAULT_SOURCE: &str = "method.request.header.Authorization";

/// An `aws_api_gateway_authorizer`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Authorizer {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    #[serde(rename = "type", deserialize_with = "given")]
    kind: Option<String>,
    /// The user pools whose users it admits, sorted.
    #[serde(deserialize_with = "sorted")]
    pub provider_arns: Vec<String>,
    #[serde(deserialize_with = "given")]
    identity_source: Option<String>,
    /// The regular expression that a token has to match; of a Cognito authorizer its audience.
    #[serde(deserialize_with = "given")]
    pub identity_validation_expression: Option<String>,
    authorizer_result_ttl_in_seconds: Option<u32>,
    /// The function of a Lambda authorizer, written as the `uri` of an integration.
    #[serde(deserialize_with = "given")]
    pub authorizer_uri: Option<String>,
}

kind!(Authorizer, "aws_api_gateway_authorizer", "id", "type");

/// The place of the token in a request.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenSource<'a> {
    /// In the header of this name.
    Header(&'a str),
    /// Elsewhere: this `identity_source`.
    Other(&'a str),
}

impl Authorizer {
    /// Its type: `TOKEN`, `REQUEST` or [`COGNITO_USER_POOLS`].
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or(DEFAULT_TYPE)
    }

    /// Returns the place of the token.
    pub fn token_source(&self) -> TokenSource<'_> {
        let source = self.identity_source.as_deref().unwrap_or(DEFAULT_SOURCE);
        match source.strip_prefix("method.request.header.") {
            Some(header) if !header.contains(',') => TokenSource::Header(header),
            _ => TokenSource::Other(source),
        }
    }

    /// Returns the seconds that it remembers a result.
    pub fn ttl_seconds(&self) -> u32 {
        self.authorizer_result_ttl_in_seconds
            .unwrap_or(DEFAULT_TTL_SECONDS)
    }
}
