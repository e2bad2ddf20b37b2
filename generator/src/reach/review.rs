//! `reachable_by`: who may reach data, before and after.

use std::collections::BTreeMap;

use crate::reach::reachable_by::ReachableBy;
use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact};
use crate::service::Service;
use crate::uses::{Datum, Kind};

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let routes = comparison.routes.kept.iter();
    let routes = routes.map(|(base, head)| (base.0.key(base.1), head.0.key(head.1)));
    let routes: BTreeMap<String, String> = routes.collect();
    let before: BTreeMap<Datum, _> = all(comparison.base).collect();
    all(comparison.head)
        .filter_map(|(datum, after)| {
            let before = before.get(&datum)?.map(|before| before.renamed(&routes));
            let before = before.as_ref();
            let path = [datum.kind.declaration().key, &datum.name, "reachable_by"];
            let mut fact = comparison.setting(&path, before, after)?;
            if let Fact::Setting { meaning, .. } = &mut fact
                && is_wider(comparison, before, after)
            {
                *meaning = Some((ChangeKind::ReachableByWider, "more routes may reach it"));
            }
            Some(fact)
        })
        .collect()
}

/// Returns `true` if a route of the head may newly reach the data.
fn is_wider(comparison: &Comparison, before: Option<&ReachableBy>, after: Option<&ReachableBy>) -> bool {
    let Some(before) = before else { return false };
    let Some(after) = after else { return true };
    comparison.head.routes.iter().any(|(path, method, route)| {
        let key = path.key(method);
        after.admits(&key, &route.auth) && !before.admits(&key, &route.auth)
    })
}

/// All data of a service, with who may reach it.
pub(crate) fn all(service: &Service) -> impl Iterator<Item = (Datum, Option<&ReachableBy>)> {
    Kind::ALL.into_iter().flat_map(move |kind| {
        let data: Vec<(&String, &Option<ReachableBy>)> = match kind {
            Kind::Tables => each(&service.tables, |table| &table.reachable_by),
            Kind::Buckets => each(&service.buckets, |bucket| &bucket.reachable_by),
            Kind::Queues => each(&service.queues, |queue| &queue.reachable_by),
            Kind::Topics => each(&service.topics, |topic| &topic.reachable_by),
        };
        let named = data.into_iter();
        named.map(move |(name, by)| (Datum::new(kind, name), by.as_ref()))
    })
}

fn each<'a, T>(
    data: &'a BTreeMap<String, T>,
    reachable_by: impl Fn(&'a T) -> &'a Option<ReachableBy>,
) -> Vec<(&'a String, &'a Option<ReachableBy>)> {
    data.iter().map(|(name, one)| (name, reachable_by(one))).collect()
}
