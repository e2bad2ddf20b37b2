//! Whether a role allows what Lambda and the scheduler do with it.

use std::collections::BTreeMap;

use portcullis_terraform_json::aws::arn_like;
use portcullis_terraform_json::iam::{Policy, Role, RolePolicy, RolePolicyAttachment};
use portcullis_terraform_json::index::Index;
use serde_json::Value;

/// The policies of every role.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<String, Vec<Value>>);

impl Roles {
    /// The roles of a state.
    pub fn of(index: &Index) -> Self {
        let policies: Vec<_> = index.parts::<Policy>();
        let mut roles = BTreeMap::new();
        for role in index.parts::<Role>() {
            let own = index.parts::<RolePolicy>();
            let own = own.iter().filter(|policy| role.is_named(&policy.role));
            let mut documents: Vec<Value> = own.map(|policy| document(&policy.policy)).collect();
            documents.extend(role.inline_policy.iter().map(|policy| document(&policy.policy)));
            let attachments = index.parts::<RolePolicyAttachment>();
            let attached = attachments
                .iter()
                .filter(|attachment| role.is_named(&attachment.role))
                .map(|attachment| attachment.policy_arn.as_str())
                .chain(role.managed_policy_arns.iter().map(String::as_str));
            for arn in attached {
                match policies.iter().find(|policy| policy.arn == arn) {
                    Some(policy) => documents.push(document(&policy.policy)),
                    None => documents.extend(managed(arn)),
                }
            }
            roles.insert(role.arn.clone(), documents);
        }
        Self(roles)
    }

    /// Whether a role allows an action on a resource.
    pub fn allow(&self, role: &str, action: &str, resource: &str) -> bool {
        let documents = self.0.get(role).map(Vec::as_slice).unwrap_or_default();
        let statements = documents.iter().flat_map(|document| list(&document["Statement"]));
        let fits: Vec<&Value> = statements
            .filter(|statement| {
                let fits = |key: &str, text: &str, lower: bool| {
                    list(&statement[key])
                        .into_iter()
                        .filter_map(Value::as_str)
                        .any(|pattern| match lower {
                            true => arn_like(&pattern.to_lowercase(), &text.to_lowercase()),
                            false => arn_like(pattern, text),
                        })
                };
                fits("Action", action, true) && fits("Resource", resource, false)
            })
            .collect();
        fits.iter().any(|statement| statement["Effect"] == "Allow")
            && !fits.iter().any(|statement| statement["Effect"] == "Deny")
    }
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// The policies of AWS's own for event source mappings.
fn managed(arn: &str) -> Option<Value> {
    let actions: &[&str] = match arn.rsplit('/').next()? {
        "AWSLambdaSQSQueueExecutionRole" => &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        "AWSLambdaDynamoDBExecutionRole" => &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ],
        _ => return None,
    };
    Some(serde_json::json!({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
}
