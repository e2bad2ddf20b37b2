//! `[api]` and its CORS.

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::spec::{Reader, Written};

/// `[api]`.
#[derive(Debug, Default)]
pub struct ApiTable {
    /// The name that the API Gateway console shows.
    pub name: Option<Written<String>>,
    /// Name of the stage, the first segment of every address.
    pub stage: Option<Written<String>>,
    /// Seconds for which API Gateway remembers a verified token.
    pub authorizer_ttl_seconds: Option<Written<i64>>,
    /// Seconds that API Gateway waits for a function, in an account whose quota was raised.
    pub max_timeout_seconds: Option<Written<i64>>,
    /// `cors = { … }`, where given.
    pub cors: Option<CorsTable>,
}

/// `cors = { … }` of the API.
#[derive(Debug, Default)]
pub struct CorsTable {
    /// Where the table stands.
    pub span: Span,
    /// The one origin that may call, or `*`.
    pub allow_origin: Option<Written<String>>,
    /// Methods of a preflight's answer; `*` stands for those of the path.
    pub allow_methods: Option<Written<Vec<Written<String>>>>,
    /// Headers of a preflight's answer.
    pub allow_headers: Option<Written<Vec<Written<String>>>>,
    /// Whether browsers may send cookies.
    pub allow_credentials: Option<Written<bool>>,
    /// Seconds for which a browser remembers a preflight.
    pub max_age_seconds: Option<Written<i64>>,
}

impl ApiTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            name: reader.string("name", diagnostics),
            stage: reader.string("stage", diagnostics),
            authorizer_ttl_seconds: reader.integer("authorizer_ttl_seconds", diagnostics),
            max_timeout_seconds: reader.integer("max_timeout_seconds", diagnostics),
            cors: reader
                .table("cors", diagnostics)
                .map(|table| CorsTable::read(table, diagnostics)),
        };
        reader.finish(diagnostics);
        table
    }
}

impl CorsTable {
    pub(crate) fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let origin = read_origin(&mut reader, diagnostics);
        let table = Self {
            span: reader.span(),
            allow_origin: reader.require_with(
                origin,
                "allow_origin",
                "add `allow_origin = \"https://app.example.com\"`, the origin of your page; `\"*\"` lets every page call, \
                 which is right only if all routes are public",
                diagnostics,
            ),
            allow_methods: reader.strings("allow_methods", diagnostics),
            allow_headers: reader.strings("allow_headers", diagnostics),
            allow_credentials: reader.boolean("allow_credentials", diagnostics),
            max_age_seconds: reader.integer("max_age_seconds", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

/// `allow_origin`: a list is the mistake people make, and deserves its own words.
pub(crate) fn read_origin(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Option<Written<String>> {
    if let Some(span) = reader.span_of_list("allow_origin") {
        diagnostics.push(
            Diagnostic::new(span, "`allow_origin` holds one origin")
                .label("a list")
                .hint("a gateway response and a mock answer with one static value: name one origin or `\"*\"`; where each environment has its own, set `allow_origin` there"),
        );
        return None;
    }
    reader.string("allow_origin", diagnostics)
}
