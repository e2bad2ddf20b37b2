//! The policies of resources that deny calls without TLS.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport>

use serde_json::{Value, json};

use crate::hcl::{Expression, object, string};
use crate::resources::iam_role_policy;

/// The condition of a call that travels without TLS.
const WITHOUT_TLS: [&str; 3] = ["Bool", "aws:SecureTransport", "false"];

/// The policy that forbids every caller these actions without TLS. It allows nothing: roles do.
pub fn policy(actions: &str, resource: Expression) -> Expression {
    iam_role_policy::document([statement(actions, resource)])
}

/// The statement of that policy.
pub fn statement(actions: &str, resource: Expression) -> Expression {
    let [operator, key, value] = WITHOUT_TLS;
    let condition = object([(operator, object([(key, string(value))]))]);
    object([
        ("Sid", string("DenyWithoutTls")),
        ("Effect", string("Deny")),
        ("Principal", string("*")),
        ("Action", string(actions)),
        ("Resource", resource),
        ("Condition", condition),
    ])
}

/// The same as JSON.
pub fn in_json(actions: &str, resource: impl Into<Value>) -> Value {
    let [operator, key, value] = WITHOUT_TLS;
    json!({"Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": resource.into(),
        "Condition": { operator: { key: value } },
    }]})
}
