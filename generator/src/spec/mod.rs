//! `portcullis.toml` as it was written: every value with its place in the text.
//!
//! Each room declares its keys ([`declaration`]); reading, limits, defaults, the [`schema`], the [`mod@reference`] page
//! and a key's meaning for a review follow from that. Each room's `meaning.rs` resolves its values together, and
//! reports missing and contradictory ones.

pub mod declaration;
mod duplicate_key;
pub(crate) mod expected;
pub mod field;
mod hidden_characters;
mod json;
mod reader;
pub mod reference;
mod scalar;
pub mod schema;
pub(crate) mod toml_text;

use std::collections::BTreeSet;

pub use crate::access_logs::keys::AccessLogTable;
pub use crate::api::keys::ApiTable;
pub use crate::buckets::keys::BucketTable;
pub use crate::cors::keys::CorsTable;
pub use crate::environments::keys::{EnvironmentTable, StateTable};
pub use crate::events::keys::EventTable;
pub use crate::functions::keys::FunctionTable;
pub use crate::lambda_authorizers::keys::AuthorizerTable;
pub use crate::own::keys::OwnTable;
pub use crate::queues::keys::QueueTable;
pub use crate::review::keys::{AcceptTable, ReviewTable};
pub use crate::routes::keys::RouteTable;
pub use crate::service::keys::ServiceTable;
pub use crate::tables::keys::{CapacityTable, IndexTable, KeyTable, TableTable};
pub use crate::throttling::keys::ThrottleTable;
pub use crate::topics::keys::TopicTable;
pub use crate::usage_plans::keys::{QuotaTable, UsagePlanTable};
pub use crate::user_pool::keys::{ClientTable, GroupTable, PasswordTable, UserPoolTable};
pub use field::{Given, Lists, Own, Placed, Set, Strings};
pub(crate) use reader::{Reader, Value};
pub(crate) use scalar::keep;
pub use toml::value::Date;

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resources::s3_bucket;
use crate::review::Meaning::Elsewhere;
use crate::routes::ROUTE;
use crate::spec::declaration::Absent::{Nothing, Required};
use crate::spec::declaration::Kind::{self, Tables};
use crate::spec::declaration::{EVERYWHERE, Key, Table, keys};
use crate::spec::field::Keys;
use crate::text_rule::{NAME_32, NAME_64};

keys! {
    /// `portcullis.toml`: one service.
    Spec {
        /// Settings of the whole service.
        service: ServiceTable = Kind::Table(&ServiceTable::TABLE),
            Required("`[service]` with `name = \"hello\"` and `region = \"us-east-1\"`"), EVERYWHERE, Elsewhere;
        /// The Cognito user pool: who can sign in. Without it, every route says its `auth`.
        user_pool: Option<UserPoolTable> = Kind::Table(&UserPoolTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// The REST API.
        api: ApiTable = Kind::Table(&ApiTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// The Lambda authorizers, by name.
        authorizers: Vec<(Placed<String>, AuthorizerTable)> =
            Tables { noun: "authorizer", names: &NAME_64, table: &AuthorizerTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The usage plans, by name: API keys of clients, and their limits.
        usage_plans: Vec<(Placed<String>, UsagePlanTable)> =
            Tables { noun: "usage plan", names: &NAME_64, table: &UsagePlanTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The Lambda functions, by name.
        functions: Vec<(Placed<String>, FunctionTable)> =
            Tables { noun: "function", names: &NAME_64, table: &FunctionTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The DynamoDB tables, by name.
        tables: Vec<(Placed<String>, TableTable)> =
            Tables { noun: "table", names: &NAME_64, table: &TableTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The S3 buckets, by name.
        buckets: Vec<(Placed<String>, BucketTable)> =
            Tables { noun: "bucket", names: &s3_bucket::PART_OF_NAME, table: &BucketTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// Terraform of your own beside the generated one.
        own: Option<OwnTable> = Kind::Table(&OwnTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
        /// The SQS queues, by name.
        queues: Vec<(Placed<String>, QueueTable)> =
            Tables { noun: "queue", names: &NAME_64, table: &QueueTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The SNS topics, by name.
        topics: Vec<(Placed<String>, TopicTable)> =
            Tables { noun: "topic", names: &NAME_64, table: &TopicTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// The routes, by method and path: `"GET /orders/{id}" = { function = "orders" }`.
        routes: Vec<(Placed<String>, RouteTable)> = Tables { noun: "route", names: &ROUTE, table: &RouteTable::TABLE },
            Required("`\"GET /\" = { function = \"…\" }` under `[routes]`"), EVERYWHERE, Elsewhere;
        /// The environments in AWS, by name. `local`, the emulated AWS of this machine, needs no table.
        environments: Vec<(Placed<String>, EnvironmentTable)> =
            Tables { noun: "environment", names: &NAME_32, table: &EnvironmentTable::TABLE }, Nothing, EVERYWHERE, Elsewhere;
        /// Changes that reviews accept.
        review: ReviewTable = Kind::Table(&ReviewTable::TABLE), Nothing, EVERYWHERE, Elsewhere;
    }
}

impl Spec {
    /// Reads a document.
    pub fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        document(text, diagnostics)
    }

    /// The names of the functions.
    pub(crate) fn function_names(&self) -> BTreeSet<&str> {
        self.functions
            .iter()
            .map(|(name, _)| name.value.as_str())
            .collect()
    }
}

/// Reads a document with the keys of a table at its top. Hidden characters come alone, and so do TOML's own syntax errors: nothing
/// else can be said of such a text.
pub(crate) fn document<T: Keys>(text: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    let hidden = hidden_characters::hidden(text);
    if !hidden.is_empty() {
        for span in hidden {
            diagnostics.push(hidden_characters::error(&text[span.clone()], span));
        }
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let error = duplicate_key::of(text, span.clone()).unwrap_or_else(|| {
                Diagnostic::new(span, format!("invalid TOML: {}", error.message()))
                    .help("see https://toml.io/en/v1.1.0")
            });
            diagnostics.push(error);
        }
        return None;
    }
    let mut reader = Reader::new(document.get_ref(), 0..0, "");
    let table = T::read(&mut reader, diagnostics);
    reader.finish(diagnostics);
    Some(table)
}

/// A key by its path in a spec such as `["functions", "orders", "memory_mb"]`. None if no key has this path.
pub fn key(path: &[String]) -> Option<&'static Key> {
    fn within(table: &'static Table, path: &[String]) -> Option<&'static Key> {
        let (first, rest) = path.split_first()?;
        let key = table.keys.iter().find(|key| key.name == first)?;
        match (&key.kind, rest) {
            (_, []) => Some(key),
            (Kind::Tables { table, .. } | Kind::Overrides { table, .. }, [_, rest @ ..]) => {
                within(table, rest)
            }
            (Kind::Table(table) | Kind::TextOrTable(_, table), rest) => within(table, rest),
            (Kind::Strings { .. } | Kind::Lists { .. }, [_]) => Some(key),
            _ => None,
        }
    }
    within(Spec::table(), path)
}
