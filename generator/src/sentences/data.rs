//! The sentences of new, deleted and replaced data.

use portcullis_foreign_text::printable::code;

use crate::uses::{Datum, Kind};

pub(super) fn added(datum: &Datum) -> String {
    format!("{} is new", named(datum))
}

pub(super) fn deleted(datum: &Datum) -> String {
    let contents = match datum.kind {
        Kind::Tables => "every item",
        Kind::Buckets => "every object and old version",
        Kind::Queues => "every waiting message",
        Kind::Topics => "its subscriptions",
    };
    format!("{} is **deleted** with {contents}", named(datum))
}

pub(super) fn replaced(datum: &Datum, reasons: &[[String; 3]]) -> String {
    let (another, lost) = match datum.kind {
        Kind::Tables => ("an empty one", "every item is"),
        Kind::Buckets => ("an empty one", "every object is"),
        Kind::Queues => ("an empty one", "every waiting message is"),
        Kind::Topics => ("another one", "its subscriptions are"),
    };
    let changes = changes(reasons);
    format!(
        "{} is replaced by {another} because {changes}: {lost} **lost**",
        named(datum)
    )
}

/// Its noun and its name: "table `orders`".
fn named(datum: &Datum) -> String {
    format!("{} {}", datum.kind.declaration().noun, code(&datum.name))
}

/// Keys that change, each with its value before and after.
fn changes(keys: &[[String; 3]]) -> String {
    let changes = keys.iter().map(|[key, before, after]| {
        format!("{} changes from {} to {}", code(key), code(before), code(after))
    });
    changes.collect::<Vec<_>>().join(" and ")
}
