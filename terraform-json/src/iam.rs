//! Roles and their policies.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{given, kind, or_empty, sorted};

/// An `aws_iam_role`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Role {
    /// Its id, which is its name.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The document that says who may take it on.
    pub assume_role_policy: String,
    /// Its own policies as they were read back from AWS, which may be older than the resources.
    #[serde(deserialize_with = "or_empty")]
    pub inline_policy: Vec<InlinePolicy>,
    /// The ARNs of its managed policies, sorted, read back in the same way.
    #[serde(deserialize_with = "sorted")]
    pub managed_policy_arns: Vec<String>,
    /// The ARN of the policy that limits all the others.
    #[serde(deserialize_with = "given")]
    pub permissions_boundary: Option<String>,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Role, "aws_iam_role");

impl Role {
    /// Returns whether the name in a policy or an attachment is that of this role.
    pub fn is_named(&self, named: &str) -> bool {
        !named.is_empty() && [&self.name, &self.id, &self.arn].iter().any(|own| *own == named)
    }
}

/// A policy in a role.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InlinePolicy {
    /// Its name.
    #[serde(deserialize_with = "given")]
    pub name: Option<String>,
    /// Its document.
    #[serde(deserialize_with = "or_empty")]
    pub policy: String,
}

/// An `aws_iam_role_policy`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RolePolicy {
    /// Its name.
    #[serde(deserialize_with = "given")]
    pub name: Option<String>,
    /// The role.
    pub role: String,
    /// Its document.
    pub policy: String,
}

kind!(RolePolicy, "aws_iam_role_policy");

/// An `aws_iam_role_policy_attachment`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RolePolicyAttachment {
    /// The role.
    pub role: String,
    /// ARN of the policy.
    pub policy_arn: String,
}

kind!(RolePolicyAttachment, "aws_iam_role_policy_attachment");

/// An `aws_iam_policy_attachment`, which names all that a managed policy is attached to.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PolicyAttachment {
    /// The roles.
    #[serde(deserialize_with = "sorted")]
    pub roles: Vec<String>,
    /// ARN of the policy.
    pub policy_arn: String,
}

kind!(PolicyAttachment, "aws_iam_policy_attachment");

/// An `aws_iam_policy`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Its ARN.
    pub arn: String,
    /// Its document.
    pub policy: String,
}

kind!(Policy, "aws_iam_policy");
