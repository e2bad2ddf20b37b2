//! The data-loss guard: the identity data that a plan would lose, and whether the spec accepts that.
//!
//! Nobody can recreate users, because Cognito gives nobody their passwords. So the guard refuses the loss of a user pool,
//! of an attribute of its users or of the domain of its sign-in pages, wherever in the module tree it stands and whoever
//! wrote it there, unless an `accept` entry names exactly that. This holds for every plan that is applied outside
//! `local`, reviewed or not.
//!
//! The guard reads what the plan does, not what the spec says. So a pool is also lost if the state forgets it (`removed`
//! blocks), if Terraform does not find it (another region, another account) and creates an empty one, and if it is no
//! longer in the state (`terraform state rm`) while its clients are. An unknown action counts as a loss.

mod losses;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt::Write;

pub use losses::{Attribute, Ending, Event, Keep, Loss, Reason, losses};

use crate::review::report::line_to_accept;
use crate::sentences::expired;
use crate::service::{Answer, Date, Service, answer};
use portcullis_foreign_text::words::code;

/// Why a plan may not be applied: all of it, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What would be lost, a line each.
    pub message: String,
    /// What keeps it, and the `accept` entries that let it go.
    pub help: String,
}

/// Refuses losses that no `accept` entry names; `today` is the day in UTC.
///
/// An entry is not enough while AWS protects a pool: AWS would refuse to delete it in the middle of the apply, after the
/// new one was created and the clients moved.
pub fn judge(losses: &[Loss], service: &Service, environment: &str, today: Date) -> Option<Refusal> {
    let mut message = String::new();
    let mut missing = Vec::new();
    let mut keeps = Vec::new();
    let mut protected = Vec::new();
    for loss in losses {
        let names: Vec<_> = loss.names.iter().map(|(kind, of)| (*kind, of.as_str())).collect();
        match answer(&service.accepted_changes, &names, today) {
            Answer::Accepted(_) => {
                protected.extend(loss.protected.then_some(loss));
                continue;
            }
            Answer::Expired(line) => {
                _ = write!(message, "\n  {}\n  {}", loss.event.sentence(), expired(line));
            }
            Answer::None => {
                _ = write!(message, "\n  {}", loss.event.sentence());
                missing.push(&loss.names[0]);
            }
        }
        keeps.extend(&loss.keep);
    }
    if !message.is_empty() {
        let mut help = match keeps.first() {
            Some(keep) => keep.sentence(),
            None => "leave it as it was".to_owned(),
        };
        if missing.is_empty() {
            help.push_str(". To let it go, give the `accept` entry a later `until`");
        } else {
            let list = service.accepted_changes.is_empty();
            help.push_str(if list {
                ". To let it go, accept it in portcullis.toml:\n\n[review]\naccept = [\n"
            } else {
                ". To let it go, add to `accept` under `[review]`:\n\n"
            });
            for (change, of) in missing {
                _ = writeln!(help, "  {},", line_to_accept(*change, of));
            }
            help.push_str(if list { "]" } else { "" });
        }
        return Some(Refusal {
            message: format!("this plan loses user data of `{environment}`:{message}"),
            help: help.trim_end().to_owned(),
        });
    }
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
            "set `deletion_protection = \"INACTIVE\"` on it and apply that on its own first".to_owned()
        },
    })
}
