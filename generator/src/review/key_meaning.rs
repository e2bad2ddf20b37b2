//! What a change of a key means to a reviewer. Each key declares it.

use crate::review::change_kind::ChangeKind;

/// What is said of a key that changed.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// That it changed, in every direction.
    Harmless,
    /// That it changed, without its values.
    Secret,
    /// That it changed, and what these directions mean.
    When(&'static [Consequence]),
    /// The room's own review says it.
    Elsewhere,
}

/// What a change in one direction means.
#[derive(Debug, Clone, Copy)]
pub struct Consequence {
    /// The direction.
    pub if_: Direction,
    /// The kind of change.
    pub kind: ChangeKind,
    /// What follows, in a sentence without a period.
    pub so: &'static str,
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A smaller number, off, an earlier one of its words, or a list without one of its elements.
    Less,
    /// A greater number, on, a later one of its words, or a list with another element.
    More,
    /// A value in place of another.
    Other,
    /// A value where there was none.
    Added,
    /// No value any more.
    Removed,
}

/// What a change in one direction means.
pub const fn consequence(if_: Direction, kind: ChangeKind, so: &'static str) -> Consequence {
    Consequence { if_, kind, so }
}
