//! From `[own]` to the resolved type.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::own::OwnModule;
use crate::own::in_service::output_of;
use crate::own::keys::OwnTable;
use crate::references::{Part, Reference, Template};
use crate::service::meaning::Resolver;
use crate::spec::Placed;

impl Resolver<'_> {
    /// The own module, if the service has one.
    pub(crate) fn own(&mut self, table: Option<&OwnTable>) -> Option<OwnModule> {
        let OwnTable { span: _, outputs } = table?;
        let outputs = outputs.value.iter().flatten();
        let summary = |output: &str| format!("duplicate output `{output}`");
        self.duplicates(outputs.clone(), |output| output, summary, "delete one of them");
        let outputs: BTreeSet<String> = outputs.map(|output| output.value.clone()).collect();
        Some(OwnModule {
            outputs: outputs.into_iter().collect(),
        })
    }

    /// Reports a variable that contains more than an output. A plan contains only its value, which couldn't be recognized
    /// there.
    pub(crate) fn output_is_whole(&mut self, text: &Placed<String>, template: &Template) {
        let output = template.references().find_map(name);
        if let (Some(output), None) = (output, output_of(template)) {
            let summary = format!("`${{own.{output}}}` must be the whole value of an environment variable");
            self.report(
                Diagnostic::new(text.span.clone(), summary)
                    .help("write the whole text into an output of `terraform/modules/own`"),
            );
        }
    }

    /// Returns whether an output in a resource, if there is one, is at its beginning and a whole part of it. Reports it
    /// otherwise.
    pub(crate) fn output_begins(&mut self, text: &Placed<String>, template: &Template) -> bool {
        let Some(output) = misplaced(template) else {
            return true;
        };
        let summary = format!(
            "`${{own.{output}}}` must be at the beginning of a resource, and only `/` or `:` may follow it"
        );
        self.report(
            Diagnostic::new(text.span.clone(), summary)
                .help("write the whole ARN into an output of `terraform/modules/own`"),
        );
        false
    }
}

/// The output that a reference names.
fn name(reference: &Reference) -> Option<&str> {
    match reference {
        Reference::Own(name) => Some(name),
        _ => None,
    }
}

/// An output in the middle of a text or of a word.
fn misplaced(template: &Template) -> Option<&str> {
    match template.parts() {
        [Part::Reference(Reference::Own(_))] => None,
        [Part::Reference(Reference::Own(_)), Part::Text(text), ..] if text.starts_with(['/', ':']) => {
            template.references().skip(1).find_map(name)
        }
        _ => template.references().find_map(name),
    }
}
