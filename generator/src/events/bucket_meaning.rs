//! From buckets in entries of `on` to the resolved types.

use std::cell::LazyCell;

use crate::diagnostic::Diagnostic;
use crate::events::{Event, ObjectEvent, Objects};
use crate::reach::Reach;
use crate::resources::iam_actions::covers;
use crate::service::Service;
use crate::service::meaning::Resolver;
use crate::spec::{EventTable, Given, Placed, Spec};
use crate::uses::{Datum, Kind};

/// The objects of an entry. None if it is of another source, or has a wrong value.
fn objects_of(table: &EventTable) -> Option<Objects> {
    let mut events: Vec<ObjectEvent> = match table.events.placed() {
        Some((events, _)) => events.iter().map(|event| event.value).collect(),
        None if table.events.is_written() => return None,
        None => vec![ObjectEvent::Created],
    };
    events.sort_unstable();
    events.dedup();
    let text = |given: &Given<String>| match &given.value {
        None if given.is_written() => None,
        value => Some(value.clone().unwrap_or_default()),
    };
    Some(Objects {
        bucket: table.bucket.value.clone()?,
        name: table.name.value.clone(),
        events,
        prefix: text(&table.prefix)?,
        suffix: text(&table.suffix)?,
    })
}

impl Objects {
    /// Returns `true` if S3 refuses both beside each other, because the key of an object can fit both:
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>
    fn overlaps(&self, other: &Self) -> bool {
        let Self {
            bucket,
            name: _, // not S3's
            events,
            prefix,
            suffix,
        } = self;
        bucket == &other.bucket
            && events.iter().any(|event| other.events.contains(event))
            && (prefix.starts_with(&other.prefix) || other.prefix.starts_with(prefix))
            && (suffix.ends_with(&other.suffix) || other.suffix.ends_with(suffix))
    }
}

impl Resolver<'_> {
    /// Returns the objects of an entry. Reports an unknown bucket, and an entry that S3 refuses beside an earlier one.
    pub(crate) fn objects(
        &mut self,
        spec: &Spec,
        function: &Placed<String>,
        table: &EventTable,
    ) -> Option<Objects> {
        let (name, span) = table.bucket.placed()?;
        self.source(spec, Kind::Buckets, &table.bucket)?;
        let objects = objects_of(table)?;
        let entries = spec
            .functions
            .iter()
            .flat_map(|(function, other)| other.on.iter().map(move |entry| (function, entry)));
        let mut earlier = entries.filter(|(_, entry)| entry.span.start < table.span.start);
        let overlapping = earlier.find_map(|(other, entry)| {
            let of_other = objects_of(entry).filter(|of_other| objects.overlaps(of_other))?;
            Some((other, of_other, entry.bucket.placed()?.1))
        });
        if let Some((other, of_other, place)) = overlapping {
            let summary = format!("two entries of `on` must not get the same objects of the bucket `{name}`");
            self.report(
                Diagnostic::new(span, summary)
                    .related(place, format!("invokes `{}` for some of them", other.value))
                    .help("give each a `prefix` or `suffix` of its own, as in `prefix = \"in/\"`, or other `events`"),
            );
            // The name of both would be the same error again.
            if (&other.value, &of_other.name) == (&function.value, &objects.name) {
                return None;
            }
        }
        Some(objects)
    }

    /// Reports functions that would invoke themselves without end: for each new object of a bucket, they may write one.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html>
    pub(crate) fn endless_events(&mut self, spec: &Spec, service: &Service) {
        let reach = LazyCell::new(|| Reach::of(service));
        for (name, table) in &spec.functions {
            let Some(function) = service.functions.get(&name.value) else {
                continue;
            };
            let of_bucket = |event: &Event| match event {
                Event::Objects(objects) => Some(objects.clone()),
                Event::Schedule(_)
                | Event::Rule(_)
                | Event::Stream(_)
                | Event::Queue(_)
                | Event::Topic(_) => None,
            };
            let mut endless: Vec<Objects> = function.on.iter().filter_map(of_bucket).collect();
            endless.retain(|objects| {
                let all = objects.prefix.is_empty() && objects.suffix.is_empty();
                all && objects.events.contains(&ObjectEvent::Created)
            });
            for objects in endless {
                let datum = Datum::new(Kind::Buckets, &objects.bucket);
                let writes = |(other, does): &(&str, Vec<String>)| {
                    let writes = does
                        .iter()
                        .any(|does| does == "write" || covers(does, "s3:PutObject"));
                    *other == name.value && writes
                };
                if !reach.functions_on(&datum).iter().any(writes) {
                    continue;
                }
                let entry = table
                    .on
                    .iter()
                    .find(|entry| objects_of(entry).as_ref() == Some(&objects));
                let place = entry.and_then(|entry| entry.bucket.span.clone());
                let bucket = &objects.bucket;
                self.report(
                    Diagnostic::new(
                        place.unwrap_or_else(|| name.span.clone()),
                        format!("`{}` may write to the bucket `{bucket}`, and each object that it writes would invoke it again", name.value),
                    )
                    .help("write to another bucket, or add `prefix = \"in/\"` and write below another prefix"),
                );
            }
        }
    }
}
