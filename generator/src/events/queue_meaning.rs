//! From queues in entries of `on` to the resolved types.

use crate::diagnostic::Diagnostic;
use crate::events::Queue;
use crate::resources::lambda_event_source_mapping::BATCH_OF_QUEUE;
use crate::service::meaning::Resolver;
use crate::spec::{EventTable, FunctionTable, Given, Placed, Spec};
use crate::uses::{Datum, Kind};

impl Resolver<'_> {
    /// The queue that an entry names. Reports an unknown one, and one that another function receives from.
    pub(crate) fn consumed(
        &mut self,
        spec: &Spec,
        function: &Placed<String>,
        queue: &Given<String>,
    ) -> Option<Datum> {
        let (name, span) = queue.placed()?;
        let found = self.source(spec, Kind::Queues, queue)?;
        // Each message goes to one of them, and nothing says to which.
        let functions = spec.functions.iter();
        let mut others = functions
            .filter(|(other, _)| other.value != function.value)
            .filter_map(|(_, table)| {
                let mut entries = table.on.iter();
                entries.find_map(|entry| Some(entry.queue.placed()?).filter(|(other, _)| *other == name))
            });
        if let Some((_, first)) = others.find(|(_, other)| other.start < span.start) {
            self.report(
                Diagnostic::new(
                    span,
                    format!("the queue `{name}` must invoke one function, not two"),
                )
                .related(first, "the other one")
                .help("give each function a queue of its own: each message goes to one of them only"),
            );
        }
        Some(found)
    }

    /// Reports batches that Lambda doesn't make of a queue:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
    pub(crate) fn batch_of_queue(&mut self, table: &EventTable, queue: &Queue) {
        let Queue {
            queue,
            batch,
            window_seconds,
            ..
        } = queue;
        let is_fifo = !queue.suffix.is_empty();
        let name = &queue.name;
        if let (true, Some(span)) = (*batch > BATCH_OF_QUEUE, table.batch.span.clone()) {
            let but = |of: &str| format!("`batch` must be at most {BATCH_OF_QUEUE} {of}, not {batch}");
            if is_fifo {
                let summary = but(&format!("for the FIFO queue `{name}`"));
                self.report(Diagnostic::new(span, summary).help(format!("write `batch = {BATCH_OF_QUEUE}`")));
            } else if *window_seconds == 0 {
                let summary = but("without `window_seconds`");
                self.report(Diagnostic::new(span, summary).help("add `window_seconds = 1` or more"));
            }
        }
        if let (true, Some(span)) = (is_fifo && *window_seconds > 0, table.window_seconds.span.clone()) {
            let summary =
                format!("`window_seconds` must be 0 for the FIFO queue `{name}`, not {window_seconds}");
            self.report(Diagnostic::new(span, summary).help("delete `window_seconds`"));
        }
    }

    /// Reports queues that may invoke a function more often at a time than is reserved for it. It would be throttled, and
    /// messages would fail: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
    pub(crate) fn concurrency_of_queues(&mut self, written: &FunctionTable, whole: &FunctionTable) {
        let Some((&reserved, place)) = whole.reserved_concurrency.placed() else {
            return;
        };
        let limits = whole.on.iter().filter_map(|event| event.max_concurrency.placed());
        let (most, mut places): (Vec<u32>, Vec<_>) = limits.map(|(most, span)| (*most, span)).unzip();
        let most: u32 = most.iter().sum();
        let is_written = written.reserved_concurrency.is_written();
        if is_written
            && most > reserved
            && let Some(last) = places.pop()
        {
            let summary = match places[..] {
                [] => format!(
                    "`max_concurrency` must be at most `reserved_concurrency`, which is {reserved}, not {most}"
                ),
                _ => format!(
                    "the sum of `max_concurrency` must be at most `reserved_concurrency`, which is {reserved}, not {most}"
                ),
            };
            let report = Diagnostic::new(last, summary).related(place, "reserved here");
            let report = places
                .into_iter()
                .fold(report, |report, other| report.related(other, "and"));
            self.report(report.help(format!("lower it, or write `reserved_concurrency = {most}`")));
        }
    }
}
