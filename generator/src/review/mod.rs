//! The review of a change: what became reachable, by whom, and what would be lost.
//!
//! ```text
//! base, head ─ compare ─▶ Vec<Fact>       what a careful reviewer must be told, in the spec's own words
//! plan, head, facts ─ planned ─▶ Vec<Fact>    what Terraform would do that the specs do not tell
//! facts, [review] of the head, today ─ judge ─▶ Vec<Judged>      what of it is blocked, and what somebody answers for
//! ```
//!
//! [`review()`] does all of it, and [`report`] shows it.
//!
//! Settings are compared by what they mean: two texts of one service have no facts. `tests/review` says what must be
//! told of which change; its README holds the vocabulary and the rules.

mod accepted;
mod accepted_change;
mod change_kind;
pub(crate) mod comparison;
mod floors;
mod infrastructure;
mod judge;
pub(crate) mod keys;
pub mod meaning;
pub(crate) mod names;
mod plan;
pub mod report;
mod revision;
mod settings;
mod tree;
pub(crate) mod words;

use crate::cors::review as cors;
use crate::environments::review as environments;
use crate::functions::review as functions;
use crate::routes::review as routes;
use crate::user_pool::review as user_pool;
pub use accepted_change::{AcceptedChange, Answer, answer};
pub use change_kind::{ChangeKind, Class, Evidence};
pub use meaning::{Consequence, Direction, Meaning, consequence};

pub use floors::floors;
pub use infrastructure::{deployments, infrastructure};
pub use judge::{Unseen, judge};
pub use plan::{Planned, PlannedError, kind_and_subject, planned, unreadable};
pub use revision::{Beside, Revision, review};
pub use tree::tree;

use serde_json::Value;

use crate::diagnostic::Diagnostics;
use crate::review::comparison::{Comparison, counting};
use crate::review::words::{code, list};
use crate::routes::requests::{Routing, shifts};
use crate::service::Service;

/// One thing that a reviewer must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What kind of change.
    pub kind: ChangeKind,
    /// What changes, in the words of the spec: `GET /admin`, `functions.orders.memory_mb`, `prod`. With `kind` it is
    /// what a line of `[review]` answers.
    pub of: String,
    /// The sentence of the reviewer's: one line without a full stop. What stands in backticks is the spec's own, with
    /// TOML's escapes where it holds a backtick or a character that does not show; words in `**` must not be
    /// overlooked. All else is ours.
    pub sentence: String,
    /// Whether the gate of its kind says no to this one.
    pub blocked: bool,
    /// What held before, where one word says it: a value of a setting as TOML writes it, all of it; who might call a
    /// route, the function that answered it, an earlier name. None where there was nothing, or nobody may see it.
    pub before: Option<String>,
    /// What holds now.
    pub after: Option<String>,
}

/// A fact, and what the review says to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is told.
    pub fact: Fact,
    /// What the review says.
    pub verdict: Verdict,
}

/// What the review says to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is shown, and blocks nothing.
    Info,
    /// It may not go ahead.
    Blocked,
    /// An entry of `[review] accept` lets it go ahead, for this reason.
    Accepted(String),
}

/// Where a fact stands in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What is wrong with the review itself: a spec with mistakes, a line of `[review]` that is over or left over.
    Review,
    /// Routes and requests: who may call, what answers.
    Routes,
    /// What a gate may deny beside them: what would be lost, or easier to come by.
    AtRisk,
    /// All else.
    Rest,
}

/// Which of the two revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one before the change.
    Base,
    /// The one after it.
    Head,
}

