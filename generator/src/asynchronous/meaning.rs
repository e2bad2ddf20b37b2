//! From `on_failure` of a function to the queue or topic that it names.

use portcullis_foreign_text::printable::code;

use crate::asynchronous::action;
use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::{Given, Spec};
use crate::uses::Datum;
use crate::uses::declared::{self, Declared};

impl Resolver<'_> {
    /// The queue or topic that gets events that a function could not handle, by its path. Lambda sends to standard queues and
    /// topics only: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
    pub(crate) fn failure_destination(&mut self, spec: &Spec, path: &Given<String>) -> Option<Datum> {
        let (path, span) = path.placed()?;
        let all = declared::all(spec)
            .into_iter()
            .map(|Declared { datum, .. }| datum);
        let mut possible: Vec<Datum> = all.filter(|datum| action(datum.kind).is_some()).collect();
        let Some(place) = possible.iter().position(|datum| datum.to_string() == *path) else {
            let taken = possible.iter().filter(|datum| datum.suffix.is_empty());
            let known: Vec<String> = taken.map(ToString::to_string).collect();
            let known = || known.iter().map(String::as_str);
            let summary = format!(
                "`on_failure` must be a queue or topic of the spec, not {}",
                code(path)
            );
            let report = Diagnostic::new(span, summary).similar(path, "one", known());
            self.report(match known().next() {
                None => report.help(
                    "declare a queue, as in `[queues.failed]`, and write `on_failure = \"queues.failed\"`",
                ),
                Some(_) => report.known(known()),
            });
            return None;
        };
        let found = possible.swap_remove(place);
        if !found.suffix.is_empty() {
            let noun = found.kind.declaration().noun;
            let summary = format!("`on_failure` must be a {noun} without `fifo`, not `{path}`");
            let help =
                format!("name another {noun}: Lambda sends failed events to standard queues and topics only");
            self.report(Diagnostic::new(span, summary).help(help));
            return None;
        }
        Some(found)
    }
}
