//! The one layer that turns what was found into text: facts of a review, differences of a plan, losses, files that
//! are not generated, and what is uncertain.
//!
//! Everything below it holds values. Nothing above it reads a sentence, but to show it. A sentence is one line without a
//! full stop. Text of others stands in backticks, `**` marks a word that must not be overlooked, and all else is ours.

mod cors;
mod data;
mod difference;
mod event;
mod fact;
mod finding;
pub(crate) mod list;
mod loss;
mod plan;
mod quoting;
mod route;
mod unknown;
mod without_spec;

use portcullis_foreign_text::printable::code;
pub use unknown::summaries;

use crate::review::AcceptedChange;
use crate::sentences::list::list;

/// An `accept` entry whose last day is over.
pub fn expired(line: &AcceptedChange) -> String {
    let until = line
        .until
        .map(|until| format!(" until {until}"))
        .unwrap_or_default();
    let (change, of) = (code(line.change.as_str()), code(&line.of));
    format!("expired `accept` entry: {change} of {of} was accepted{until}")
}

/// Names in a row, each in backticks.
fn names(names: &[impl AsRef<str>]) -> String {
    list(names.iter().map(|name| code(name.as_ref())))
}
