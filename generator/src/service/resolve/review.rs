//! `[review]`: the changes that somebody has said yes to.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Span};
use crate::service::resolve::Resolver;
use crate::service::{Acknowledgement, ChangeKind};
use crate::spec::{AcceptTable, ReviewTable};

impl Resolver<'_> {
    pub(super) fn acknowledgements(&mut self, table: &ReviewTable) -> Vec<Acknowledgement> {
        let mut acknowledgements = Vec::new();
        let mut seen: BTreeMap<(ChangeKind, String), Span> = BTreeMap::new();
        for accept in &table.accept {
            let Some(acknowledgement) = self.acknowledgement(accept) else {
                continue;
            };
            let key = (acknowledgement.change, acknowledgement.of.clone());
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
            acknowledgements.push(acknowledgement);
        }
        acknowledgements
    }

    fn acknowledgement(&mut self, accept: &AcceptTable) -> Option<Acknowledgement> {
        let change = accept.change.as_ref().and_then(|written| {
            let change = ChangeKind::parse(written.get_ref());
            if change.is_none() {
                let denied = ChangeKind::ALL
                    .iter()
                    .filter(|kind| kind.has_gate() && kind.can_be_acknowledged());
                self.unknown(
                    written,
                    "change that a review denies",
                    denied.map(|kind| kind.as_str()),
                );
            }
            change
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
        Some(Acknowledgement {
            change: change?,
            of: accept.of.as_ref()?.get_ref().clone(),
            reason: accept.reason.as_ref()?.get_ref().trim().into(),
            until: accept.until.as_ref().map(|until| *until.get_ref()),
        })
    }
}
