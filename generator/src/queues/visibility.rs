//! The time in which a queue hides a message from other receivers, while a function handles it.

use crate::diagnostic::Diagnostic;
use crate::resources::lambda_event_source_mapping::VISIBILITY_TIMES_TIMEOUT;
use crate::resources::sqs_queue::DEFAULT_VISIBILITY_TIMEOUT_SECONDS;
use crate::service::meaning::Resolver;
use crate::spec::{Given, Placed, Spec};

/// The least visibility timeout with which no second invocation gets a message that the first still handles.
struct Least<'a> {
    /// The timeout.
    seconds: u32,
    /// The function.
    function: &'a Placed<String>,
    /// Seconds that Lambda waits for a batch to fill.
    window: u32,
    /// The longest timeout of the function in any environment.
    timeout: u32,
}

/// The least visibility timeout of a queue for the function that it invokes.
fn least<'a>(spec: &'a Spec, queue: &str) -> Option<Least<'a>> {
    let functions = spec.functions.iter();
    let invoked = functions.filter_map(|(function, table)| {
        let mut events = table.on.iter();
        let event = events.find(|event| event.queue.value.as_deref() == Some(queue))?;
        let window = event.window_seconds.value;
        let timeout = longest_timeout(spec, function).max(table.timeout_seconds.value);
        Some(Least {
            seconds: VISIBILITY_TIMES_TIMEOUT * timeout + window,
            function,
            window,
            timeout,
        })
    });
    invoked.max_by_key(|least| least.seconds)
}

/// The longest timeout that an environment gives a function; zero if none does.
fn longest_timeout(spec: &Spec, function: &Placed<String>) -> u32 {
    let functions = spec.environments.iter().flat_map(|(_, table)| &table.functions);
    let own = functions.filter(|(other, _)| other.value == function.value);
    let timeouts = own.filter_map(|(_, table)| {
        let timeout = &table.0.timeout_seconds;
        timeout.span.as_ref().map(|_| timeout.value)
    });
    timeouts.max().unwrap_or_default()
}

impl Resolver<'_> {
    /// The seconds that queues hide a message: a queue, and that of its failed messages. Reports too few of them.
    pub(crate) fn visibility(&mut self, spec: &Spec, queues: &[&str], given: &Given<u32>) -> u32 {
        let least = queues.iter().filter_map(|queue| least(spec, queue));
        let least = least.max_by_key(|least| least.seconds);
        let Some((&written, span)) = given.placed() else {
            let seconds = least.map_or(0, |least| least.seconds);
            return seconds.max(DEFAULT_VISIBILITY_TIMEOUT_SECONDS);
        };
        if let Some(least) = least.filter(|least| written < least.seconds) {
            let Least {
                seconds,
                function,
                window,
                timeout,
            } = least;
            let and_window = match window {
                0 => String::new(),
                window => format!(" and its window of {window}"),
            };
            let summary = format!(
                "`visibility_timeout_seconds` must be at least {seconds}: {VISIBILITY_TIMES_TIMEOUT} times the timeout of \
                 `{}`, which is {timeout}{and_window}, not {written}",
                function.value
            );
            self.report(
                Diagnostic::new(span, summary)
                    .related(function.span.clone(), "the queue invokes this function")
                    .help("delete it, because this is the default"),
            );
        }
        written
    }
}
