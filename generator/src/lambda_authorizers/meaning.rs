//! From the keys of authorizers to the resolved types.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;
use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::identifier::Identifier;
use crate::lambda_authorizers::{AuthorizerType, LambdaAuthorizer};
use crate::resources::api_gateway_authorizer::{DEFAULT_IDENTITY_SOURCE, HEADER_SOURCE, NAME};
use crate::service::meaning::Resolver;
use crate::spec::{AuthorizerTable, Placed, Spec};

impl Resolver<'_> {
    /// The authorizers.
    pub(crate) fn lambda_authorizers(&mut self, spec: &Spec) -> BTreeMap<String, LambdaAuthorizer> {
        let known = spec.function_names();
        let mut identifiers = BTreeMap::new();
        let mut authorizers = BTreeMap::new();
        for (name, table) in &spec.authorizers {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "authorizer");
            if name.value == NAME && spec.user_pool.is_some() {
                self.report(
                    Diagnostic::new(
                        name.span.clone(),
                        format!(
                            "the name of an authorizer must not be `{NAME}`, which is that of the user pool's"
                        ),
                    )
                    .help("rename it, and the routes that name it"),
                );
            }
            authorizers.insert(name.value.clone(), self.lambda_authorizer(table, &known));
        }
        authorizers
    }

    fn lambda_authorizer(&mut self, table: &AuthorizerTable, known: &BTreeSet<&str>) -> LambdaAuthorizer {
        let AuthorizerTable {
            span: _,
            function,
            r#type,
            identity_sources,
            identity_validation_expression,
            ttl_seconds,
        } = table;
        if let Some((name, span)) = function.placed()
            && !known.contains(name.as_str())
        {
            self.unknown_function(name, vec![span], known);
        }
        if let Some((sources, place)) = identity_sources.placed() {
            let is_header = |source: &Placed<String>| source.value.starts_with(HEADER_SOURCE);
            let header = match &sources[..] {
                [source] => is_header(source),
                _ => false,
            };
            if sources.is_empty() {
                self.report(
                    Diagnostic::new(place, "`identity_sources` must not be empty").help(format!(
                        "write `identity_sources = [\"{DEFAULT_IDENTITY_SOURCE}\"]`, or delete it"
                    )),
                );
            } else if r#type.value == AuthorizerType::Token && !header {
                self.report(
                    Diagnostic::new(
                        place,
                        "`identity_sources` must be one header for a `token` authorizer",
                    )
                    .help("name one `method.request.header.NAME`, or write `type = \"request\"`"),
                );
            }
            let summary = |source: &str| format!("duplicate identity source {}", code(source));
            self.duplicates(sources, |source| source, summary, "delete one of them");
        }
        if let Some((expression, place)) = identity_validation_expression.placed() {
            if r#type.value == AuthorizerType::Request {
                self.report(
                    Diagnostic::new(
                        place,
                        "`identity_validation_expression` must not be set for a `request` authorizer",
                    )
                    .help("delete it: API Gateway checks only tokens with it"),
                );
            } else if let Err(error) = Regex::new(expression) {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim().to_owned();
                self.report(
                    Diagnostic::new(
                        place,
                        "`identity_validation_expression` must be a regular expression that `local` can evaluate",
                    )
                    .label(reason)
                    .help("write it without look-around and back-references"),
                );
            }
        }
        let sources = identity_sources.value.iter().flatten();
        let mut sources: BTreeSet<String> = sources.map(|source| source.value.clone()).collect();
        if sources.is_empty() {
            sources.insert(DEFAULT_IDENTITY_SOURCE.into());
        }
        LambdaAuthorizer {
            function: function.value.clone().unwrap_or_default(),
            r#type: r#type.value,
            identity_sources: sources,
            identity_validation_expression: identity_validation_expression.value.clone(),
            ttl_seconds: ttl_seconds.value,
        }
    }
}
