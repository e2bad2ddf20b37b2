//! The statements of one function's role beside those of every role: one policy, a statement for each purpose.
//!
//! `may` states actions and resources in AWS's own words. Everything else that gives a function a right makes such
//! statements too, so that HCL, access test, surface, picture and review say them alike.

use serde::Serialize;

use crate::hcl::{Expression, commented, string};
use crate::references::Template;
use crate::resources::iam_role_policy;

/// The name of the policy in AWS.
pub(crate) const POLICY: &str = "may";

/// A statement that allows something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Statement {
    /// Actions, sorted.
    pub actions: Vec<String>,
    /// ARNs and patterns of ARNs, sorted.
    pub resources: Vec<Template>,
    /// The comment above the statement; may be empty.
    pub comment: String,
}

impl Statement {
    /// It with its lists in order, each entry once.
    pub(crate) fn new(
        actions: impl IntoIterator<Item = String>,
        resources: impl IntoIterator<Item = Template>,
        comment: impl Into<String>,
    ) -> Self {
        let mut statement = Self {
            actions: actions.into_iter().collect(),
            resources: resources.into_iter().collect(),
            comment: comment.into(),
        };
        statement.actions.sort();
        statement.actions.dedup();
        statement.resources.sort_by_cached_key(Template::written);
        statement.resources.dedup();
        statement
    }

    /// It in words, behind "may": its comment says what it is for, and this what it allows.
    pub(crate) fn phrase(&self) -> String {
        let list = |texts: Vec<String>| {
            let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
            texts.join(", ")
        };
        let resources = self.resources.iter().map(Template::written).collect();
        format!("call {} on {}", list(self.actions.clone()), list(resources))
    }

    fn as_hcl(&self, resource: impl Fn(&Template) -> Expression) -> Expression {
        let Self {
            actions,
            resources,
            comment,
        } = self;
        let actions = actions.iter().map(string);
        let statement = iam_role_policy::allow(actions, resources.iter().map(resource));
        commented(statement, comment)
    }
}

/// The policy of these statements. `resource` says what stands for an ARN.
pub(crate) fn policy(statements: &[Statement], resource: impl Fn(&Template) -> Expression) -> Expression {
    iam_role_policy::document(statements.iter().map(|statement| statement.as_hcl(&resource)))
}

/// The same without comments.
pub(crate) fn bare_policy(
    statements: &[Statement],
    resource: impl Fn(&Template) -> Expression,
) -> Expression {
    let bare = statements.iter().map(|statement| Statement {
        comment: String::new(),
        ..statement.clone()
    });
    policy(&bare.collect::<Vec<_>>(), resource)
}
