//! From the keys of topics to the resolved types.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::identifier::Identifier;
use crate::reach::reachable_by::ReachableBy;
use crate::service::meaning::{Case, Resolver};
use crate::spec::{Placed, Spec, TopicTable};
use crate::topics::{Topic, suffix};
use crate::uses::declared::Declared;
use crate::uses::{Datum, Kind};

/// Topics as functions use them.
pub(crate) fn declared(topics: &[(Placed<String>, TopicTable)]) -> Vec<Declared<'_>> {
    let declared = topics.iter().map(|(name, table)| Declared {
        datum: Datum::new(Kind::Topics, &name.value).with_suffix(suffix(table.fifo.value)),
        parts: None,
        lacks: &[],
        reachable_by: &table.reachable_by,
        kms_key: table.kms_key.value.as_deref(),
    });
    declared.collect()
}

impl Resolver<'_> {
    /// The topics. A name of 64 characters with service, environment and `.fifo` is shorter than SNS allows.
    pub(crate) fn topics(&mut self, spec: &Spec) -> BTreeMap<String, Topic> {
        let topics = spec.topics.iter();
        let names: Vec<_> = topics
            .map(|(name, table)| (name, suffix(table.fifo.value)))
            .collect();
        self.names_of_environments(spec, &names, "topic", Case::Matters);
        let mut identifiers = BTreeMap::new();
        let mut resolved = BTreeMap::new();
        for (name, table) in &spec.topics {
            self.collision(&mut identifiers, Identifier::new(&name.value), name, "topic");
            resolved.insert(name.value.clone(), self.topic(table));
        }
        resolved
    }

    pub(crate) fn topic(&mut self, table: &TopicTable) -> Topic {
        let TopicTable {
            span: _,
            fifo,
            content_based_deduplication,
            display_name,
            reachable_by,
            kms_key,
        } = table;
        if let Some(span) = &content_based_deduplication.span
            && content_based_deduplication.value
            && !fifo.value
        {
            self.report(
                Diagnostic::new(span.clone(), "`content_based_deduplication` needs `fifo = true`")
                    .help("add `fifo = true`, or delete it: other topics deliver a message once or more"),
            );
        }
        Topic {
            fifo: fifo.value,
            content_based_deduplication: content_based_deduplication.value,
            display_name: display_name.value.clone(),
            reachable_by: ReachableBy::of(reachable_by),
            kms_key: kms_key.value.clone(),
        }
    }
}
