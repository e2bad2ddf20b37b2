//! `portcullis.toml` as it was written: every value optional, every value with its place in the text.
//!
//! This stage knows keys and types, nothing else. What the values mean, which are missing and which contradict
//! each other is [`mod@crate::service`]'s business.

mod reader;

use reader::Reader;
pub use reader::Written;

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

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
}

/// `[service]`.
#[derive(Debug, Default)]
pub struct ServiceTable {
    /// Begins every name in AWS.
    pub name: Option<Written<String>>,
    /// AWS region, such as `us-east-1`.
    pub region: Option<Written<String>>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<Written<String>>,
    /// Tags of every resource.
    pub tags: StringMap,
}

/// `[user_pool]`.
#[derive(Debug, Default)]
pub struct UserPoolTable {
    /// The name that the Cognito console shows.
    pub name: Option<Written<String>>,
    /// What a user signs in with.
    pub sign_in_with: Option<Written<Vec<Written<String>>>>,
    /// Whether anybody may register.
    pub self_sign_up: Option<Written<bool>>,
    /// `password = { … }`.
    pub password: PasswordTable,
    /// `[user_pool.clients.NAME]`.
    pub clients: Vec<(Written<String>, ClientTable)>,
}

/// `password = { … }` of the user pool.
#[derive(Debug, Default)]
pub struct PasswordTable {
    /// Characters, at least.
    pub minimum_length: Option<Written<i64>>,
    /// Whether a lower-case letter is required.
    pub lowercase: Option<Written<bool>>,
    /// Whether an upper-case letter is required.
    pub uppercase: Option<Written<bool>>,
    /// Whether a digit is required.
    pub numbers: Option<Written<bool>>,
    /// Whether a symbol is required.
    pub symbols: Option<Written<bool>>,
    /// Days for which an invitation's password is valid.
    pub temporary_password_validity_days: Option<Written<i64>>,
}

/// `[user_pool.clients.NAME]`.
#[derive(Debug, Default)]
pub struct ClientTable {
    /// How the client may sign users in.
    pub auth_flows: Option<Written<Vec<Written<String>>>>,
}

/// `[api]`.
#[derive(Debug, Default)]
pub struct ApiTable {
    /// The name that the API Gateway console shows.
    pub name: Option<Written<String>>,
    /// Name of the stage, the first segment of every address.
    pub stage: Option<Written<String>>,
    /// Seconds for which API Gateway remembers a verified token.
    pub authorizer_ttl_seconds: Option<Written<i64>>,
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

/// `[functions.NAME]`.
#[derive(Debug, Default)]
pub struct FunctionTable {
    /// What the function does, for the Lambda console and the generated comments.
    pub description: Option<Written<String>>,
    /// Memory in MB.
    pub memory_mb: Option<Written<i64>>,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: Option<Written<i64>>,
    /// Days for which the logs are kept.
    pub log_retention_days: Option<Written<i64>>,
    /// Environment variables.
    pub environment: StringMap,
}

/// A route's table.
#[derive(Debug, Default)]
pub struct RouteTable {
    /// Name of the function that answers.
    pub function: Option<Written<String>>,
    /// `none`, or `user_pool`, which is what holds when it is absent.
    pub auth: Option<Written<String>>,
}

/// `[environments.NAME]`.
#[derive(Debug, Default)]
pub struct EnvironmentTable {
    /// AWS region, where it differs from the service's.
    pub region: Option<Written<String>>,
    /// The only AWS account that this environment may touch.
    pub account: Option<Written<String>>,
    /// The CORS origin, where it differs from the API's.
    pub allow_origin: Option<Written<String>>,
    /// E-mail of the first user.
    pub first_user: Option<Written<String>>,
    /// Tags beside the service's.
    pub tags: StringMap,
    /// `state = { … }`: where Terraform keeps its state.
    pub state: Option<StateTable>,
}

/// `state = { … }` of an environment: an S3 backend.
#[derive(Debug, Default)]
pub struct StateTable {
    /// Name of the S3 bucket.
    pub bucket: Option<Written<String>>,
    /// Region of the bucket.
    pub region: Option<Written<String>>,
    /// Key of the state in the bucket.
    pub key: Option<Written<String>>,
}

impl Spec {
    /// Reads a document. TOML's own syntax errors come alone: nothing else can be said of such a text.
    pub fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            for error in errors {
                let span = error.span().unwrap_or(0..0);
                diagnostics.push(
                    Diagnostic::new(span, format!("not TOML: {}", error.message()))
                        .hint("see https://toml.io/en/v1.1.0"),
                );
            }
            return None;
        }
        let mut reader = Reader::new(document.get_ref(), 0..0, "");
        if !document.get_ref().contains_key("service") {
            diagnostics.push(
                Diagnostic::new(0..0, "the spec has no `[service]`")
                    .hint("begin with `[service]`, `name = \"hello\"` and `region = \"us-east-1\"`"),
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
        };
        reader.finish(diagnostics);
        Some(spec)
    }
}

