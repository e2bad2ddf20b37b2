//! The API of a surface: its routes, authorizers and preflights.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// The REST API of a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// Its name.
    pub name: String,
    /// The name of its stage; `?` if a plan does not tell it.
    pub stage: String,
    /// The names of further stages that serve it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_stages: Vec<String>,
    /// `REGIONAL`, `EDGE` or `PRIVATE`.
    pub endpoint: String,
}

/// An authorizer of a surface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Authorizer {
    /// Its name.
    pub name: String,
    /// AWS's type, such as `COGNITO_USER_POOLS`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The header that holds the token.
    pub header: String,
    /// Seconds for which a verified token is remembered.
    pub ttl_seconds: u32,
    /// The pools whose users it admits: `${user_pool}`, or ARNs of others, sorted.
    #[serde(default)]
    pub pools: Vec<String>,
    /// The regular expression that a token has to match; of a Cognito authorizer its audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    /// The function that decides, of a Lambda authorizer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

/// A method of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The path, such as `/orders/{id}`; `?` if a plan does not tell it.
    pub path: String,
    /// The method, such as `GET` or `ANY`.
    pub method: String,
    /// `NONE`, `COGNITO_USER_POOLS`, `CUSTOM` or `AWS_IAM`. If it is uncertain, it is `?`, and the other fields of the
    /// authorization are empty.
    pub auth_type: String,
    /// Name of the authorizer.
    pub authorizer: Option<String>,
    /// Scopes of which a token needs one, sorted; none asks for an id token.
    pub scopes: Vec<String>,
    /// True if the route needs an API key.
    pub api_key_required: bool,
    /// The limits of its requests. None if only those of the account hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// AWS's type of what answers: `AWS_PROXY`, `MOCK`, …; empty if nothing does, `?` if it is uncertain.
    pub integration: String,
    /// The function that handles it: its name in the spec, or in AWS if no spec is known.
    pub function: Option<String>,
    /// The version or alias of the function that handles it, if that is not the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The integration's URI, if it is neither a function nor a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The answer to a preflight.
    pub cors: Option<Preflight>,
    /// The reasons why fields above are uncertain.
    #[serde(default, skip_serializing_if = "Uncertain::is_nothing")]
    pub uncertain: Uncertain,
}

/// The limits of requests to a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttle {
    /// Requests a second, on average.
    pub rate: Number,
    /// Requests at once.
    pub burst: Number,
}

/// A usage plan: whose API keys open the routes that need one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsagePlan {
    /// Its name.
    pub name: String,
    /// The names of its keys, sorted.
    pub api_keys: Vec<String>,
    /// The requests of each key in a period; any number without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// The limits of each key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
}

/// The requests of an API key in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Their number.
    pub requests: u64,
    /// `DAY`, `WEEK` or `MONTH`.
    pub per: String,
}

/// The reason why a field of a route is `?`, by the name of the field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncertain {
    /// Of its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of who may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_type: Option<String>,
    /// Of what answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
}

impl Uncertain {
    /// Returns whether everything is certain.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The answer to a preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The origin that may call, or `*`.
    pub allow_origin: String,
    /// Methods in the order of the header.
    pub allow_methods: Vec<String>,
    /// Headers in the order of the header.
    pub allow_headers: Vec<String>,
    /// True if browsers may send cookies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_credentials: bool,
    /// Seconds for which a browser remembers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Other headers of the answer, as API Gateway takes them: static values in single quotes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_headers: BTreeMap<String, String>,
}

/// An answer of the gateway itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayResponse {
    /// AWS's type, such as `DEFAULT_4XX`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status, if it is not the type's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Headers, as API Gateway takes them: static values in single quotes.
    pub headers: BTreeMap<String, String>,
    /// Templates of the body by media type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub templates: BTreeMap<String, String>,
}
