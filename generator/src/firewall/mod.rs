//! The firewall for identity data: what a plan would lose of it, and whether the spec says that it may.
//!
//! Users can't be made again: Cognito gives nobody their passwords. So the loss of a user pool, of an attribute of its
//! users or of the address of its sign-in pages is refused, wherever in the module tree it stands and whoever wrote it
//! there, unless a line of `[review]` answers for exactly that. This holds for every plan that is applied elsewhere than
//! in `local`, reviewed or not.
//!
//! What counts is what the plan does, not what the spec says: a pool is also lost where the state forgets it (`removed`
//! blocks), where Terraform does not find it (another region, another account) and makes an empty one in its place, and
//! where it is no longer in the state (`terraform state rm`) while what hangs on it is. An action that is not known is
//! one that loses.

mod losses;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt::Write;

pub use losses::{Loss, losses};

use crate::service::{Answer, Date, Service, answer};

/// Why a plan may not be applied: all of it, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What would be lost, a line each.
    pub message: String,
    /// What keeps it, and the lines by which the spec says that it may go.
    pub hint: String,
}

/// Refuses what nobody answers for; `today` is the day in UTC. `None` where nothing is lost that may not be.
///
/// A line of `[review]` is not enough while AWS protects a pool: it would refuse to delete it in the middle of the
/// apply, when the new one is made and the clients have moved.
pub fn judge(losses: &[Loss], service: &Service, environment: &str, today: Date) -> Option<Refusal> {
    let mut message = String::new();
    let mut missing = Vec::new();
    let mut keeps = Vec::new();
    let mut protected = Vec::new();
    for loss in losses {
        let names: Vec<_> = loss
            .answers
            .iter()
            .map(|(kind, of)| (*kind, of.as_str()))
            .collect();
        match answer(&service.accepted_changes, &names, today) {
            Answer::Accepted(_) => {
                protected.extend(loss.protected.then_some(loss));
                continue;
            }
            Answer::Expired(line) => {
                let until = line.until.map(|until| format!(" until {until}"));
                _ = write!(
                    message,
                    "\n  {}; `{}` of `{}` was accepted{}, and that day is over",
                    loss.sentence,
                    line.change.as_str(),
                    line.of,
                    until.unwrap_or_default()
                );
            }
            Answer::None => {
                _ = write!(message, "\n  {}", loss.sentence);
                missing.push(&loss.answers[0]);
            }
        }
        keeps.extend(&loss.keep);
    }
    if !message.is_empty() {
        let mut hint = match keeps.first() {
            Some(keep) => format!("{keep}. If it may go"),
            None => "leave it as it was. If it may go".to_owned(),
        };
        if missing.is_empty() {
            hint.push_str(", give the line of `[review]` a later `until`");
        } else {
            let list = service.accepted_changes.is_empty();
            hint.push_str(if list {
                ", say so in portcullis.toml:\n\n[review]\naccept = [\n"
            } else {
                ", say so in `accept` of `[review]`:\n\n"
            });
            for (change, of) in missing {
                let line = toml::Value::String(of.clone());
                let change = change.as_str();
                _ = writeln!(
                    hint,
                    "  {{ change = \"{change}\", of = {line}, reason = \"…\" }},"
                );
            }
            hint.push_str(if list { "]" } else { "" });
        }
        return Some(Refusal {
            message: format!("this plan would lose identity data of `{environment}`:{message}"),
            hint: hint.trim_end().to_owned(),
        });
    }
    let first = protected.first()?;
    let addresses: Vec<_> = protected
        .iter()
        .map(|loss| portcullis_foreign_text::words::code(&loss.address))
        .collect();
    Some(Refusal {
        message: format!(
            "AWS would refuse in the middle of this plan: {} may go, and its `deletion_protection` is still on",
            addresses.join(", ")
        ),
        hint: if first.is_ours {
            format!(
                "apply `deletion_protection = false` under `[environments.{environment}]` by itself first, then this; \
                 then take it out again"
            )
        } else {
            "apply `deletion_protection = \"INACTIVE\"` on it by itself first, then this".to_owned()
        },
    })
}
