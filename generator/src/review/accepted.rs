//! `[review]`: the changes that somebody has said yes to.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::service::meaning::Resolver;
use crate::service::{AcceptedChange, ChangeKind, Class};
use crate::spec::{AcceptTable, ReviewTable};

impl Resolver<'_> {
    pub(crate) fn accepted_changes(&mut self, table: &ReviewTable) -> Vec<AcceptedChange> {
        let mut accepted_changes = Vec::new();
        let mut seen: BTreeMap<(ChangeKind, String), Span> = BTreeMap::new();
        for accept in &table.accept {
            let Some(accepted_change) = self.accepted_change(accept) else {
                continue;
            };
            let key = (accepted_change.change, accepted_change.of.clone());
            if let Some(first) = seen.get(&key) {
                self.report(
                    Diagnostic::new(
                        accept.span.clone(),
                        format!("`{}` of `{}` is accepted twice", key.0.as_str(), key.1),
                    )
                    .related(first.clone(), "first here")
                    .hint("keep the line with the reason that holds"),
                );
                continue;
            }
            seen.insert(key, accept.span.clone());
            accepted_changes.push(accepted_change);
        }
        accepted_changes
    }

    fn accepted_change(&mut self, accept: &AcceptTable) -> Option<AcceptedChange> {
        let change = accept.change.as_ref().and_then(|written| {
            let Some(change) = ChangeKind::parse(written.get_ref()) else {
                let acceptable = ChangeKind::ALL.iter().filter(|kind| kind.can_be_accepted());
                self.unknown(written, "change", acceptable.map(|kind| kind.as_str()));
                return None;
            };
            let (rule, help) = match change.class() {
                Class::Acceptable => return Some(change),
                Class::Info => (
                    "is never blocked: there is nothing to accept",
                    "delete this entry",
                ),
                Class::Unacceptable(instead) => ("can't be accepted: it is always blocked", instead),
            };
            let message = format!("`{}` {rule}", change.as_str());
            self.report(Diagnostic::new(written.span(), message).hint(help));
            None
        });
        if let Some(reason) = accept
            .reason
            .as_ref()
            .filter(|reason| reason.get_ref().trim().is_empty())
        {
            self.report(
                Diagnostic::new(reason.span(), "a reason holds words")
                    .hint("say why the change is right, for who reads the spec a year from now"),
            );
        }
        Some(AcceptedChange {
            change: change?,
            of: accept.of.as_ref()?.get_ref().clone(),
            reason: accept.reason.as_ref()?.get_ref().trim().into(),
            until: accept.until.as_ref().map(|until| *until.get_ref()),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::service::{ChangeKind, Class};

    /// What a spec that accepts a change of a kind is told; empty if it is right.
    fn mistakes(kind: ChangeKind) -> String {
        let spec = format!(
            "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n\n[user_pool.clients.cli]\nauth_flows = [\"user_srp\"]\n\n\
             [functions.hello]\n\n[routes]\n\"GET /\" = {{ function = \"hello\" }}\n\n[environments.dev]\n\n[review]\n\
             accept = [{{ change = \"{}\", of = \"dev: hello\", reason = \"Ours\" }}]\n",
            kind.as_str()
        );
        let mistakes = crate::service(&spec, None).err();
        mistakes.map_or_else(String::new, |mistakes| mistakes.render("spec", &spec, false))
    }

    #[test]
    fn a_line_that_no_judge_would_take_is_a_mistake_at_its_place() {
        for kind in ChangeKind::ALL.iter().copied() {
            let said = mistakes(kind);
            let rule = match kind.class() {
                Class::Acceptable => {
                    assert_eq!(said, "");
                    continue;
                }
                Class::Info => "is never blocked",
                Class::Unacceptable(_) => "can't be accepted",
            };
            let line = format!("error: `{}` {rule}", kind.as_str());
            assert!(said.starts_with(&line), "{said}");
            assert!(said.contains("--> spec:16:22"), "{said}");
            assert!(said.contains("help: "), "{said}");
        }
    }
}
