//! Decides whether a role allows the calls of Lambda, the scheduler and API Gateway.

use std::collections::BTreeMap;

use portcullis_terraform_json::index::Index;

use super::context::Context;
use super::need::Need;
use super::rights::of_roles;
use super::verdict::{Rights, Verdict};

/// The rights of every role.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<String, Rights>);

impl Roles {
    /// The roles of a state.
    pub fn of(index: &Index) -> Self {
        Self(of_roles(index.all))
    }

    /// Returns whether a role is in the state.
    pub fn has(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    /// Returns the reason why a role does not allow these actions, to go on with "the role of `x`".
    pub fn refusal(&self, role: &str, actions: &[String]) -> String {
        match self.0.contains_key(role) {
            true => format!("does not allow {}", actions.join(", ")),
            false => format!(
                "is not in the state, so it is unknown whether it allows {}",
                actions.join(", ")
            ),
        }
    }

    /// Returns whether a role allows an action on a resource. A role that is not in the state allows nothing.
    pub fn allow(&self, role: &str, action: &str, resource: &str) -> bool {
        let Some(rights) = self.0.get(role) else {
            return false;
        };
        let account = role.split(':').nth(4).unwrap_or_default();
        let mut context = Context::new(&rights.tags);
        for (key, value) in [
            ("aws:SecureTransport", "true"),
            ("aws:PrincipalArn", role),
            ("aws:PrincipalAccount", account),
            ("aws:ResourceAccount", account),
        ] {
            context.set(key, value);
        }
        rights.decide(&[Need::new(action, resource)], &context) == Verdict::Allowed
    }
}
