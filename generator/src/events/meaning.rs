//! From the entries of `on` to the events of a function.

use std::collections::BTreeMap;

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, Span};
use crate::events::{Event, Queue, Rule, Schedule, Stream, Topic, names, rights};
use crate::functions::statement::Statement;
use crate::identifier::Identifier;
use crate::resources::lambda_event_source_mapping::{BATCH_OF_QUEUE, BATCH_OF_STREAM, MOST_FILTERS};
use crate::resources::{cloudwatch_event_rule, iam_role, scheduler_schedule};
use crate::service::meaning::{Resolver, longest_environment};
use crate::spec::field::Keys;
use crate::spec::{EventTable, Given, Placed, Spec};
use crate::uses::declaration::Declaration;
use crate::uses::{Datum, Kind, declared};

/// The kinds of events: the key that names the source, and the keys that may stand beside it.
const KINDS: [(&str, &[&str]); 6] = [
    ("schedule", &["name", "timezone", "input"]),
    ("event", &["name", "bus"]),
    ("bucket", &["name", "events", "prefix", "suffix"]),
    ("topic", &["filter", "filter_on", "on_failure"]),
    (
        "queue",
        &[
            "batch",
            "window_seconds",
            "filters",
            "partial_failures",
            "max_concurrency",
        ],
    ),
    (
        "table",
        &[
            "batch",
            "window_seconds",
            "filters",
            "partial_failures",
            "starting_position",
            "bisect",
            "retries",
            "max_age_seconds",
            "parallelization",
            "on_failure",
        ],
    ),
];

/// Keys of an entry that are keys of the function, too. There they hold for schedules, events, buckets and topics.
const OF_FUNCTION: [&str; 3] = ["retries", "max_age_seconds", "on_failure"];

/// The names of blocks in Terraform, each with the place of what has it.
pub(crate) type Labels = BTreeMap<Identifier, (Span, String)>;

