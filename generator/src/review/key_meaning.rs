//! The meaning of a changed key to a reviewer. Each key declares it.

use crate::review::change_kind::ChangeKind;

/// The report on a changed key.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// A change in every direction.
    Harmless,
    /// A change, without its values.
    Secret,
    /// A change, and what these directions mean.
    When(&'static [Consequence]),
    /// The room's own review says it.
    Elsewhere,
}

/// The consequence of a change in one direction.
#[derive(Debug, Clone, Copy)]
pub struct Consequence {
    /// The direction.
    pub if_: Direction,
    /// The kind of change.
    pub kind: ChangeKind,
    /// The consequence, in a sentence without a period.
    pub so: &'static str,
}

/// The direction of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A smaller number, off, an earlier one of its words, or a list without one of its elements.
    Less,
    /// A greater number, on, a later one of its words, or a list with another element.
    More,
    /// A value in place of another.
    Other,
    /// A value that was absent before.
    Added,
    /// No value any more.
    Removed,
}

/// Makes the consequence of a change in one direction.
pub const fn consequence(if_: Direction, kind: ChangeKind, so: &'static str) -> Consequence {
    Consequence { if_, kind, so }
}