fn read_each<T: Default>(
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

impl ServiceTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let name = reader.string("name", diagnostics);
        let region = reader.string("region", diagnostics);
        let table = Self {
            name: reader.require(name, "name", "\"hello\"", diagnostics),
            region: reader.require(region, "region", "\"us-east-1\"", diagnostics),
            architecture: reader.string("architecture", diagnostics),
            tags: reader.string_map("tags", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl UserPoolTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            name: reader.string("name", diagnostics),
            sign_in_with: reader.strings("sign_in_with", diagnostics),
            self_sign_up: reader.boolean("self_sign_up", diagnostics),
            password: reader
                .table("password", diagnostics)
                .map(|table| PasswordTable::read(table, diagnostics))
                .unwrap_or_default(),
            clients: read_each(&mut reader, "clients", diagnostics, ClientTable::read),
        };
        reader.finish(diagnostics);
        table
    }
}

impl PasswordTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            minimum_length: reader.integer("minimum_length", diagnostics),
            lowercase: reader.boolean("lowercase", diagnostics),
            uppercase: reader.boolean("uppercase", diagnostics),
            numbers: reader.boolean("numbers", diagnostics),
            symbols: reader.boolean("symbols", diagnostics),
            temporary_password_validity_days: reader.integer("temporary_password_validity_days", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl ClientTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let auth_flows = reader.strings("auth_flows", diagnostics);
        let table = Self {
            auth_flows: reader.require(
                auth_flows,
                "auth_flows",
                "[\"user_srp\", \"refresh_token\"]",
                diagnostics,
            ),
        };
        reader.finish(diagnostics);
        table
    }
}

impl ApiTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            name: reader.string("name", diagnostics),
            stage: reader.string("stage", diagnostics),
            authorizer_ttl_seconds: reader.integer("authorizer_ttl_seconds", diagnostics),
            cors: reader
                .table("cors", diagnostics)
                .map(|table| CorsTable::read(table, diagnostics)),
        };
        reader.finish(diagnostics);
        table
    }
}

impl CorsTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let origin = read_origin(&mut reader, diagnostics);
        let table = Self {
            span: reader.span(),
            allow_origin: reader.require(origin, "allow_origin", "\"*\"", diagnostics),
            allow_methods: reader.strings("allow_methods", diagnostics),
            allow_headers: reader.strings("allow_headers", diagnostics),
            allow_credentials: reader.boolean("allow_credentials", diagnostics),
            max_age_seconds: reader.integer("max_age_seconds", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl FunctionTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            description: reader.string("description", diagnostics),
            memory_mb: reader.integer("memory_mb", diagnostics),
            timeout_seconds: reader.integer("timeout_seconds", diagnostics),
            log_retention_days: reader.integer("log_retention_days", diagnostics),
            environment: reader.string_map("environment", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl RouteTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let function = reader.string("function", diagnostics);
        let table = Self {
            function: reader.require(function, "function", "\"…\"", diagnostics),
            auth: reader.string("auth", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

impl EnvironmentTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let table = Self {
            region: reader.string("region", diagnostics),
            account: reader.string("account", diagnostics),
            allow_origin: read_origin(&mut reader, diagnostics),
            first_user: reader.string("first_user", diagnostics),
            tags: reader.string_map("tags", diagnostics),
            state: reader
                .table("state", diagnostics)
                .map(|table| StateTable::read(table, diagnostics)),
        };
        reader.finish(diagnostics);
        table
    }
}

impl StateTable {
    fn read(mut reader: Reader<'_>, diagnostics: &mut Diagnostics) -> Self {
        let bucket = reader.string("bucket", diagnostics);
        let region = reader.string("region", diagnostics);
        let table = Self {
            bucket: reader.require(bucket, "bucket", "\"my-terraform-state\"", diagnostics),
            region: reader.require(region, "region", "\"us-east-1\"", diagnostics),
            key: reader.string("key", diagnostics),
        };
        reader.finish(diagnostics);
        table
    }
}

/// `allow_origin`: a list is the mistake people make, and deserves its own words.
fn read_origin(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Option<Written<String>> {
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