impl Resolver<'_> {
    /// Returns the events of a function, by kind and name, and the statements of its role that this needs.
    pub(crate) fn events(
        &mut self,
        spec: &Spec,
        function: &Placed<String>,
        tables: &[EventTable],
        labels: &mut Labels,
    ) -> (Vec<Event>, Vec<Statement>) {
        let mut events = Vec::new();
        let mut statements = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for table in tables {
            let Some(event) = self.event(spec, function, table) else {
                continue;
            };
            // An invalid name is not the default one, which another entry may have.
            if table.name.is_written() && table.name.value.is_none() {
                continue;
            }
            let place = table
                .name
                .span
                .clone()
                .unwrap_or_else(|| place(table, event.kind()));
            if let Some(first) = seen.insert(event.key(), place.clone()) {
                self.same_event(&event, place, first);
                continue;
            }
            let name = Placed {
                span: place,
                value: format!("{}.{}", function.value, event.name()),
            };
            self.collision(labels, names::label(&function.value, &event), &name, "event");
            self.event_name_length(spec, &function.value, &event, &name.span);
            let key_of = |datum: &Datum| declared::find(spec, &datum.to_string())?.kms_key;
            let of_event = rights::statements(&event, key_of);
            statements.extend(
                of_event
                    .into_iter()
                    .filter(|one| !statements.contains(one))
                    .collect::<Vec<_>>(),
            );
            events.push(event);
        }
        events.sort_by_key(Event::key);
        (events, statements)
    }

    /// One entry. None if it has no source, or several, or a wrong one.
    fn event(&mut self, spec: &Spec, function: &Placed<String>, table: &EventTable) -> Option<Event> {
        let EventTable {
            span: _,
            schedule,
            timezone,
            input,
            event,
            bus,
            topic,
            filter,
            filter_on,
            bucket: _, // `Self::objects`
            events: _,
            prefix: _,
            suffix: _,
            name,
            queue,
            table: source,
            batch,
            window_seconds,
            filters,
            partial_failures,
            starting_position,
            bisect,
            retries,
            max_age_seconds,
            parallelization,
            on_failure,
            max_concurrency,
        } = table;
        let kind = self.kind(&function.value, table)?;
        let name = |kind: &str| name.value.clone().unwrap_or_else(|| kind.to_owned());
        Some(match kind {
            "schedule" => Event::Schedule(Schedule {
                schedule: self.times(schedule)?,
                name: name(kind),
                timezone: timezone.value.clone(),
                input: input.value.clone(),
            }),
            "event" => Event::Rule(Rule {
                event: event.value.clone()?,
                name: name(kind),
                bus: bus.value.clone(),
            }),
            "bucket" => Event::Objects(self.objects(spec, function, table)?),
            "topic" => {
                self.filter_of_topic(filter, filter_on.value);
                Event::Topic(Topic {
                    topic: self.topic_of(spec, topic)?,
                    filter: filter.value.clone(),
                    filter_on: filter_on.value,
                    on_failure: self.failure_destination(spec, on_failure, &[Kind::Queues]),
                })
            }
            "queue" => {
                self.most_filters(filters);
                let event = Queue {
                    queue: self.consumed(spec, function, queue)?,
                    batch: batch.value.unwrap_or(BATCH_OF_QUEUE),
                    window_seconds: window_seconds.value,
                    filters: values(filters),
                    partial_failures: partial_failures.value,
                    max_concurrency: max_concurrency.value,
                };
                self.batch_of_queue(table, &event);
                Event::Queue(event)
            }
            _ => {
                self.most_filters(filters);
                Event::Stream(Stream {
                    table: self.streamed(spec, source)?,
                    batch: batch.value.unwrap_or(BATCH_OF_STREAM),
                    window_seconds: window_seconds.value,
                    filters: values(filters),
                    partial_failures: partial_failures.value,
                    starting_position: starting_position.value,
                    bisect: bisect.value,
                    retries: retries.value,
                    max_age_seconds: max_age_seconds.value,
                    parallelization: parallelization.value,
                    on_failure: self.failure_destination(spec, on_failure, &[Kind::Queues]),
                })
            }
        })
    }

    /// The times of a schedule. Reports fields that AWS refuses.
    fn times(&mut self, schedule: &Given<String>) -> Option<String> {
        let (times, span) = schedule.placed()?;
        let Some(error) = scheduler_schedule::schedule_error(times) else {
            return Some(times.clone());
        };
        let summary = format!("`schedule` must be a valid schedule: {error}");
        self.report(Diagnostic::new(span, summary).help(scheduler_schedule::SCHEDULE_HELP));
        None
    }

    /// The key that names the source of an entry. Reports none, several, and keys of other kinds.
    fn kind(&mut self, function: &str, table: &EventTable) -> Option<&'static str> {
        let written = table.written();
        let is_kind = |key: &str| KINDS.iter().find(|(kind, _)| *kind == key);
        let mut sources = written.iter().filter(|(key, _)| is_kind(key).is_some());
        let all = KINDS.map(|(kind, _)| format!("`{kind}`")).join(", ");
        let Some((kind, place)) = sources.next() else {
            if self.diagnostics.has_unknown_key_in(&table.span) {
                return None;
            }
            self.report(
                Diagnostic::new(table.span.clone(), "missing source in an entry of `on`").help(format!(
                    "add one of {all}, as in `{{ schedule = \"rate(1 day)\" }}`"
                )),
            );
            return None;
        };
        if let Some((other, second)) = sources.next() {
            let summary = format!("an entry of `on` must have one source, not `{kind}` and `{other}`");
            self.report(
                Diagnostic::new(second.clone(), summary)
                    .related(place.clone(), "the other one")
                    .help("make two entries of it"),
            );
            return None;
        }
        let (kind, own) = is_kind(kind)?;
        for (key, span) in written
            .iter()
            .filter(|(key, _)| key != kind && !own.contains(key))
        {
            let others = KINDS.iter().filter(|(_, keys)| keys.contains(key));
            let others: Vec<String> = others.map(|(kind, _)| format!("`{kind}`")).collect();
            let summary = format!("`{key}` must be beside {}, not beside `{kind}`", either(&others));
            let help = match (*kind, OF_FUNCTION.contains(key)) {
                ("queue", true) => format!("delete `{key}`, and set `failed_after` of the queue"),
                ("table", _) | (_, false) => format!("delete `{key}`"),
                (_, true) => format!("move `{key}` to the function, as in `[functions.{function}]`"),
            };
            self.report(Diagnostic::new(span.clone(), summary).help(help));
        }
        Some(kind)
    }

    /// Reports two events of one name, or of one source.
    fn same_event(&mut self, event: &Event, place: Span, first: Span) {
        let report = Diagnostic::new(place, format!("duplicate {} `{}`", event.kind(), event.name()));
        let report = report.related(first, "first here");
        self.report(match event {
            Event::Schedule(_) | Event::Rule(_) | Event::Objects(_) => {
                report.help("name one of them, as in `name = \"nightly\"`")
            }
            Event::Topic(_) => report.help("delete one of them: a function has one subscription to a topic"),
            Event::Stream(_) | Event::Queue(_) => {
                report.help("delete one of them, or put both into one entry with several `filters`")
            }
        });
    }

    /// The data of a kind that an entry names as its source. Reports unknown data.
    pub(crate) fn source(&mut self, spec: &Spec, kind: Kind, given: &Given<String>) -> Option<Datum> {
        let (name, span) = given.placed()?;
        let mut data = data(spec, kind);
        if let Some(place) = data.iter().position(|datum| datum.name == *name) {
            return Some(data.swap_remove(place));
        }
        let Declaration { noun, example, .. } = kind.declaration();
        let known = || data.iter().map(|datum| datum.name.as_str());
        let report = Diagnostic::new(span, format!("unknown {noun} {} in `on`", code(name)));
        self.report(if data.is_empty() {
            report.help(format!("declare the {noun}, as in {example}"))
        } else {
            report.similar(name, &format!("a {noun}"), known()).known(known())
        });
        None
    }

    /// A table with a stream.
    fn streamed(&mut self, spec: &Spec, table: &Given<String>) -> Option<String> {
        let (name, span) = table.placed()?;
        let known = || spec.tables.iter().map(|(name, _)| name.value.as_str());
        let Some((_, found)) = spec.tables.iter().find(|(other, _)| other.value == *name) else {
            let report = Diagnostic::new(span, format!("unknown table {} in `on`", code(name)));
            let report = report.similar(name, "a table", known());
            self.report(if spec.tables.is_empty() {
                report.help("declare it, as in `[tables.orders]` with `partition_key = \"customer\"` and `stream = \"new_image\"`")
            } else {
                report.known(known())
            });
            return None;
        };
        if !found.stream.is_written() {
            self.report(
                Diagnostic::new(
                    span,
                    format!("`table` must be a table with a `stream`, not `{name}`"),
                )
                .related(found.span.clone(), "it has no stream")
                .help(format!(
                    "add `stream = \"new_and_old_images\"` to `[tables.{name}]`"
                )),
            );
            return None;
        }
        Some(name.clone())
    }

    fn most_filters(&mut self, filters: &Given<Vec<Placed<serde_json::Value>>>) {
        if let Some((filters, span)) = filters.placed()
            && filters.len() > MOST_FILTERS
        {
            self.report(
                Diagnostic::new(
                    span,
                    format!(
                        "`filters` must be at most {MOST_FILTERS} patterns, not {}",
                        filters.len()
                    ),
                )
                .help(
                    "put several values into one pattern, as in `{ eventName = [\"INSERT\", \"MODIFY\"] }`",
                ),
            );
        }
    }

    /// Reports a name that is too long in AWS, in the environment with the longest name.
    fn event_name_length(&mut self, spec: &Spec, function: &str, event: &Event, place: &Span) {
        let service = spec.service.name.value.as_deref().unwrap_or_default();
        let name = |name: &str| format!("{service}-{}-{function}.{name}", longest_environment(spec));
        let names = match event {
            Event::Schedule(schedule) => vec![
                (name(&schedule.name), scheduler_schedule::NAME_LENGTH),
                (name(names::ROLE), iam_role::NAME_LENGTH),
            ],
            Event::Rule(rule) => vec![(name(&rule.name), cloudwatch_event_rule::NAME_LENGTH)],
            Event::Stream(_) | Event::Queue(_) | Event::Objects(_) | Event::Topic(_) => Vec::new(),
        };
        if let Some((full, most)) = names.into_iter().find(|(full, most)| full.len() > *most) {
            self.report(
                Diagnostic::new(
                    place.clone(),
                    format!(
                        "the name `{full}` must be at most {most} characters, not {}",
                        full.len()
                    ),
                )
                .label("with service, environment and function")
                .help("shorten the name of the event or of the function"),
            );
        }
    }
}

/// The data of a kind that a spec declares.
pub(crate) fn data(spec: &Spec, kind: Kind) -> Vec<Datum> {
    let all = declared::all(spec).into_iter().map(|declared| declared.datum);
    all.filter(|datum| datum.kind == kind).collect()
}

/// Alternatives in a row: `a`, `b` or `c`.
fn either(all: &[String]) -> String {
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The place of an entry's source.
fn place(table: &EventTable, kind: &str) -> Span {
    let written = table.written();
    let source = written.into_iter().find(|(key, _)| *key == kind);
    source.map_or_else(|| table.span.clone(), |(_, place)| place)
}

fn values(list: &Given<Vec<Placed<serde_json::Value>>>) -> Vec<serde_json::Value> {
    let values = list.value.iter().flatten();
    values.map(|value| value.value.clone()).collect()
}
