//! Environments: the targets of the service, and their differences.

pub(crate) mod data;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod overridable;
pub(crate) mod review;
pub(crate) mod setting;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::buckets::Bucket;
use crate::functions::Function;
use crate::hcl::{Expression, literal, string, template, value};
use crate::queues::Queue;
use crate::tables::Table;
use crate::throttling::Throttle;
use crate::topics::Topic;
use crate::usage_plans::UsagePlan;

/// The name of the environment on the developer's own machine.
pub const LOCAL: &str = "local";

/// Stands for the name of the environment in the names of the user pool and the API.
pub const PLACEHOLDER: &str = "{environment}";

/// A name as it is in an environment.
pub fn name_in(name: &str, environment: &str) -> String {
    name.replace(PLACEHOLDER, environment)
}

/// A name as `modules/service` makes it.
pub(crate) fn name_in_service(name: &str) -> Expression {
    if !name.contains(PLACEHOLDER) {
        return string(name);
    }
    let mut parts = Vec::new();
    for (index, text) in name.split(PLACEHOLDER).enumerate() {
        if index > 0 {
            parts.push(value("var.environment"));
        }
        if !text.is_empty() {
            parts.push(literal(text));
        }
    }
    template(parts)
}

/// A deployment of the service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Environment {
    /// Its name.
    #[serde(skip)]
    pub name: String,
    /// AWS region.
    pub region: String,
    /// The only AWS account that it may touch, if known.
    pub account: Option<String>,
    /// The CORS origin; `*` if the API has no CORS.
    pub allow_origin: String,
    /// Days after which CloudWatch deletes a line of the access log; none without access logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log_retention_days: Option<u32>,
    /// E-mail of the first user, if the spec names it.
    pub first_user: Option<String>,
    /// ARN of the existing user pool whose users it admits; none if the pool is generated or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing_user_pool: Option<String>,
    /// ARN of the policy that limits the roles of functions; none in [`LOCAL`].
    pub permissions_boundary: Option<String>,
    /// ARN of the KMS key that encrypts the variables of functions; none in [`LOCAL`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables_kms_key: Option<String>,
    /// ARN of the KMS key that encrypts the logs of functions; none in [`LOCAL`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs_kms_key: Option<String>,
    /// True if AWS refuses to delete the user pool and the tables; always false in [`LOCAL`].
    pub deletion_protection: bool,
    /// The limits of every route that has none of its own, if they are not those of the API. Ask
    /// [`Service::throttle_of_stage`](crate::service::Service::throttle_of_stage).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// Tags of every resource: the service's, the environment's, and `Service` and `Environment`.
    pub tags: BTreeMap<String, String>,
    /// The functions that differ here, each with all that holds of it here. Ask
    /// [`Service::function_in`](crate::service::Service::function_in).
    #[serde(skip)]
    pub functions: BTreeMap<String, Function>,
    /// The tables that differ here, each with all that holds of it here. So are the other data.
    #[serde(skip)]
    pub tables: BTreeMap<String, Table>,
    /// The buckets that differ here.
    #[serde(skip)]
    pub buckets: BTreeMap<String, Bucket>,
    /// The queues that differ here.
    #[serde(skip)]
    pub queues: BTreeMap<String, Queue>,
    /// The topics that differ here.
    #[serde(skip)]
    pub topics: BTreeMap<String, Topic>,
    /// The usage plans that differ here.
    #[serde(skip)]
    pub usage_plans: BTreeMap<String, UsagePlan>,
    /// The S3 storage of its Terraform state, if the spec sets it.
    pub state: Option<S3State>,
}

impl Environment {
    /// Returns whether it is the one on the developer's own machine.
    pub fn is_local(&self) -> bool {
        self.name == LOCAL
    }
}

/// State in an S3 bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs, reason = "Terraform's own names")]
pub struct S3State {
    pub bucket: String,
    pub region: String,
    pub key: String,
}

/// Returns whether Cognito would take a text for an e-mail address: something on both sides of one `@`, a dot in the
/// domain, nothing that would need quoting.
pub fn is_email(text: &str) -> bool {
    let valid = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                c.is_ascii_graphic() && !matches!(c, '@' | '"' | '\\' | ',' | ';' | '<' | '>' | '(' | ')')
            })
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(user, domain)| {
            valid(user)
                && valid(domain)
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_the_environments() {
        for (name, in_dev, in_service) in [
            ("Users", "Users", "\"Users\""),
            ("{environment}", "dev", "\"${var.environment}\""),
            ("a-{environment}-b", "a-dev-b", "\"a-${var.environment}-b\""),
        ] {
            assert_eq!(name_in(name, "dev"), in_dev);
            assert_eq!(name_in_service(name).to_string().trim(), in_service);
        }
    }
}
