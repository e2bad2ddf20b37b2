//! `portcullis.toml` as it was written: every value optional, every value with its place in the text.
//!
//! This stage knows keys and types, nothing else. What the values mean, which are missing and which contradict
//! each other is [`mod@crate::service`]'s business.

mod duplicate;
mod reader;

pub use crate::api::keys::{ApiTable, CorsTable};
pub use crate::environments::keys::{EnvironmentTable, StateTable};
pub use crate::functions::keys::{FunctionTable, RouteTable};
pub use crate::review::keys::{AcceptTable, ReviewTable};
pub use crate::service::keys::ServiceTable;
pub use crate::user_pool::keys::{ClientTable, PasswordTable, UserPoolTable};
pub(crate) use reader::Reader;
pub use reader::Written;
pub use toml::value::Date;

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use portcullis_foreign_text::words;

/// Strings under free names, each with the place of its name: tags, environment variables.
pub type StringMap = BTreeMap<String, (Span, Written<String>)>;

/// The whole document.
#[derive(Debug, Default)]
pub struct Spec {
    /// `[service]`.
    pub service: ServiceTable,
    /// `[user_pool]`.
    pub user_pool: UserPoolTable,
    /// `[api]`.
    pub api: ApiTable,
    /// `[functions.NAME]`, in the order of the text.
    pub functions: Vec<(Written<String>, FunctionTable)>,
    /// `"METHOD /path" = { … }` under `[routes]`, in the order of the text.
    pub routes: Vec<(Written<String>, RouteTable)>,
    /// `[environments.NAME]`, in the order of the text.
    pub environments: Vec<(Written<String>, EnvironmentTable)>,
    /// `[review]`.
    pub review: ReviewTable,
}

impl Spec {
    /// Reads a document. Hidden characters come alone, and so do TOML's own syntax errors: nothing else can be said of
    /// such a text.
    pub fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let hidden = hidden(text);
        if !hidden.is_empty() {
            for span in hidden {
                diagnostics.push(hidden_characters(&text[span.clone()], span));
            }
            return None;
        }
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            for error in errors {
                let span = error.span().unwrap_or(0..0);
                let mistake = duplicate::of(text, span.clone()).unwrap_or_else(|| {
                    Diagnostic::new(span, format!("not TOML: {}", error.message()))
                        .hint("see https://toml.io/en/v1.1.0")
                });
                diagnostics.push(mistake);
            }
            return None;
        }
        let mut reader = Reader::new(document.get_ref(), 0..0, "");
        if !document.get_ref().contains_key("service") {
            diagnostics.push(
                Diagnostic::new(0..0, "the spec has no `[service]`")
                    .hint("begin with `[service]`, `name = \"hello\"` and `region = \"us-east-1\"`")
                    .missing("service"),
            );
        }
        let spec = Self {
            service: reader
                .table("service", diagnostics)
                .map(|r| ServiceTable::read(r, diagnostics))
                .unwrap_or_default(),
            user_pool: reader
                .table("user_pool", diagnostics)
                .map(|table| UserPoolTable::read(table, diagnostics))
                .unwrap_or_default(),
            api: reader
                .table("api", diagnostics)
                .map(|r| ApiTable::read(r, diagnostics))
                .unwrap_or_default(),
            functions: read_each(&mut reader, "functions", diagnostics, FunctionTable::read),
            routes: read_each(&mut reader, "routes", diagnostics, RouteTable::read),
            environments: read_each(&mut reader, "environments", diagnostics, EnvironmentTable::read),
            review: reader
                .table("review", diagnostics)
                .map(|table| ReviewTable::read(table, diagnostics))
                .unwrap_or_default(),
        };
        reader.finish(diagnostics);
        Some(spec)
    }
}

/// Where characters are that a reader of the text does not see. In a comment too they can make a line look like another
/// one (CVE-2021-42574). Neighbours are one place.
fn hidden(text: &str) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    for (start, c) in text.char_indices() {
        let is_white = matches!(c, '\t' | '\n') || c == '\r' && text[start + 1..].starts_with('\n');
        let is_mark = c == '\u{feff}' && start == 0;
        if is_white || is_mark || !words::is_hidden(c) {
            continue;
        }
        let end = start + c.len_utf8();
        match places.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => places.push(start..end),
        }
    }
    places
}

fn hidden_characters(characters: &str, span: Span) -> Diagnostic {
    let escapes: String = characters.chars().map(words::escape).collect();
    let noun = if characters.chars().nth(1).is_none() {
        "character"
    } else {
        "characters"
    };
    Diagnostic::new(
        span,
        format!("hidden {noun} `{escapes}`: the spec must not hold text that nobody sees"),
    )
    .hint(format!(
        "delete the hidden {noun}; if a value needs them, write `{escapes}` in a string in double quotes"
    ))
}

pub(crate) fn read_each<T: Default>(
    reader: &mut Reader<'_>,
    key: &'static str,
    diagnostics: &mut Diagnostics,
    read: impl Fn(Reader<'_>, &mut Diagnostics) -> T,
) -> Vec<(Written<String>, T)> {
    reader
        .tables(key, diagnostics)
        .into_iter()
        .map(|(name, table)| {
            let table = table.map(|table| read(table, diagnostics));
            (name, table.unwrap_or_default())
        })
        .collect()
}
