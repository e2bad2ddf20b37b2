//! Lambda authorizers: a function decides who may call the routes that name one.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod picture;
pub(crate) mod review;
pub(crate) mod surface_of_service;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::spec::declaration::choices;
use portcullis_terraform_json::rest_api;

choices! {
    /// The event that the function of an authorizer gets.
    AuthorizerType {
        /// The token in a header, and the ARN of the method.
        Token = "token" | "TOKEN";
        /// The request without its body, and the ARN of the method.
        Request = "request" | "REQUEST";
    }
}

impl AuthorizerType {
    /// AWS's word for it.
    pub(crate) fn as_aws(self) -> &'static str {
        match self {
            Self::Token => rest_api::TOKEN,
            Self::Request => rest_api::REQUEST,
        }
    }
}

/// A Lambda authorizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LambdaAuthorizer {
    /// Name of the function that decides.
    pub function: String,
    /// The event that it gets.
    pub r#type: AuthorizerType,
    /// Parts that a request must have, as mapping expressions.
    pub identity_sources: BTreeSet<String>,
    /// Regular expression that the whole token must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_validation_expression: Option<String>,
    /// Seconds for which API Gateway keeps a policy.
    pub ttl_seconds: u32,
}

impl LambdaAuthorizer {
    /// `identity_source` in API Gateway.
    pub(crate) fn identity_source(&self) -> String {
        let sources: Vec<&str> = self.identity_sources.iter().map(String::as_str).collect();
        sources.join(", ")
    }

    /// The headers and query parameters that a request must have, in the order of the sources: `header X-Key`.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.identity_sources.iter().filter_map(|source| {
            let parameter = source.strip_prefix("method.request.")?;
            Some(match parameter.split_once('.')? {
                ("header", name) => Parameter::Header(name),
                (_, name) => Parameter::Query(name),
            })
        })
    }
}

/// A part of a request that an authorizer needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter<'a> {
    /// A header.
    Header(&'a str),
    /// A query parameter.
    Query(&'a str),
}
