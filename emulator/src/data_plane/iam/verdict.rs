//! The policies of a role, and what they decide together.

use std::collections::BTreeMap;

use portcullis_terraform_json::policy::Document;

use super::context::Context;
use super::fit::Fit;
use super::need::Need;
use super::statement::fits;

/// The policies of a function's role.
#[derive(Debug, Clone, PartialEq)]
pub struct Rights {
    /// The ARN of the function.
    pub function_arn: String,
    /// The ARN of its role.
    pub role_arn: String,
    /// The role's tags.
    pub tags: BTreeMap<String, String>,
    /// The role's inline and managed policies.
    pub policies: Vec<Document>,
    /// The policy that limits these; none if there is none.
    pub boundary: Option<Document>,
    /// Parts of the role that are not known, as sentences. A refusal may be due to them.
    pub unknown: Vec<String>,
}

/// IAM's decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Every need is allowed.
    Allowed,
    /// One is not.
    Refused(Refused),
}

/// The reason that a call is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The need that is not allowed.
    pub need: Need,
    /// The part of AWS's answer that says why.
    pub reason: RefusalReason,
    /// A part of a policy that was not evaluated and could change the verdict.
    pub unsure: Option<String>,
}

/// The reason of a refusal. Its text is AWS's own:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RefusalReason {
    /// A `Deny` statement of the role.
    Denied,
    /// No statement of the role allows it.
    NotAllowed,
    /// A `Deny` statement of the boundary.
    DeniedByBoundary,
    /// No statement of the boundary allows it.
    NotAllowedByBoundary,
}

impl RefusalReason {
    /// The end of the sentence `User: … is not authorized to perform: … on resource: …`.
    pub fn sentence(self, action: &str) -> String {
        match self {
            Self::Denied => "with an explicit deny in an identity-based policy".to_owned(),
            Self::NotAllowed => format!("because no identity-based policy allows the {action} action"),
            Self::DeniedByBoundary => "with an explicit deny in a permissions boundary".to_owned(),
            Self::NotAllowedByBoundary => {
                format!("because no permissions boundary allows the {action} action")
            }
        }
    }
}

impl Rights {
    /// Decides about a call that needs all of these.
    pub fn decide(&self, needs: &[Need], context: &Context) -> Verdict {
        let refused = needs.iter().find_map(|need| {
            let of = |resource: &String| self.refusal(need, resource, context);
            let mut refusals = need.resources.iter().map(of);
            let first = refusals.next().flatten()?;
            // Another ARN of the same resource may be allowed.
            refusals.all(|other| other.is_some()).then_some(first)
        });
        refused.map_or(Verdict::Allowed, Verdict::Refused)
    }

    fn refusal(&self, need: &Need, resource: &str, context: &Context) -> Option<Refused> {
        let refused = |reason, unsure| {
            Some(Refused {
                need: need.clone(),
                reason,
                unsure,
            })
        };
        let own = opinion(&self.policies, need, resource, context);
        let boundary = self.boundary.as_slice();
        let limit = opinion(boundary, need, resource, context);
        match (own, limit) {
            (Opinion::Denies(unsure), _) => refused(RefusalReason::Denied, unsure),
            (_, Opinion::Denies(unsure)) => refused(RefusalReason::DeniedByBoundary, unsure),
            (Opinion::Silent(unsure), _) => refused(
                RefusalReason::NotAllowed,
                unsure.or_else(|| self.unknown.first().cloned()),
            ),
            (_, Opinion::Silent(unsure)) if !boundary.is_empty() => {
                refused(RefusalReason::NotAllowedByBoundary, unsure)
            }
            (Opinion::Allows, _) => None,
        }
    }
}

/// The common result of some policies, with a part that was not evaluated.
enum Opinion {
    Allows,
    Denies(Option<String>),
    Silent(Option<String>),
}

fn opinion(policies: &[Document], need: &Need, resource: &str, context: &Context) -> Opinion {
    let (mut allowed, mut unsure_denial, mut unsure) = (false, None, None);
    for document in policies {
        for statement in &document.statements {
            let fit = fits(statement, document.has_variables, need, resource, context);
            match (statement.allows, fit) {
                (_, Fit::No) => {}
                (true, Fit::Yes) => allowed = true,
                (true, Fit::Unknown(why)) => unsure = unsure.or(Some(why)),
                (false, Fit::Yes) => return Opinion::Denies(None),
                (false, Fit::Unknown(why)) => unsure_denial = Some(why),
            }
        }
    }
    match (unsure_denial, allowed) {
        (Some(why), _) => Opinion::Denies(Some(why)),
        (None, true) => Opinion::Allows,
        (None, false) => Opinion::Silent(unsure),
    }
}
