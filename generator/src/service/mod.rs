//! The service: what the spec means, with nothing optional that is known.
//!
//! [`resolve()`] makes it from a [`Spec`](crate::spec::Spec) or reports every mistake. What has a `Service` in hand
//! need not ask whether a function exists, a name is too long or a range is kept.

mod acknowledgement;
mod change_kind;
mod path;
mod resolve;

pub use crate::spec::Date;
pub use acknowledgement::{Acknowledgement, Answer, answer};
pub use change_kind::{ChangeKind, Class, Evidence};
pub use path::{Method, RoutePath, Segment};
pub use resolve::{Handler, Handlers, is_email, resolve};

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// The name of the environment on the developer's own machine.
pub const LOCAL: &str = "local";

/// A resolved service.
///
/// Serialized, it is what a review compares: every field under the spec's own key, in values that the spec could hold.
/// A new field is compared from then on; one that is no setting says so with `skip`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// Begins every name in AWS: `<service>-<environment>-<function>`.
    pub name: String,
    /// What the functions are built for.
    pub architecture: Architecture,
    /// The user pool and its clients.
    pub user_pool: UserPool,
    /// The REST API.
    pub api: Api,
    /// Functions by name.
    pub functions: BTreeMap<String, Function>,
    /// Routes by path, then method.
    #[serde(serialize_with = "by_key")]
    pub routes: BTreeMap<(RoutePath, Method), Route>,
    /// Environments by name; [`LOCAL`] is always among them.
    pub environments: BTreeMap<String, Environment>,
    /// Changes that somebody has said yes to, in the order of the text.
    #[serde(skip)]
    pub acknowledgements: Vec<Acknowledgement>,
}

/// The processor that functions are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Architecture {
    X86_64,
    Arm64,
}

impl Architecture {
    /// AWS's name for it, which is also the name of its folder of artifacts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    /// Rust's name of its machines.
    pub fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Arm64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// Reads AWS's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::X86_64, Self::Arm64]
            .into_iter()
            .find(|architecture| architecture.as_str() == text)
    }
}

/// The user pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UserPool {
    /// The name that the Cognito console shows.
    pub name: String,
    /// Whether anybody may register.
    pub self_sign_up: bool,
    /// What a password must hold.
    pub password: PasswordPolicy,
    /// Clients by name.
    pub clients: BTreeMap<String, Client>,
}

/// What a password must hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99.
    pub minimum_length: u32,
    /// A lower-case letter.
    pub lowercase: bool,
    /// An upper-case letter.
    pub uppercase: bool,
    /// A digit.
    pub numbers: bool,
    /// A symbol.
    pub symbols: bool,
    /// Days for which an invitation's password is valid.
    pub temporary_password_validity_days: u32,
}

impl PasswordPolicy {
    /// A password that satisfies the policy, always the same one. Everybody knows it, so it is for the emulated AWS.
    pub fn example(&self) -> String {
        let symbol = if self.symbols { "-" } else { "" };
        let mut password = format!("Testing1{symbol}");
        let missing = (self.minimum_length as usize).saturating_sub(password.len());
        password.extend("Testing1".chars().cycle().take(missing));
        password
    }
}

/// A client of the user pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// The name that it had before; no client has that name any more.
    pub formerly: Option<String>,
    /// Cognito's names of its flows, such as `ALLOW_USER_PASSWORD_AUTH`, sorted.
    #[serde(rename = "auth_flows")]
    pub explicit_auth_flows: Vec<&'static str>,
}

/// The REST API.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Api {
    /// The name that the API Gateway console shows.
    pub name: String,
    /// Name of the stage.
    pub stage: String,
    /// Seconds for which API Gateway remembers a verified token.
    pub authorizer_ttl_seconds: u32,
    /// Seconds that API Gateway waits for a function, if the account's quota was raised.
    pub max_timeout_seconds: Option<u32>,
    /// CORS, where the spec asks for it. The origin is the environment's.
    pub cors: Option<Cors>,
}

