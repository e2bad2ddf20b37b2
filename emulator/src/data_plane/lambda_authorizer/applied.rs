//! A Lambda authorizer as it was applied.

use portcullis_terraform_json::expression::Expression;
use portcullis_terraform_json::lambda::FunctionReference;
use regex::Regex;

use super::decisions::Decisions;

/// An authorizer whose function decides.
#[derive(Debug)]
pub struct LambdaAuthorizer {
    /// Its address in the state.
    pub address: String,
    /// Its id, which is a part of the ARN that permissions name.
    pub id: String,
    /// The function.
    pub function: FunctionReference,
    /// The parts of a request that the function needs, and its event.
    pub identification: Identification,
    /// The right of API Gateway to invoke the function.
    pub invoked_by: InvokedBy,
    /// Its answers of the last seconds.
    pub decisions: Decisions,
}

/// The parts of a request that the function needs, and its event.
#[derive(Debug)]
pub enum Identification {
    /// `TOKEN`: a header, which the function gets.
    Token {
        /// The name of the header.
        header: String,
        /// The pattern that the whole header must match, if it is checked.
        validation: Option<Regex>,
    },
    /// `REQUEST`: the request, which must have all of these.
    Request(Vec<IdentitySource>),
}

/// A part of a request that must not be empty.
#[derive(Debug, Clone, PartialEq)]
pub struct IdentitySource {
    /// As it is written, such as `method.request.header.X-Key`.
    pub text: String,
    /// The same, taken apart.
    pub expression: Expression,
}

/// The right of API Gateway to invoke the function.
#[derive(Debug, Clone, PartialEq)]
pub enum InvokedBy {
    /// A permission of the function.
    Permission,
    /// A role.
    Role {
        /// Its ARN.
        arn: String,
        /// True if its policies allow it.
        allows: bool,
    },
}

impl LambdaAuthorizer {
    /// Returns the difference by which this one may admit a request that `other` refuses, as far as it is known without
    /// the functions: none if both ask the same function about the same.
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        let (name, other_name) = (&self.function.name, &other.function.name);
        if self.function != other.function {
            return Some(format!(
                "the function `{name}` decides, but in the state it is `{other_name}`"
            ));
        }
        if self.identification.text() != other.identification.text() {
            return Some(format!(
                "`{name}` decides by {}, but in the state by {}",
                self.identification.text(),
                other.identification.text()
            ));
        }
        let (kept, other_kept) = (self.decisions.ttl(), other.decisions.ttl());
        (kept > other_kept)
            .then(|| format!("answers of `{name}` count for {kept} s, but in the state for {other_kept} s"))
    }
}

impl Identification {
    /// Its contents in words.
    fn text(&self) -> String {
        match self {
            Self::Token {
                header,
                validation: None,
            } => format!("a token in `{header}`"),
            Self::Token {
                header,
                validation: Some(pattern),
            } => format!("a token in `{header}` that matches `{pattern}`"),
            Self::Request(sources) if sources.is_empty() => "the request".to_owned(),
            Self::Request(sources) => {
                let sources: Vec<String> = sources
                    .iter()
                    .map(|source| format!("`{}`", source.text))
                    .collect();
                format!("the request with {}", sources.join(" and "))
            }
        }
    }
}
