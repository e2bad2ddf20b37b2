//! From `on_failure` of a function or of an event to the queue or topic that it names.

use portcullis_foreign_text::printable::code;

use crate::diagnostic::Diagnostic;
use crate::service::meaning::Resolver;
use crate::spec::{Given, Spec};
use crate::uses::declared::{self, Declared};
use crate::uses::{Datum, Kind};

impl Resolver<'_> {
    /// The queue or topic that gets what could not be handled, by its path. These send to standard queues and topics only:
    ///
    /// - Lambda with asynchronous events: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
    /// - Lambda with changes of tables: <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
    /// - SNS, whose topics have queues of their own type: <https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html>
    pub(crate) fn failure_destination(
        &mut self,
        spec: &Spec,
        path: &Given<String>,
        kinds: &[Kind],
    ) -> Option<Datum> {
        let (path, span) = path.placed()?;
        let all = declared::all(spec)
            .into_iter()
            .map(|Declared { datum, .. }| datum);
        let mut possible: Vec<Datum> = all.filter(|datum| kinds.contains(&datum.kind)).collect();
        let nouns = kinds.iter().map(|kind| kind.declaration().noun);
        let nouns = nouns.collect::<Vec<_>>().join(" or ");
        let Some(place) = possible.iter().position(|datum| datum.to_string() == *path) else {
            let taken = possible.iter().filter(|datum| datum.suffix.is_empty());
            let known: Vec<String> = taken.map(ToString::to_string).collect();
            let known = || known.iter().map(String::as_str);
            let summary = format!("`on_failure` must be a {nouns} of the spec, not {}", code(path));
            let report = Diagnostic::new(span, summary).similar(path, &format!("a {nouns}"), known());
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
            let help = format!("name another {noun}: failures go to those without `fifo` only");
            self.report(Diagnostic::new(span, summary).help(help));
            return None;
        }
        Some(found)
    }
}
