//! The ways to data.

use serde::{Deserialize, Serialize};

/// A table, a bucket, a queue or a topic, and everyone who can make a function use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The data by its kind and its name in the spec, such as `tables.orders`.
    pub data: String,
    /// The ways to it, sorted. There is one for each entry and function, over as few functions as possible.
    pub by: Vec<ReachedBy>,
}

/// A way from callers to data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReachedBy {
    /// `public` is anyone, `user_pool` are signed-in users, `events` is a source of events, `principal` is something in AWS
    /// that the function's own policy admits. Other callers are named by the `auth_type` of their route.
    pub callers: String,
    /// The beginning of the way: a route such as `GET /orders`, the source of an event, or a principal.
    pub entry: String,
    /// The functions on the way. The last one uses the data.
    pub steps: Vec<Step>,
    /// Verbs of `uses` of which the last function may call every action, in the order of the spec's reference.
    pub verbs: Vec<String>,
    /// Actions on the data in the statements of the last function's role, sorted. `?` if the role allows more than is known.
    pub actions: Vec<String>,
}

/// A function on a way to data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// Between the function before and this one: data such as `queues.mails`, or `bus` with the name of an event bus. None if
    /// the entry or that function itself invokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// The name of the function.
    pub function: String,
}
