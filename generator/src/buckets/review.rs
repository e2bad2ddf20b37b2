//! Buckets: new ones, those whose objects are lost, and what pages may newly send.

use crate::buckets::Bucket;
use crate::review::Fact;
use crate::review::comparison::{Comparison, data};
use crate::uses::Kind;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.buckets, &comparison.head.buckets);
    let mut facts = data(Kind::Buckets, before.keys(), after.keys());
    for (name, after) in after {
        let Some(before) = before.get(name) else { continue };
        facts.extend(comparison.replaced(Kind::Buckets, name, []));
        let [before, after] = [before, after].map(methods);
        if before != after {
            facts.push(Fact::BucketCors {
                bucket: name.clone(),
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
