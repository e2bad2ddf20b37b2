//! Reviews of random changes of `on`, compared with a slow judge that hands every message and every object of a small alphabet
//! to both revisions.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::fmt::Write;

use portcullis_generator::review::{ChangeKind, Fact, compare};
use portcullis_generator::service::Service;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Values of the two fields of a message. A filter may name all but the last.
const KINDS: [&str; 3] = ["a", "b", "c"];
const NUMBERS: [u8; 3] = [1, 2, 3];

/// Values that a filter asks for; none is any value, or no such field.
#[derive(Debug, Clone, PartialEq)]
struct Filter {
    kind: BTreeSet<&'static str>,
    number: BTreeSet<u8>,
}

/// A message. A field may be absent.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Message {
    kind: Option<&'static str>,
    number: Option<u8>,
}

#[derive(Debug, Clone, PartialEq)]
struct Queue {
    filter: Option<Filter>,
    partial_failures: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Topic {
    filter: Option<Filter>,
    of_body: bool,
    keeps_failures: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Stream {
    filter: Option<Filter>,
    keeps_failures: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Objects {
    events: BTreeSet<&'static str>,
    prefix: &'static str,
    suffix: &'static str,
}

/// At most one entry for each source.
#[derive(Debug, Clone, PartialEq)]
struct On {
    queue: Option<Queue>,
    topic: Option<Topic>,
    stream: Option<Stream>,
    objects: Option<Objects>,
}

fn filter() -> impl Strategy<Value = Option<Filter>> {
    let kind = prop::sample::subsequence(&KINDS[..2], 0..=2);
    let number = prop::sample::subsequence(&NUMBERS[..2], 0..=2);
    let filter = (kind, number).prop_map(|(kind, number)| Filter {
        kind: kind.into_iter().collect(),
        number: number.into_iter().collect(),
    });
    // A pattern names a field.
    filter
        .prop_map(|filter| Some(filter).filter(|filter| !filter.kind.is_empty() || !filter.number.is_empty()))
}

fn on() -> impl Strategy<Value = On> {
    let queue = (filter(), any::<bool>()).prop_map(|(filter, partial_failures)| Queue {
        filter,
        partial_failures,
    });
    let topic =
        (filter(), any::<bool>(), any::<bool>()).prop_map(|(filter, of_body, keeps_failures)| Topic {
            filter,
            of_body,
            keeps_failures,
        });
    let stream = (filter(), any::<bool>()).prop_map(|(filter, keeps_failures)| Stream {
        filter,
        keeps_failures,
    });
    let objects = (
        prop::sample::subsequence(vec!["created", "removed", "expired"], 1..=3),
        prop::sample::select(vec!["", "a/", "a/b/"]),
        prop::sample::select(vec!["", ".x", ".y.x"]),
    );
    let objects = objects.prop_map(|(events, prefix, suffix)| Objects {
        events: events.into_iter().collect(),
        prefix,
        suffix,
    });
    let maybe = |probability| move || prop::option::weighted(probability, Just(()));
    let there = maybe(0.8);
    (
        queue,
        topic,
        stream,
        objects,
        [there(), there(), there(), there()],
    )
        .prop_map(|(queue, topic, stream, objects, there)| On {
            queue: there[0].map(|()| queue),
            topic: there[1].map(|()| topic),
            stream: there[2].map(|()| stream),
            objects: there[3].map(|()| objects),
        })
}

impl Filter {
    fn text(&self) -> String {
        let mut fields = Vec::new();
        if !self.kind.is_empty() {
            fields.push(format!("kind = {:?}", self.kind.iter().collect::<Vec<_>>()));
        }
        if !self.number.is_empty() {
            fields.push(format!("number = {:?}", self.number.iter().collect::<Vec<_>>()));
        }
        format!("{{ {} }}", fields.join(", "))
    }

    fn fits(&self, message: Message) -> bool {
        let kind = self.kind.is_empty() || message.kind.is_some_and(|kind| self.kind.contains(kind));
        let number =
            self.number.is_empty() || message.number.is_some_and(|number| self.number.contains(&number));
        kind && number
    }
}

fn fits(filter: Option<&Filter>, message: Message) -> bool {
    filter.is_none_or(|filter| filter.fits(message))
}

impl On {
    fn service(&self) -> Service {
        let mut entries = Vec::new();
        let filters = |filter: &Option<Filter>| {
            let filter = filter.as_ref();
            filter.map_or(String::new(), |filter| format!(", filters = [{}]", filter.text()))
        };
        let on_failure = |keeps: bool| {
            if keeps {
                ", on_failure = \"queues.failed\""
            } else {
                ""
            }
        };
        if let Some(queue) = &self.queue {
            let partial = queue.partial_failures;
            let filters = filters(&queue.filter);
            entries.push(format!(
                "{{ queue = \"q\", partial_failures = {partial}{filters} }}"
            ));
        }
        if let Some(topic) = &self.topic {
            let of = if topic.of_body { "body" } else { "attributes" };
            let filter = topic.filter.as_ref();
            let filter = filter.map_or(String::new(), |filter| format!(", filter = {}", filter.text()));
            let failures = on_failure(topic.keeps_failures);
            entries.push(format!(
                "{{ topic = \"t\", filter_on = \"{of}\"{filter}{failures} }}"
            ));
        }
        if let Some(stream) = &self.stream {
            let (filters, failures) = (filters(&stream.filter), on_failure(stream.keeps_failures));
            entries.push(format!("{{ table = \"x\"{filters}{failures} }}"));
        }
        if let Some(Objects {
            events,
            prefix,
            suffix,
        }) = &self.objects
        {
            let events: Vec<_> = events.iter().collect();
            entries.push(format!(
                "{{ bucket = \"b\", events = {events:?}, prefix = \"{prefix}\", suffix = \"{suffix}\" }}"
            ));
        }
        let mut text = String::from(
            "[service]\nname = \"random\"\nregion = \"us-east-1\"\n[queues.q]\n[queues.failed]\n[topics.t]\n[buckets.b]\n\
             [tables.x]\npartition_key = \"id\"\nstream = \"keys_only\"\n[functions.f]\n",
        );
        writeln!(text, "on = [{}]", entries.join(", ")).unwrap();
        text.push_str("[routes]\n\"GET /\" = { function = \"f\", auth = \"none\" }\n");
        portcullis_generator::service(&text, None)
            .unwrap_or_else(|errors| panic!("{}", errors.render("spec", &text, false)))
    }

    /// The names of the entries, as a review has them.
    fn keys(&self) -> BTreeSet<String> {
        let there = [
            self.queue.as_ref().map(|_| "queue q"),
            self.topic.as_ref().map(|_| "topic t"),
            self.stream.as_ref().map(|_| "table x"),
            self.objects.as_ref().map(|_| "bucket b"),
        ];
        there.into_iter().flatten().map(of).collect()
    }
}

/// The subject of an entry in a review.
fn of(key: &str) -> String {
    format!("functions.f.on.\"{key}\"")
}

fn messages() -> Vec<Message> {
    let kinds = KINDS.map(Some).into_iter().chain([None]);
    let numbers = || NUMBERS.map(Some).into_iter().chain([None]);
    kinds
        .flat_map(|kind| numbers().map(move |number| Message { kind, number }))
        .collect()
}

/// Every event of an object, and its key.
fn objects() -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for event in ["created", "removed", "expired"] {
        for folder in ["", "a/", "a/b/", "c/"] {
            all.extend(["", ".x", ".y.x", ".z"].map(|end| (event, format!("{folder}n{end}"))));
        }
    }
    all
}

/// Returns `true` twice if some of these are handed over only after a change, and some only before.
fn moved<T>(
    all: impl IntoIterator<Item = T>,
    before: impl Fn(&T) -> bool,
    after: impl Fn(&T) -> bool,
) -> (bool, bool) {
    let (mut more, mut fewer) = (false, false);
    for one in all {
        more |= after(&one) && !before(&one);
        fewer |= before(&one) && !after(&one);
    }
    (more, fewer)
}

fn subjects(facts: &[Fact], kind: ChangeKind) -> BTreeSet<String> {
    let facts = facts.iter().filter(|fact| fact.kind() == kind);
    facts.map(Fact::of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_review_reports_exactly_what_happens_to_events(base in on(), head in on()) {
        let (before, after) = (base.service(), head.service());
        let facts = compare(Some(&before), Some(&after));
        prop_assert!(compare(Some(&after), Some(&after)).is_empty());
        prop_assert_eq!(facts.is_empty(), before == after);
        let only = |one: &On, other: &On| -> BTreeSet<String> { one.keys().difference(&other.keys()).cloned().collect() };
        prop_assert_eq!(subjects(&facts, ChangeKind::EventAdded), only(&head, &base));
        prop_assert_eq!(subjects(&facts, ChangeKind::EventRemoved), only(&base, &head));

        let (mut wider, mut lossier) = (BTreeSet::new(), BTreeSet::new());
        if let (Some(before), Some(after)) = (&base.queue, &head.queue) {
            let gets = |queue: &Queue, message: &Message| fits(queue.filter.as_ref(), *message);
            let (more, fewer) = moved(messages(), |one| gets(before, one), |one| gets(after, one));
            wider.extend(more.then(|| of("queue q")));
            let unreported = before.partial_failures && !after.partial_failures;
            lossier.extend((fewer || unreported).then(|| of("queue q")));
        }
        if let (Some(before), Some(after)) = (&base.topic, &head.topic) {
            let all = messages().into_iter().flat_map(|of_body| messages().into_iter().map(move |own| (of_body, own)));
            let gets = |topic: &Topic, (of_body, own): &(Message, Message)| {
                fits(topic.filter.as_ref(), if topic.of_body { *of_body } else { *own })
            };
            let (more, _) = moved(all, |one| gets(before, one), |one| gets(after, one));
            wider.extend(more.then(|| of("topic t")));
            lossier.extend((before.keeps_failures && !after.keeps_failures).then(|| of("topic t")));
        }
        if let (Some(before), Some(after)) = (&base.stream, &head.stream) {
            let gets = |stream: &Stream, message: &Message| fits(stream.filter.as_ref(), *message);
            let (more, _) = moved(messages(), |one| gets(before, one), |one| gets(after, one));
            wider.extend(more.then(|| of("table x")));
            lossier.extend((before.keeps_failures && !after.keeps_failures).then(|| of("table x")));
        }
        if let (Some(before), Some(after)) = (&base.objects, &head.objects) {
            let gets = |objects: &Objects, (event, key): &(&str, String)| {
                objects.events.contains(event) && key.starts_with(objects.prefix) && key.ends_with(objects.suffix)
            };
            let (more, _) = moved(objects(), |one| gets(before, one), |one| gets(after, one));
            wider.extend(more.then(|| of("bucket b")));
        }
        prop_assert_eq!(subjects(&facts, ChangeKind::EventWidened), wider);
        prop_assert_eq!(subjects(&facts, ChangeKind::EventsLost), lossier);
    }
}