/// What browsers of other origins may do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cors {
    /// The methods of every preflight; none stands for those of the path.
    pub allow_methods: Option<Vec<String>>,
    /// The headers of every preflight; `Authorization` is always among them, because `*` does not cover it:
    /// <https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name>
    pub allow_headers: Vec<String>,
    /// Whether browsers may send cookies.
    pub allow_credentials: bool,
    /// Seconds for which a browser remembers a preflight.
    pub max_age_seconds: Option<u32>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    /// The name that it had before; no function has that name any more.
    pub formerly: Option<String>,
    /// What it does; may be empty.
    pub description: String,
    /// Memory in MB.
    pub memory_mb: u32,
    /// Seconds after which Lambda ends an invocation.
    pub timeout_seconds: u32,
    /// Days for which the logs are kept.
    pub log_retention_days: u32,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
}

/// What answers a path and method, and for whom.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Route {
    /// Name of the function that answers.
    pub function: String,
    /// Who may call.
    pub auth: Auth,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Anyone.
    None,
    /// Who signed in to the user pool.
    UserPool,
}

/// A deployment of the service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// AWS region.
    pub region: String,
    /// The only AWS account that it may touch, where known.
    pub account: Option<String>,
    /// The CORS origin; `*` where the API has no CORS.
    pub allow_origin: String,
    /// E-mail of the first user, where the spec names it.
    pub first_user: Option<String>,
    /// Whether the user pool can't be deleted, and with it its users; never so in [`LOCAL`].
    pub deletion_protection: bool,
    /// Tags of every resource: the service's, the environment's, and `Service` and `Environment`.
    pub tags: BTreeMap<String, String>,
    /// Where Terraform keeps its state, where that is S3.
    pub state: Option<S3State>,
}

/// State in an S3 bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "Terraform's own names")]
pub struct S3State {
    pub bucket: String,
    pub region: String,
    pub key: String,
}

/// Routes as the spec has them, each under its method and path.
fn by_key<S: Serializer>(
    routes: &BTreeMap<(RoutePath, Method), Route>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        routes
            .iter()
            .map(|((path, method), route)| (path.key(*method), route)),
    )
}

impl Service {
    /// The name of a function in AWS.
    pub fn function_name(&self, environment: &str, function: &str) -> String {
        format!("{}-{environment}-{function}", self.name)
    }

    /// The methods that a preflight of a path allows.
    pub fn preflight_methods(&self, path: &RoutePath, cors: &Cors) -> Vec<String> {
        let mut methods: Vec<String> = match &cors.allow_methods {
            Some(methods) => methods.clone(),
            None => self
                .methods(path)
                .flat_map(Method::answers)
                .map(String::from)
                .collect(),
        };
        methods.push("OPTIONS".into());
        methods.sort();
        methods.dedup();
        methods
    }

    /// The methods of a path's own routes.
    pub fn methods(&self, path: &RoutePath) -> impl Iterator<Item = Method> {
        self.routes
            .range((path.clone(), Method::Any)..)
            .take_while(|((other, _), _)| *other == *path)
            .map(|((_, method), _)| *method)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Every path that has a route, in order.
    pub fn paths(&self) -> Vec<&RoutePath> {
        let mut paths: Vec<_> = self.routes.keys().map(|(path, _)| path).collect();
        paths.dedup();
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    fn example(minimum_length: u32, symbols: bool) -> String {
        let policy = PasswordPolicy {
            minimum_length,
            lowercase: true,
            uppercase: true,
            numbers: true,
            symbols,
            temporary_password_validity_days: 7,
        };
        policy.example()
    }

    #[test]
    fn an_example_of_a_password_satisfies_the_policy() {
        assert_eq!(example(6, false), "Testing1");
        assert_eq!(example(8, true), "Testing1-");
        assert_eq!(example(20, true), "Testing1-Testing1Tes");
        assert_eq!(example(99, true).len(), 99);
    }
}
