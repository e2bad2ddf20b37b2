//! The shape of a surface: a contract as JSON. Fields may be added, none removed.
//!
//! Names that only an environment knows stand for themselves: `${partition}`, `${region}` and `${account}` in an ARN,
//! `${api}` for the beginning of an ARN of this API's routes, `${user_pool}` for the pool, `${architecture}`.

mod data;
mod functions;
mod reach;
mod routes;
mod unknown;
mod user_pool;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

pub use data::{Bucket, Queue, Table, Topic};
pub use functions::{Event, Function, Invoker, Role, Statement};
pub(crate) use functions::{
    bus_and_rule, filter_policy, join, objects, objects_source, rule_source, schedule_source, stream_source,
};
pub use reach::{Reached, ReachedBy, Step};
pub use routes::{Api, Authorizer, GatewayResponse, Preflight, Quota, Route, Throttle, Uncertain, UsagePlan};
pub use unknown::{Question, Unknown};
pub use user_pool::{Client, Password, Tokens, UserPool};

/// The version of the JSON.
pub const FORMAT: u32 = 2;

/// Stands for a value that is unknown before the apply.
pub const UNKNOWN: &str = "(known after apply)";

/// The reachable parts of a service, and their callers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// [`FORMAT`].
    pub format: u32,
    /// The API.
    pub api: Api,
    /// Authorizers by name.
    pub authorizers: Vec<Authorizer>,
    /// Routes by path, then method.
    pub routes: Vec<Route>,
    /// Functions by name: who may invoke each, what its role may do.
    #[serde(default)]
    pub functions: Vec<Function>,
    /// The user pool whose users the authorizers admit: who can get a token.
    #[serde(default)]
    pub user_pool: Option<UserPool>,
    /// The generated tables by name: what protects their items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The generated buckets by name: what protects their objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buckets: Vec<Bucket>,
    /// The generated queues by name: their callers, and the destinations of their messages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Queue>,
    /// The generated topics by name: who may use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// The generated usage plans by name: whose API keys open the routes that need one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage_plans: Vec<UsagePlan>,
    /// The ways to each of the tables, buckets, queues and topics. They follow from the rest of the surface.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reach: Vec<Reached>,
    /// The gateway's own answers, by type.
    #[serde(default)]
    pub gateway_responses: Vec<GatewayResponse>,
    /// Arguments of all these that are not AWS's default and that nothing above says.
    #[serde(default)]
    pub other_arguments: Vec<Argument>,
    /// Addresses of resources that may let more people in or a function do more, and that nothing above says.
    #[serde(default)]
    pub others: Vec<String>,
    /// The values that a plan leaves open, by address and argument.
    #[serde(default)]
    pub unknown: Vec<Unknown>,
}

/// An argument that nothing else of a surface says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Address of the resource.
    pub address: String,
    /// The argument, with the blocks around it: `canary_settings.percent_traffic`.
    pub argument: String,
    /// Its value; of one that may be secret the beginning of its SHA-256.
    pub value: Value,
}

/// The one thing that Terraform does to a string.
pub(crate) fn composed(text: &str) -> String {
    text.nfc().collect()
}
