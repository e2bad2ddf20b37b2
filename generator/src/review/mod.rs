//! The review of a change: what became reachable, by whom, and what would be lost.
//!
//! ```text
//! base, head ─ compare ─▶ Vec<Fact>       what a careful reviewer must be told, in the spec's own words
//! facts, [review] of the head, today ─ judge ─▶ Vec<Told>      what of it is denied, and what somebody answers for
//! ```
//!
//! Settings are compared by what they mean: two texts of one service have no facts. `tests/review` says what must be
//! told of which change; its README holds the vocabulary and the rules.

mod floors;
pub mod report;

pub use floors::{FILE as FLOORS_FILE, floors};

use crate::service::ChangeKind;

/// One thing that a reviewer must be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What kind of change.
    pub kind: ChangeKind,
    /// What changes, in the words of the spec: `GET /admin`, `functions.orders.memory_mb`, `prod`. With `kind` it is
    /// what a line of `[review]` answers.
    pub of: String,
    /// The sentence of the reviewer's, without a full stop. What stands in backticks is the spec's own.
    pub sentence: String,
    /// Whether the gate of its kind says no to this one.
    pub denied: bool,
}

/// A fact, and what the review says to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What is told.
    pub fact: Fact,
    /// What the review says.
    pub verdict: Verdict,
}

/// What the review says to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is told, and that is all.
    Told,
    /// No.
    Denied,
    /// A gate would say no, and a line of `[review]` answers it with this reason.
    Acknowledged(String),
}
