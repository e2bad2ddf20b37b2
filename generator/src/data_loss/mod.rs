//! The data-loss guard: the data that a plan would lose, and whether the spec accepts that.
//!
//! Users can't be recreated, because Cognito reveals no passwords. So Portcullis refuses a plan that loses a user pool,
//! an attribute of its users, the domain of its sign-in pages, a table with its items or a bucket with its objects,
//! unless an `accept` entry names exactly that. This also holds for hand-written resources, in any module. Nor
//! may a plan shorten what a generated bucket keeps. All of this holds for every plan that is applied outside `local`,
//! reviewed or not.
//!
//! The data-loss guard reads the plan's actions, not the spec. So a pool is also lost if the state forgets it
//! (`removed` blocks), if Terraform does not find it (another region, another account) and creates an empty one, and if
//! it is no longer in the state (`terraform state rm`) while its clients are. An unknown action counts as a loss.

mod data;
mod environment;
mod loss;
mod losses;
mod objects;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use portcullis_foreign_text::printable::code;

pub use loss::{Ending, Event, Expiring, Keep, Loss, Reason, Store};
pub use losses::{losses, losses_without_spec};
pub use schema::Attribute;

use crate::review::sort;
use crate::sentences::expired;
use crate::service::Service;
use crate::spec::Date;

/// The reasons why a plan may not be applied, with advice.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The losses, a line each.
    pub message: String,
    /// Ways to prevent them, and the `accept` entries that accept them.
    pub help: String,
}

/// Refuses losses that no `accept` entry names; `today` is the day in UTC.
///
/// An entry is not enough while AWS protects a pool, a table or a bucket: AWS would refuse to delete it in the middle of the apply,
/// after the new one was created and the clients moved.
pub fn judge(losses: &[Loss], service: &Service, environment: &str, today: Date) -> Option<Refusal> {
    let mut message = String::new();
    let lines = &service.accepted_changes;
    let sorted = sort(losses, |loss| loss.ids.as_slice(), lines, today);
    for loss in &sorted.blocked {
        _ = write!(message, "\n  {}", loss.event.sentence());
    }
    for (loss, line) in &sorted.expired {
        _ = write!(message, "\n  {}\n  {}", loss.event.sentence(), expired(line));
    }
    if !message.is_empty() {
        let expired = sorted.expired.iter().map(|(loss, _)| loss);
        let mut keeps = sorted
            .blocked
            .iter()
            .chain(expired)
            .filter_map(|loss| loss.keep.as_ref());
        let mut help = match keeps.next() {
            Some(keep) => keep.sentence(),
            None => "leave it as it was".to_owned(),
        };
        if sorted.blocked.is_empty() {
            help.push_str(". To let it go, give the `accept` entry a later `until`");
        } else {
            let list = lines.is_empty();
            help.push_str(if list {
                ". To let it go, accept it in portcullis.toml:\n\n[review]\naccept = [\n"
            } else {
                ". To let it go, add to `accept` under `[review]`:\n\n"
            });
            for loss in sorted.blocked {
                _ = writeln!(help, "  {},", loss.ids[0].line_to_accept());
            }
            help.push_str(if list { "]" } else { "" });
        }
        return Some(Refusal {
            message: format!("this plan loses data of `{environment}`:{message}"),
            help: help.trim_end().to_owned(),
        });
    }
    let accepted = sorted.accepted.into_iter().map(|(loss, _)| loss);
    let protected: Vec<&Loss> = accepted.filter(|loss| loss.protected).collect();
    let first = protected.first()?;
    let addresses: Vec<_> = protected.iter().map(|loss| code(loss.event.address())).collect();
    Some(Refusal {
        message: format!(
            "AWS would refuse this plan halfway: `deletion_protection` is still on for {}",
            addresses.join(", ")
        ),
        help: if first.is_ours {
            format!(
                "apply `deletion_protection = false` under `[environments.{environment}]` on its own first, then apply this \
                 plan's change, then remove the key"
            )
        } else {
            let off = match first.event {
                Event::DataEnds { .. } | Event::DataNotFound { .. } => "deletion_protection_enabled = false",
                _ => "deletion_protection = \"INACTIVE\"",
            };
            format!("set `{off}` on it and apply that on its own first")
        },
    })
}
