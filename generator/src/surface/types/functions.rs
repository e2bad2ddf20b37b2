//! The functions of a surface: their roles, and everything that invokes them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name in the spec, or in AWS if no spec is known.
    pub name: String,
    /// Its ARN, made of its name in AWS.
    #[serde(default)]
    pub arn: String,
    /// The source of its code: a file, `s3://BUCKET/KEY` or an image.
    pub code: String,
    /// The entry point of the code.
    pub handler: String,
    /// Lambda's runtime.
    pub runtime: String,
    /// Ids of the subnets that it runs in, sorted. None if it is in no VPC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    /// Ids of the security groups that decide what it reaches in the VPC, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// ARNs of the layers whose code runs with it, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
    /// Environment variables, each with the beginning of its value's SHA-256: values may be secret.
    pub environment: BTreeMap<String, String>,
    /// The principals that may assume its role, as the trust policy names them: `Service:lambda.amazonaws.com`, sorted.
    pub assumed_by: Vec<String>,
    /// The ARN of its role, if that is managed elsewhere. The role's rights are then unknown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// ARN of the policy that limits its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The statements of its role, of every policy that is known here, sorted.
    pub statements: Vec<Statement>,
    /// ARNs of its role's managed policies whose statements are not known here, sorted.
    pub managed_policies: Vec<String>,
    /// The callers that its own policy admits, sorted.
    pub invokers: Vec<Invoker>,
    /// The events by which the generated files invoke it, by source. The rights for that are among `invokers` and
    /// `statements`, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The destinations of asynchronous events that it could not handle, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure_destinations: Vec<String>,
    /// The authorization of its own address: `NONE` is anyone, `AWS_IAM` the callers that IAM allows. None if it has no
    /// address.
    pub url_auth: Option<String>,
}

/// Something that invokes a function beside its routes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The source: a schedule, a rule, the stream of a table or the ARN of another source.
    pub source: String,
    /// The version or alias that is invoked; none is the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The times of a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The time zone of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Patterns, of which an event must match one. Without patterns, every event matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Value>,
    /// The function's input instead of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// The destination of events that the function failed to handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failures: Option<String>,
    /// The state, if that is not `ENABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The role by which a schedule invokes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// A role of something else than a function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// The principals that may take it on, sorted.
    pub assumed_by: Vec<String>,
    /// ARN of the policy that limits what it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The statements of its policies, sorted.
    pub statements: Vec<Statement>,
    /// ARNs of its managed policies whose statements are not known here, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policies: Vec<String>,
}

/// The source of an event that is a schedule of this name in AWS.
pub(crate) fn schedule_source(name: &str) -> String {
    format!("schedule {name}")
}

/// The beginning of an event's source that is a rule.
const RULE: &str = "rule ";

/// The source of an event that is a rule of this name in AWS.
pub(crate) fn rule_source(bus: &str, name: &str) -> String {
    format!("{RULE}{bus}/{name}")
}

/// The bus and the name of a rule in an event's source. The name of a rule has no slash.
pub(crate) fn bus_and_rule(source: &str) -> Option<(&str, &str)> {
    source.strip_prefix(RULE)?.rsplit_once('/')
}

/// The source of an event that is the stream of a table of the spec.
pub(crate) fn stream_source(table: &str) -> String {
    format!("stream of tables.{table}")
}

/// The beginning of an event's source that is a bucket of the spec.
const OBJECTS: &str = "objects of buckets.";

/// The source of an event that is a bucket of the spec.
pub(crate) fn objects_source(bucket: &str) -> String {
    format!("{OBJECTS}{bucket}")
}

/// The objects of a bucket that invoke a function, as a pattern.
pub(crate) fn objects<'a>(events: impl IntoIterator<Item = &'a str>, prefix: &str, suffix: &str) -> Value {
    let events: BTreeSet<&str> = events.into_iter().collect();
    let mut pattern = serde_json::json!({ "events": events });
    for (name, text) in [("prefix", prefix), ("suffix", suffix)] {
        if !text.is_empty() {
            pattern[name] = text.into();
        }
    }
    pattern
}

/// A filter of a topic's messages, as a pattern of the part that it is about.
pub(crate) fn filter_policy(scope: &str, filter: Value) -> Value {
    serde_json::json!({ scope: filter })
}

/// Adds an event. One of the same bucket has the patterns of both: of each source, a function has one event.
pub(crate) fn join(events: &mut Vec<Event>, event: Event) {
    let mut others = events.iter_mut();
    let same = others.find(|other| (&other.source, &other.qualifier) == (&event.source, &event.qualifier));
    match same {
        Some(other) if event.source.starts_with(OBJECTS) => {
            other.patterns.extend(event.patterns);
            other.patterns.sort_by_key(Value::to_string);
        }
        _ => events.push(event),
    }
}

/// A statement of a policy; its `Sid` means nothing and is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// `Allow` or `Deny`.
    pub effect: String,
    /// Actions, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Or every action but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_actions: Vec<String>,
    /// ARNs, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Or everything but these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_resources: Vec<String>,
    /// The condition under which it counts, as AWS writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

/// A caller that may invoke a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Invoker {
    /// A service such as `apigateway.amazonaws.com`, an account or an ARN; `*` is anyone.
    pub principal: String,
    /// The permitted action, such as `lambda:InvokeFunction`.
    pub action: String,
    /// The source of the call: `${api}/v1/GET/open`. None allows any source; [`UNKNOWN`](super::UNKNOWN) if a plan does not tell it.
    pub source: Option<String>,
    /// The account that the source has to be of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_account: Option<String>,
    /// The organization whose accounts it is allowed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_org_id: Option<String>,
    /// The `authorization_type` that a function URL must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_url_auth_type: Option<String>,
    /// The version or alias that may be invoked; none is all of the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
}
