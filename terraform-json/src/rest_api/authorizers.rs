//! Authorizers.

use portcullis_foreign_text::printable::code;
use serde::Deserialize;

use crate::expression::Expression;
use crate::index::{given, kind, sorted};
use crate::lambda;

/// Seconds that an authorizer remembers a result if nothing is set.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>.
pub const DEFAULT_TTL_SECONDS: u32 = 300;

/// The type of an authorizer of user pools.
pub const COGNITO_USER_POOLS: &str = "COGNITO_USER_POOLS";

/// The type of an authorizer whose function gets a token.
pub const TOKEN: &str = "TOKEN";

/// The type of an authorizer whose function gets the request.
pub const REQUEST: &str = "REQUEST";

/// Defaults of the provider. Source:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_authorizer>.
const DEFAULT_TYPE: &str = TOKEN;
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
    /// Empty if a `REQUEST` authorizer needs nothing to be in a request.
    identity_source: Option<String>,
    /// The regular expression that a token has to match; of a Cognito authorizer its audience.
    #[serde(deserialize_with = "given")]
    pub identity_validation_expression: Option<String>,
    authorizer_result_ttl_in_seconds: Option<u32>,
    /// The function of a Lambda authorizer, written as the `uri` of an integration.
    #[serde(deserialize_with = "given")]
    pub authorizer_uri: Option<String>,
    /// The role by which API Gateway invokes that function, instead of the function's permissions.
    #[serde(deserialize_with = "given")]
    pub authorizer_credentials: Option<String>,
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

    /// Returns what has to be in a request, as it is written: one header, or mapping expressions with commas.
    pub fn identity_source(&self) -> &str {
        match self.identity_source.as_deref() {
            Some("") if self.kind() == REQUEST => "",
            Some(source) if !source.is_empty() => source,
            _ => DEFAULT_SOURCE,
        }
    }

    /// Returns the mapping expressions that have to have a value in a request. The error names one that API Gateway does
    /// not take.
    /// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html>, `identitySource`.
    pub fn identity_sources(&self) -> Result<Vec<Expression>, String> {
        let sources = self.identity_source().split(',').map(str::trim);
        let sources = sources.filter(|source| !source.is_empty());
        let expression = |source: &str| match Expression::parse(source) {
            Ok(expression @ (Expression::Header(_) | Expression::Query(_) | Expression::Variable(_))) => {
                Ok(expression)
            }
            _ => Err(format!("unknown identity source {}", code(source))),
        };
        sources.map(expression).collect()
    }

    /// The ARN of the function of a Lambda authorizer, perhaps with a version or an alias.
    pub fn function_arn(&self) -> Option<&str> {
        lambda::arn_in_uri(self.authorizer_uri.as_deref()?)
    }

    /// Returns the place of the token.
    pub fn token_source(&self) -> TokenSource<'_> {
        let source = self.identity_source();
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
