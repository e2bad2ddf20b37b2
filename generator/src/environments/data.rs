//! From the keys of an environment's data to the resolved types.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::environments::overridable::Overridable;
use crate::service::meaning::{Everywhere, Resolver};
use crate::service::{Bucket, Queue, Table, Topic};
use crate::spec::field::Keys;
use crate::spec::toml_text::part_of_key;
use crate::spec::{EnvironmentTable, Given, Own, Placed, Spec};

/// The data that differs in an environment.
pub(crate) struct Differing {
    pub(crate) tables: BTreeMap<String, Table>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    pub(crate) queues: BTreeMap<String, Queue>,
    pub(crate) topics: BTreeMap<String, Topic>,
}

/// An environment, by its name and its region.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    pub(crate) environment: &'a str,
    pub(crate) region: &'a str,
}

/// Data of one kind.
struct Kind<'a, T, R> {
    noun: &'static str,
    /// The environment's own tables.
    own: &'a [(Placed<String>, Own<T>)],
    declared: &'a [(Placed<String>, T)],
    everywhere: &'a BTreeMap<String, R>,
    kms_key: fn(&T) -> &Given<String>,
}

impl Resolver<'_> {
    /// The data that differs in an environment.
    pub(crate) fn data_of_environment(
        &mut self,
        spec: &Spec,
        here: Here<'_>,
        table: &EnvironmentTable,
        everywhere: &Everywhere,
    ) -> Differing {
        let tables = Kind {
            noun: "table",
            own: &table.tables,
            declared: &spec.tables,
            everywhere: &everywhere.tables,
            kms_key: |table| &table.kms_key,
        };
        let buckets = Kind {
            noun: "bucket",
            own: &table.buckets,
            declared: &spec.buckets,
            everywhere: &everywhere.buckets,
            kms_key: |bucket| &bucket.kms_key,
        };
        let queues = Kind {
            noun: "queue",
            own: &table.queues,
            declared: &spec.queues,
            everywhere: &everywhere.queues,
            kms_key: |queue| &queue.kms_key,
        };
        let topics = Kind {
            noun: "topic",
            own: &table.topics,
            declared: &spec.topics,
            everywhere: &everywhere.topics,
            kms_key: |topic| &topic.kms_key,
        };
        Differing {
            tables: self.differing(here, &tables, |resolver, name, table| resolver.table(name, table)),
            buckets: self.differing(here, &buckets, |resolver, _, table| resolver.bucket(spec, table)),
            queues: self.differing(here, &queues, |resolver, name, table| {
                resolver.queue(spec, name, table)
            }),
            topics: self.differing(here, &topics, |resolver, _, table| resolver.topic(table)),
        }
    }

    fn differing<T: Keys, R: Overridable>(
        &mut self,
        here: Here<'_>,
        kind: &Kind<'_, T, R>,
        resolve: impl Fn(&mut Self, &Placed<String>, &T) -> R,
    ) -> BTreeMap<String, R> {
        let Kind {
            noun,
            own,
            declared,
            everywhere,
            kms_key,
        } = kind;
        for (name, table) in *declared {
            let own = own.iter().find(|(other, _)| other.value == name.value);
            let own = own.map(|(_, Own(own))| kms_key(own)).cloned().unwrap_or_default();
            self.key_of_data(here, &format!("{}.{}", R::KEY, name.value), &own, kms_key(table));
        }
        let mut differing = BTreeMap::new();
        for (name, Own(own)) in *own {
            let Some(table) = self.overridden(here.environment, noun, R::KEY, name, declared) else {
                continue;
            };
            // The same errors in the table of every environment are reported already.
            let reported = self.diagnostics.count();
            let here = resolve(self, name, &table.overridden(own));
            self.diagnostics.drop_repeated(reported);
            if everywhere.get(&name.value) != Some(&here) {
                differing.insert(name.value.clone(), here);
            }
        }
        differing
    }

    /// The table that an environment overrides, or an error.
    pub(crate) fn overridden<'t, T>(
        &mut self,
        environment: &str,
        noun: &str,
        key: &str,
        name: &Placed<String>,
        declared: &'t [(Placed<String>, T)],
    ) -> Option<&'t T> {
        if let Some((_, table)) = declared.iter().find(|(other, _)| other.value == name.value) {
            return Some(table);
        }
        let known = declared.iter().map(|(name, _)| name.value.as_str());
        let summary = format!(
            "unknown {noun} `{}` in `[environments.{environment}]`",
            name.value
        );
        let path = |near: &str| format!("{key}.{near}");
        let report = Diagnostic::new(name.span.clone(), summary);
        self.report(match declared {
            [] => report.help(format!(
                "add `[{key}.{}]`, or delete this table",
                part_of_key(&name.value)
            )),
            _ => report
                .similar_key(&name.value, &format!("a {noun}"), known.clone(), path)
                .known(known),
        });
        None
    }

    /// Reports a key of data that is in another region, or that only an environment has: the policies of functions name the
    /// key if the service has one.
    fn key_of_data(&mut self, here: Here<'_>, path: &str, own: &Given<String>, everywhere: &Given<String>) {
        let Here { environment, region } = here;
        if let (Some(span), false) = (&own.span, everywhere.is_written()) {
            self.report(
                Diagnostic::new(
                    span.clone(),
                    format!("`kms_key` of an environment needs `kms_key` in `[{path}]`"),
                )
                .help(format!(
                    "add `kms_key = \"arn:…\"` to `[{path}]`: the key of the other environments"
                )),
            );
            return;
        }
        let place = format!("environments.{environment}.{path}");
        self.kms_key(environment, "kms_key", &place, [own, everywhere], region);
    }
}
