//! The functions that S3 invokes for each bucket. A bucket has one block with all of them.

use std::collections::BTreeSet;

use crate::buckets::in_service as buckets;
use crate::events::{Event, Objects, names};
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, call, commented, equal, reference, string, to_set};
use crate::identifier::Identifier;
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked;
use crate::references::{Reference, Template};
use crate::resources::lambda_permission;
use crate::resources::s3_bucket_notification::{Notified, TYPE, resource_block};
use crate::sentences::list::list;
use crate::service::Service;
use crate::uses::{Attribute, Datum, Kind};

/// The functions that a bucket invokes, each with the objects for which it does.
fn of_bucket<'a>(service: &'a Service, bucket: &str) -> Vec<(&'a str, &'a Event, &'a Objects)> {
    let functions = service.functions.iter();
    let events =
        functions.flat_map(|(name, function)| function.on.iter().map(move |event| (name.as_str(), event)));
    let objects = events.filter_map(|(name, event)| match event {
        Event::Objects(objects) if objects.bucket == bucket => Some((name, event, objects)),
        _ => None,
    });
    objects.collect()
}

/// The blocks of the buckets that invoke functions.
pub(crate) fn blocks(service: &Service) -> impl Iterator<Item = Block> {
    service.buckets.keys().filter_map(|bucket| {
        let invoked = of_bucket(service, bucket);
        (!invoked.is_empty()).then(|| block(service, bucket, &invoked))
    })
}

fn block(service: &Service, bucket: &str, invoked: &[(&str, &Event, &Objects)]) -> Block {
    let labels: Vec<Identifier> = invoked
        .iter()
        .map(|(function, event, _)| names::label(function, event))
        .collect();
    let notified = invoked.iter().zip(&labels).map(|((function, _, objects), id)| {
        let Objects {
            bucket: _, // that of the block
            name: _,   // in the id
            events,
            prefix,
            suffix,
        } = objects;
        Notified {
            id,
            function: functions::arn(service, function).in_service(service),
            events: events.iter().map(|event| event.in_aws()).collect(),
            prefix,
            suffix,
        }
    });
    let mut needs: Vec<Expression> = Vec::new();
    for (function, ..) in invoked {
        let permission = names::bucket_permission(function, bucket);
        for need in [
            reference(format!("{}.{permission}", lambda_permission::TYPE.name)),
            functions::target(service, function),
        ] {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
    }
    let block = resource_block(
        &Identifier::new(bucket),
        buckets::name_of(bucket),
        notified,
        needs,
    );
    commented(
        block,
        &format!(
            "Objects of the bucket `{bucket}` invoke {}.",
            functions_of(invoked, "")
        ),
    )
}

/// The functions that a bucket invokes, in words.
fn functions_of(invoked: &[(&str, &Event, &Objects)], quote: &str) -> String {
    let names: BTreeSet<&str> = invoked.iter().map(|(function, ..)| *function).collect();
    list(names.into_iter().map(|name| [quote, name, quote].concat()))
}

/// The assertions of the generated test about these blocks.
pub(crate) fn tests(service: &Service) -> impl Iterator<Item = Block> {
    service.buckets.keys().filter_map(|bucket| {
        let invoked = of_bucket(service, bucket);
        (!invoked.is_empty()).then(|| test(service, bucket, &invoked))
    })
}

fn test(service: &Service, bucket: &str, invoked: &[(&str, &Event, &Objects)]) -> Block {
    let values = mocked::values(service);
    let text = |template: &Template| string(template.text(&values));
    let of = |attribute: &str| format!("{}.{}.{attribute}", TYPE.name, Identifier::new(bucket));
    let name = Reference::Datum(Datum::new(Kind::Buckets, bucket), Attribute::Name);
    let count = |blocks: &str, count: usize| equal(call("length", [reference(of(blocks))]), count as u32);
    let mut conditions = vec![
        is(of("bucket"), text(&Template::of_reference(name, ""))),
        count("lambda_function", invoked.len()),
        count("queue", 0),
        count("topic", 0),
        is(of("eventbridge"), Expression::null()),
    ];
    for (place, (function, _, objects)) in invoked.iter().enumerate() {
        let of = |attribute: &str| of(&format!("lambda_function[{place}].{attribute}"));
        let filter = |name: &str, text: &str| {
            let value = (!text.is_empty()).then(|| string(text));
            is(of(name), value.unwrap_or_else(Expression::null))
        };
        let events = objects.events.iter().map(|event| string(event.in_aws()));
        conditions.extend([
            is(
                of("lambda_function_arn"),
                text(&functions::arn(service, function)),
            ),
            is(of("events"), to_set(events)),
            filter("filter_prefix", &objects.prefix),
            filter("filter_suffix", &objects.suffix),
        ]);
    }
    let block = must(
        &format!("The bucket `{bucket}`"),
        &format!(
            "invoke {} alone, for the objects of the spec",
            functions_of(invoked, "`")
        ),
        conditions,
    );
    commented(
        block,
        &format!(
            "Objects of the bucket {} invoke {}",
            bucket,
            functions_of(invoked, "")
        ),
    )
}
