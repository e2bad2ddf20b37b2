//! The KMS keys that encrypt data in an environment.

use std::collections::BTreeMap;

use crate::environments::Environment;
use crate::queues::with_failed;
use crate::service::{Bucket, Queue, Service, Table, Topic};
use crate::uses::{Datum, Kind};

/// The ARNs of the KMS keys that encrypt data in an environment.
pub(crate) fn kms_keys(service: &Service, environment: &Environment) -> BTreeMap<Datum, String> {
    let of = |kind| -> Vec<(String, Option<String>)> {
        match kind {
            Kind::Tables => keys(service.all_here::<Table>(environment), |table| table.kms_key),
            Kind::Buckets => keys(service.all_here::<Bucket>(environment), |bucket| bucket.kms_key),
            Kind::Queues => {
                let declared = service.all_here::<Queue>(environment);
                let queues = with_failed(&declared).into_iter();
                queues
                    .map(|(name, queue)| (name, queue.kms_key.clone()))
                    .collect()
            }
            Kind::Topics => keys(service.all_here::<Topic>(environment), |topic| topic.kms_key),
        }
    };
    let all = Kind::ALL.into_iter().flat_map(|kind| {
        let named = of(kind).into_iter();
        named.filter_map(move |(name, key)| Some((Datum::new(kind, &name), key?)))
    });
    all.collect()
}

fn keys<T>(data: BTreeMap<String, T>, key: impl Fn(T) -> Option<String>) -> Vec<(String, Option<String>)> {
    data.into_iter().map(|(name, one)| (name, key(one))).collect()
}
