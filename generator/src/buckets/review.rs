//! Buckets: new ones, those whose objects are lost, and what pages may newly send.

use crate::buckets::Bucket;
use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.buckets, &comparison.head.buckets);
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let new = new.map(|bucket| Fact::BucketAdded {
        bucket: bucket.clone(),
    });
    let gone = gone.map(|bucket| Fact::BucketDeleted {
        bucket: bucket.clone(),
    });
    let mut facts: Vec<Fact> = new.chain(gone).collect();
    let names = [&comparison.base.name, &comparison.head.name];
    for (name, after) in after {
        let Some(before) = before.get(name) else { continue };
        let bucket = name.clone();
        if names[0] != names[1] {
            let [before, after] = names.map(Clone::clone);
            facts.push(Fact::BucketReplaced {
                bucket: bucket.clone(),
                before,
                after,
            });
        }
        let [before, after] = [before, after].map(methods);
        if before != after {
            facts.push(Fact::BucketCors {
                bucket,
                before,
                after,
            });
        }
    }
    facts
}

/// The methods that pages may send to a bucket.
fn methods(bucket: &Bucket) -> Vec<String> {
    let methods = bucket.cors.iter();
    methods.map(|method| method.in_aws().to_owned()).collect()
}
