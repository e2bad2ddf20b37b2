//! The events that `terraform apply -json` and `destroy -json` report, and their display.

use std::io::{IsTerminal, stderr};

use portcullis_foreign_text::printable;
use serde::Deserialize;

use crate::talk;

/// One line of Terraform's.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A resource will be changed.
    PlannedChange,
    /// Work on a resource began.
    ApplyStart {
        /// The resource and the action.
        hook: Hook,
    },
    /// Work on a resource ended.
    ApplyComplete {
        /// The resource and the action.
        hook: Hook,
    },
    /// Totals.
    ChangeSummary {
        /// The counts.
        changes: Changes,
    },
    /// An error or a warning.
    Diagnostic {
        /// Its text.
        diagnostic: Diagnostic,
    },
    /// Any other event, or one of a newer version.
    #[serde(other)]
    Other,
}

/// A resource and its action.
#[derive(Debug, Deserialize)]
pub struct Hook {
    /// The resource.
    pub resource: Resource,
    /// `create`, `update`, `delete` or `replace`.
    pub action: String,
}

/// A resource's names.
#[derive(Debug, Deserialize)]
pub struct Resource {
    /// Absolute address.
    pub addr: String,
    /// Type.
    pub resource_type: String,
}

/// Totals of a run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
pub struct Changes {
    /// Created.
    pub add: u32,
    /// Changed in place.
    pub change: u32,
    /// Destroyed.
    pub remove: u32,
}

/// An error or a warning.
#[derive(Debug, Deserialize)]
pub struct Diagnostic {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    address: Option<String>,
}

impl Event {
    /// Reads a line. Lines without an event are [`Event::Other`].
    pub fn read(line: &str) -> Self {
        serde_json::from_str(line).unwrap_or(Self::Other)
    }
}

/// The result of a run. While it runs, it shows a counting line on a terminal, and errors everywhere.
#[derive(Debug, Default)]
pub struct Applied {
    /// The totals that Terraform reported last.
    pub changes: Changes,
    /// Types of the resources that were deleted.
    pub deleted: Vec<String>,
    planned: u32,
    done: u32,
    drawn: bool,
}

impl Applied {
    /// Takes note of an event and shows it.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::PlannedChange => self.planned += 1,
            Event::ApplyStart { hook } => self.draw(&hook.resource.addr),
            Event::ApplyComplete { hook } => {
                self.done += 1;
                if hook.action == "delete" {
                    self.deleted.push(hook.resource.resource_type);
                }
                self.draw(&hook.resource.addr);
            }
            Event::ChangeSummary { changes } => self.changes = changes,
            Event::Diagnostic { diagnostic } => {
                self.finish();
                show(&diagnostic);
            }
            Event::Other => {}
        }
    }

    fn draw(&mut self, address: &str) {
        if !stderr().is_terminal() {
            return;
        }
        let name: String = address.chars().take(80).collect();
        talk::drawn(&format!(
            "\r\u{1b}[2K  {}/{} {}",
            self.done,
            self.planned.max(self.done),
            printable::plain(&name)
        ));
        self.drawn = true;
    }

    /// Removes the counting line.
    pub fn finish(&mut self) {
        if std::mem::take(&mut self.drawn) {
            talk::drawn("\r\u{1b}[2K");
        }
    }
}

fn show(diagnostic: &Diagnostic) {
    let (style, word) = if diagnostic.severity == "error" {
        ("31", "error:")
    } else {
        ("33", "warning:")
    };
    let summary = printable::plain(&diagnostic.summary);
    talk::say(format!("{} {summary}", talk::paint(style, word)));
    if let Some(address) = &diagnostic.address {
        talk::say(format!("  with {}", printable::plain(address)));
    }
    for line in diagnostic.detail.lines() {
        talk::say(format!("  {line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terraform_reports_is_counted() {
        let mut applied = Applied::default();
        for line in [
            r#"{"@level":"info","type":"version","terraform":"1.11.4","ui":"1.2"}"#,
            r#"{"type":"planned_change","change":{"resource":{"addr":"a.b"},"action":"delete"}}"#,
            r#"{"type":"apply_complete","hook":{"resource":{"addr":"a.b","resource_type":"a"},"action":"delete","elapsed_seconds":0}}"#,
            r#"{"type":"change_summary","changes":{"add":0,"change":0,"import":0,"remove":1,"operation":"apply"}}"#,
            "not JSON",
        ] {
            applied.take(Event::read(line));
        }
        assert_eq!(
            applied.changes,
            Changes {
                add: 0,
                change: 0,
                remove: 1
            }
        );
        assert_eq!(applied.deleted, ["a"]);
        assert_eq!((applied.planned, applied.done), (1, 1));
    }
}
