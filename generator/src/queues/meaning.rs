//! From the keys of queues to the resolved types.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::identifier::Identifier;
use crate::queues::{FAILED, Queue, failed, suffix};
use crate::reach::reachable_by::ReachableBy;
use crate::resources::sqs_queue::NAME_LENGTH;
use crate::service::meaning::{Case, Resolver, longest_environment};
use crate::spec::{Placed, QueueTable, Spec};
use crate::text_rule::NAME_64;
use crate::uses::declared::Declared;
use crate::uses::{Datum, Kind};

/// Queues as functions use them, those of failed messages among them.
pub(crate) fn declared(queues: &[(Placed<String>, QueueTable)]) -> Vec<Declared<'_>> {
    let declared = queues.iter().flat_map(|(name, table)| {
        let of = |name: &str| Declared {
            datum: Datum::new(Kind::Queues, name).with_suffix(suffix(table.fifo.value)),
            parts: None,
            lacks: &[],
            reachable_by: &table.reachable_by,
            kms_key: table.kms_key.value.as_deref(),
        };
        let failed = failed_queue(name, table).map(|failed| of(&failed.value));
        [of(&name.value)].into_iter().chain(failed)
    });
    declared.collect()
}

/// The queue of messages that fail in another one, at the key that makes it.
fn failed_queue(name: &Placed<String>, table: &QueueTable) -> Option<Placed<String>> {
    let (_, span) = table.failed_after.placed()?;
    let value = failed(&name.value);
    Some(Placed { span, value })
}

impl Resolver<'_> {
    pub(crate) fn queues(&mut self, spec: &Spec) -> BTreeMap<String, Queue> {
        let queues = &spec.queues;
        let of_failed = queues
            .iter()
            .filter_map(|(name, table)| Some((failed_queue(name, table)?, table)));
        let of_failed: Vec<_> = of_failed.collect();
        let of_failed = of_failed.iter().map(|(name, table)| (name, *table));
        let all = queues.iter().map(|(name, table)| (name, table)).chain(of_failed);
        let all: Vec<_> = all.collect();
        let names = all.iter().map(|(name, table)| (*name, suffix(table.fifo.value)));
        let names: Vec<_> = names.collect();
        self.names_of_environments(spec, &names, "queue", Case::Matters);
        let mut identifiers = BTreeMap::new();
        for (index, (name, table)) in all.into_iter().enumerate() {
            let declared = queues.iter().find(|(other, _)| other.value == name.value);
            match declared.filter(|_| index >= queues.len()) {
                Some((declared, _)) => self.failed_queue_declared(declared, name),
                None => self.collision(&mut identifiers, Identifier::new(&name.value), name, "queue"),
            }
            self.queue_name_length(spec, name, table);
        }
        let resolved = queues
            .iter()
            .map(|(name, table)| (name.value.clone(), self.queue(spec, name, table)));
        resolved.collect()
    }

    pub(crate) fn queue(&mut self, spec: &Spec, name: &Placed<String>, table: &QueueTable) -> Queue {
        let QueueTable {
            span: _,
            fifo,
            content_based_deduplication,
            visibility_timeout_seconds,
            retention_days,
            delay_seconds,
            receive_wait_time_seconds,
            max_message_kb,
            failed_after,
            reachable_by,
            kms_key,
        } = table;
        if let Some(span) = &content_based_deduplication.span
            && content_based_deduplication.value
            && !fifo.value
        {
            self.report(
                Diagnostic::new(span.clone(), "`content_based_deduplication` needs `fifo = true`")
                    .help("add `fifo = true`, or delete it: other queues deliver a message once or more"),
            );
        }
        let of_failed = failed_queue(name, table);
        let names: Vec<&str> = [name]
            .into_iter()
            .chain(&of_failed)
            .map(|name| name.value.as_str())
            .collect();
        Queue {
            fifo: fifo.value,
            content_based_deduplication: content_based_deduplication.value,
            visibility_timeout_seconds: self.visibility(spec, &names, visibility_timeout_seconds),
            retention_days: retention_days.value,
            delay_seconds: delay_seconds.value,
            receive_wait_time_seconds: receive_wait_time_seconds.value,
            max_message_kb: max_message_kb.value,
            failed_after: failed_after.value,
            reachable_by: ReachableBy::of(reachable_by),
            kms_key: kms_key.value.clone(),
        }
    }

    /// Reports a queue of the spec with the name of a queue of failed messages.
    fn failed_queue_declared(&mut self, declared: &Placed<String>, failed: &Placed<String>) {
        let name = &declared.value;
        self.report(
            Diagnostic::new(
                declared.span.clone(),
                format!("duplicate queue `{name}`: `failed_after` of another queue makes it"),
            )
            .related(failed.span.clone(), "failed messages go to a queue of this name")
            .help(format!("rename it, or delete `[queues.{name}]`")),
        );
    }

    /// The longest name of an environment decides how long the names of queues may be.
    fn queue_name_length(&mut self, spec: &Spec, name: &Placed<String>, table: &QueueTable) {
        let service = spec.service.name.value.as_deref().unwrap_or_default();
        let longest = longest_environment(spec);
        let full = format!("{service}-{longest}-{}{}", name.value, suffix(table.fifo.value));
        let of_queue = name.value.strip_suffix(FAILED).unwrap_or(&name.value);
        // A name that is too long by itself has been reported.
        if full.len() > NAME_LENGTH && (NAME_64.check)(of_queue) {
            self.report(
                Diagnostic::new(
                    name.span.clone(),
                    format!(
                        "the name `{full}` must be at most {NAME_LENGTH} characters, not {}",
                        full.len()
                    ),
                )
                .label("with service and environment")
                .help("shorten the name of the queue"),
            );
        }
    }
}
