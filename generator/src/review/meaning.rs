//! From `[review]` to the accepted changes.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::review::{AcceptedChange, ChangeKind, Class};
use crate::service::meaning::Resolver;
use crate::spec::{self, AcceptTable, ReviewTable};

/// Reads a file of accepted changes, which has the keys of `[review]` at its top.
pub fn accepted_changes(text: &str) -> Result<Vec<AcceptedChange>, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    let table = spec::document::<ReviewTable>(text, &mut diagnostics);
    let accepted = table.map(|table| Reading(&mut diagnostics).accepted_changes(&table));
    match accepted {
        Some(accepted) if diagnostics.is_empty() => Ok(accepted),
        _ => Err(diagnostics),
    }
}

impl Resolver<'_> {
    pub(crate) fn accepted_changes(&mut self, table: &ReviewTable) -> Vec<AcceptedChange> {
        Reading(self.diagnostics).accepted_changes(table)
    }
}

/// Reads entries, and reports their errors.
struct Reading<'d>(&'d mut Diagnostics);

impl Reading<'_> {
    fn accepted_changes(&mut self, table: &ReviewTable) -> Vec<AcceptedChange> {
        let ReviewTable { span: _, accept } = table;
        let mut accepted = Vec::new();
        let mut seen: BTreeMap<(ChangeKind, String), Span> = BTreeMap::new();
        for table in accept {
            let AcceptTable {
                span,
                change,
                of,
                reason,
                until,
            } = table;
            let change = change.placed().and_then(|(text, span)| self.change(text, span));
            let (Some(change), Some(of)) = (change, of.value.clone()) else {
                continue;
            };
            if let Some(first) = seen.get(&(change, of.clone())) {
                let summary = format!("duplicate accepted change `{}` of `{of}`", change.as_str());
                self.0.push(
                    Diagnostic::new(span.clone(), summary)
                        .related(first.clone(), "first here")
                        .help("keep the one with the right reason"),
                );
                continue;
            }
            seen.insert((change, of.clone()), span.clone());
            let reason = reason.value.as_deref().unwrap_or_default().trim().into();
            let until = until.value;
            accepted.push(AcceptedChange {
                change,
                of,
                reason,
                until,
            });
        }
        accepted
    }

    /// Reads a kind of change that can be accepted.
    fn change(&mut self, text: &str, span: Span) -> Option<ChangeKind> {
        let Some(change) = ChangeKind::parse(text) else {
            let acceptable = ChangeKind::ALL.iter().filter(|kind| kind.can_be_accepted());
            let names = acceptable.map(|kind| kind.as_str());
            self.0.push(
                Diagnostic::new(span, format!("unknown `change` `{text}`"))
                    .similar(text, "a kind of change", names.clone())
                    .known(names),
            );
            return None;
        };
        let (label, help) = match change.class() {
            Class::Acceptable => return Some(change),
            Class::Info => ("never blocked", "delete this entry"),
            Class::Unacceptable(instead) => ("always blocked", instead),
        };
        let summary = format!("`change` must be a kind that can be accepted, not `{text}`");
        self.0
            .push(Diagnostic::new(span, summary).label(label).help(help));
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::review::{ChangeKind, Class};

    /// Returns the error for an entry with a kind of change; empty if the kind can be accepted.
    fn errors(kind: ChangeKind) -> String {
        let spec = format!(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n\n[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n\n\
             [functions.hello]\n\n[routes]\n\"GET /\" = {{ function = \"hello\" }}\n\n[environments.dev]\n\n[review]\n\
             accept = [{{ change = \"{}\", of = \"dev: hello\", reason = \"Ours\" }}]\n",
            kind.as_str()
        );
        let errors = crate::service(&spec, None).err();
        errors.map_or_else(String::new, |errors| errors.render("spec", &spec, false))
    }

    #[test]
    fn an_entry_that_can_accept_nothing_is_an_error_at_its_place() {
        for kind in ChangeKind::ALL.iter().copied() {
            let text = errors(kind);
            let label = match kind.class() {
                Class::Acceptable => {
                    assert_eq!(text, "");
                    continue;
                }
                Class::Info => "never blocked",
                Class::Unacceptable(_) => "always blocked",
            };
            let line = format!(
                "error: `change` must be a kind that can be accepted, not `{}`",
                kind.as_str()
            );
            assert!(text.contains(label), "{text}");
            assert!(text.starts_with(&line), "{text}");
            assert!(text.contains("--> spec:16:22"), "{text}");
            assert!(text.contains("help: "), "{text}");
        }
    }
}
