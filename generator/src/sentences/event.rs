//! The sentence of a changed event.

use portcullis_foreign_text::printable::code;

use crate::review::{ChangedKey, EventChange};
use crate::sentences::list::list;
use crate::sentences::quoting::changed;

/// Says how an event changes. `phrase` names it after "is invoked by".
pub(super) fn event(function: &str, phrase: &str, change: &EventChange) -> String {
    let function = code(function);
    let key = |ChangedKey { key, before, after }: &ChangedKey| changed(key, before.as_ref(), after.as_ref());
    match change {
        EventChange::Added => format!("function {function} is now also invoked by {phrase}"),
        EventChange::Removed(then) => format!("function {function} is no longer invoked by {phrase}: {then}"),
        EventChange::Widened(keys) => format!(
            "function {function} is invoked by **more** {phrase}: {}",
            list(keys.iter().map(key))
        ),
        EventChange::Lossier(keys) => {
            let reasons = keys.iter().map(|(one, so)| format!("{so} ({})", key(one)));
            format!(
                "of {phrase}, function {function} **loses** some: {}",
                list(reasons)
            )
        }
        EventChange::Other(keys) => {
            format!(
                "function {function}, invoked by {phrase}: {}",
                list(keys.iter().map(key))
            )
        }
    }
}
