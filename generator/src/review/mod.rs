//! The review of a change: what it exposes, and what it deletes.
//!
//! ```text
//! base, head ─ compare ─▶ Vec<Fact>             what changes, as values
//! plan, head, facts ─ planned ─▶ Vec<Fact>      what Terraform would do that the specs don't show
//! facts, `accept` of the head, today ─ judge ─▶ Vec<Judged>     blocked, accepted or info
//! ```
//!
//! [`review()`] does all of it, and [`report`] shows it. [`ChangeKind`] holds the policy for each kind of change, and
//! `sentences` the text of each fact.
//!
//! Specs are compared by meaning: two texts of one service have no facts. `tests/review` holds labelled changes; its
//! README holds the vocabulary and the rules.

mod accepted_change;
mod change_kind;
mod committed_files;
pub(crate) mod comparison;
mod fact;
mod fact_identity;
mod infrastructure;
mod judge;
pub mod key_meaning;
pub(crate) mod keys;
mod lost;
mod meaning;
pub(crate) mod pairs;
mod plan;
pub mod report;
mod revision;
pub(crate) mod settings;
mod version_constraints;
pub mod without_spec;

use crate::access_logs::review as access_logs;
use crate::asynchronous::review as asynchronous;
use crate::buckets::review as buckets;
use crate::cors::review as cors;
use crate::environments::review as environments;
use crate::events::review as events;
use crate::functions::review as functions;
use crate::lambda_authorizers::review as lambda_authorizers;
use crate::own::review as own;
use crate::queues::review as queues;
use crate::reach::review as reach;
use crate::routes::review as routes;
use crate::tables::review as tables;
use crate::throttling::review as throttling;
use crate::topics::review as topics;
use crate::usage_plans::review as usage_plans;
use crate::user_pool::review as user_pool;
use crate::uses::review as uses;
pub use accepted_change::{AcceptedChange, ChangeId, Sorted, sort};
pub use change_kind::{ChangeKind, Class, Effect, Evidence, Section, SubjectKind};
pub use committed_files::committed_files;
pub use key_meaning::{Consequence, Direction, Meaning, consequence};

pub use fact::{Callers, ChangedKey, EventChange, Fact, Program, Sendable, Sent, Shifted, Side};
pub use infrastructure::{deployments, infrastructure};
pub use judge::{Unseen, judge};
pub use lost::Lost;
pub use meaning::accepted_changes;
pub use plan::{Planned, PlannedError, planned};
pub use revision::{Beside, Revision, review};
pub use version_constraints::version_constraints;

use crate::diagnostic::Diagnostics;
use crate::reach::Reach;
use crate::review::comparison::{Comparison, counting};
use crate::routes::Routes;
use crate::routes::shifted_requests::{Routing, shifts};
use crate::service::{Service, UserPool};

/// A fact and its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The fact.
    pub fact: Fact,
    /// The verdict of the review.
    pub verdict: Verdict,
}

/// The verdict of a review on a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is shown, and blocks nothing.
    Info,
    /// It may not go ahead.
    Blocked,
    /// An entry of `[review] accept` lets it go ahead, for this reason.
    Accepted(String),
}

/// Every fact of a change, the gravest first. No service stands for a revision without a spec.
pub fn compare(base: Option<&Service>, head: Option<&Service>) -> Vec<Fact> {
    let environments = |service| counting(service).map(Into::into).collect();
    let mut facts = match (base, head) {
        (None, None) => Vec::new(),
        (Some(base), Some(head)) => compare_services(&Comparison::new(base, head)),
        (None, Some(head)) => {
            let mut facts = compare_services(&Comparison::new(&nothing(head), head));
            facts.push(Fact::ServiceAdded {
                service: head.name.clone(),
                environments: environments(head),
            });
            facts
        }
        (Some(base), None) => vec![Fact::ServiceRemoved {
            environments: environments(base),
        }],
    };
    facts.sort_by_cached_key(Fact::order);
    facts
}

/// Returns the fact about a revision with an invalid spec. Nothing can be compared with it, so it is blocked, and no
/// entry accepts it.
pub fn invalid(side: Side, errors: &Diagnostics) -> Judged {
    Judged {
        fact: Fact::SpecInvalid {
            side,
            errors: errors.sorted().len(),
        },
        verdict: Verdict::Blocked,
    }
}

fn compare_services(comparison: &Comparison) -> Vec<Fact> {
    let (base, head) = (Routing::of(comparison.base), Routing::of(comparison.head));
    let shifts = shifts(&base, &head);
    let mut facts = routes::facts(comparison, &shifts);
    let reaches = [comparison.base, comparison.head].map(Reach::of);
    let [before, after] = &reaches;
    facts.extend(functions::facts(comparison, &base, &shifts, [before, after]));
    facts.extend(access_logs::facts(comparison));
    facts.extend(lambda_authorizers::facts(comparison, [before, after]));
    facts.extend(tables::facts(comparison));
    facts.extend(buckets::facts(comparison));
    facts.extend(queues::facts(comparison));
    facts.extend(topics::facts(comparison));
    facts.extend(own::facts(comparison));
    facts.extend(uses::facts(comparison, [before, after]));
    facts.extend(events::facts(comparison));
    facts.extend(asynchronous::facts(comparison));
    facts.extend(reach::facts(comparison));
    facts.extend(user_pool::facts(comparison));
    facts.extend(cors::facts(comparison));
    facts.extend(throttling::facts(comparison));
    facts.extend(usage_plans::facts(comparison));
    facts.extend(environments::facts(comparison));
    facts.extend(settings::facts(comparison));
    facts
}

/// Returns the base for a new project: the same service without anything reachable.
fn nothing(head: &Service) -> Service {
    let mut nothing = head.clone();
    nothing.routes = Routes::default();
    nothing.api.cors = None;
    for function in nothing.functions.values_mut() {
        function.may.clear();
        function.uses.clear();
        function.on.clear();
    }
    if let Some(UserPool::Own(pool)) = &mut nothing.user_pool {
        pool.self_sign_up = false;
    }
    nothing
}

impl Judged {
    /// The order of reading: what is blocked, what is accepted, the rest.
    fn order(&self) -> impl Ord + use<> {
        let gravity = match self.verdict {
            Verdict::Blocked => 0,
            Verdict::Accepted(_) => 1,
            Verdict::Info => 2,
        };
        (gravity, self.fact.kind(), self.fact.of())
    }
}