/// Everything that a reviewer must be told of a change, the gravest first. No service stands for a revision without a
/// spec.
pub fn compare(base: Option<&Service>, head: Option<&Service>) -> Vec<Fact> {
    let mut facts = match (base, head) {
        (None, None) => Vec::new(),
        (Some(base), Some(head)) => compare_services(&Comparison::new(base, head)),
        (None, Some(head)) => {
            let base = nothing(head);
            let comparison = Comparison::new(&base, head);
            let mut facts = compare_services(&comparison);
            let environments = list(counting(head).map(code));
            let sentence = format!("the first spec: {} goes to {environments}", code(&head.name));
            facts.push(comparison.fact(ChangeKind::ServiceAdded, "service.name", sentence));
            facts
        }
        (Some(base), None) => {
            let environments = list(counting(base).map(code));
            let sentence = format!("the spec is **gone**: what runs in {environments} goes on running");
            vec![Comparison::new(base, base).fact(ChangeKind::ServiceRemoved, "service.name", sentence)]
        }
    };
    facts.sort_by(|a, b| a.order().cmp(&b.order()));
    facts
}

/// What is said of a revision whose spec has mistakes: nothing can be compared with it, so nothing is let through, and
/// no line of `[review]` answers that.
pub fn invalid(side: Side, mistakes: &Diagnostics) -> Judged {
    let of = match side {
        Side::Base => "base",
        Side::Head => "head",
    };
    let count = match mistakes.sorted().len() {
        1 => "a mistake".into(),
        count => format!("{count} mistakes"),
    };
    let sentence = format!("the spec of the {of} has {count}: nothing is compared");
    let kind = ChangeKind::SpecInvalid;
    let fact = Fact {
        kind,
        of: of.into(),
        sentence,
        blocked: true,
        before: None,
        after: None,
    };
    Judged {
        fact,
        verdict: Verdict::Blocked,
    }
}

fn compare_services(comparison: &Comparison) -> Vec<Fact> {
    let (base, head) = (Routing::of(comparison.base), Routing::of(comparison.head));
    let shifts = shifts(&base, &head);
    let mut facts = routes::facts(comparison, &shifts);
    facts.extend(functions::facts(comparison, &base, &shifts));
    facts.extend(user_pool::facts(comparison));
    facts.extend(cors::facts(comparison));
    facts.extend(environments::facts(comparison));
    facts.extend(settings::facts(comparison));
    facts
}

/// What a new project is compared with: itself, with nothing that anybody could reach.
fn nothing(head: &Service) -> Service {
    let mut nothing = head.clone();
    nothing.routes.clear();
    nothing.api.cors = None;
    nothing.user_pool.self_sign_up = false;
    nothing
}

impl Fact {
    /// Where it stands in a report.
    pub fn section(&self) -> Section {
        match self.kind {
            kind if kind.can_only_be_mended() => Section::Review,
            ChangeKind::RouteAddedOpen
            | ChangeKind::RouteAddedGuarded
            | ChangeKind::RouteRemoved
            | ChangeKind::RouteOpened
            | ChangeKind::RouteGuarded
            | ChangeKind::RouteFunctionChanged
            | ChangeKind::RouteParameterRenamed => Section::Routes,
            kind if kind.has_gate() => Section::AtRisk,
            _ => Section::Rest,
        }
    }

    /// With the values of a setting.
    pub(crate) fn values(mut self, before: Option<&Value>, after: Option<&Value>) -> Self {
        self.before = before.map(words::toml);
        self.after = after.map(words::toml);
        self
    }

    /// With what held before and holds now, in a word each.
    pub(crate) fn states(mut self, before: Option<&str>, after: Option<&str>) -> Self {
        self.before = before.map(Into::into);
        self.after = after.map(Into::into);
        self
    }

    /// The order of reading: what is blocked first, then by kind and subject.
    fn order(&self) -> impl Ord + '_ {
        (!self.blocked, self.kind, &self.of)
    }
}

impl Judged {
    /// The order of reading: what is blocked, what somebody answers for, the rest.
    fn order(&self) -> impl Ord + '_ {
        let gravity = match self.verdict {
            Verdict::Blocked => 0,
            Verdict::Accepted(_) => 1,
            Verdict::Info => 2,
        };
        (gravity, self.fact.kind, &self.fact.of)
    }
}
