//! API keys: new ones, those that are deleted with the value that clients send, and those that another plan has. Limits of
//! each key, by the table that they come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::environments::overridable::Overridable;
use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact};
use crate::service::Service;
use crate::throttling::Throttle;
use crate::usage_plans::{Quota, UsagePlan};

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut facts = api_keys(comparison);
    facts.extend(limits(comparison));
    facts
}

fn api_keys(comparison: &Comparison) -> Vec<Fact> {
    let Comparison { base, head, .. } = comparison;
    let [old, new] = [base, head].map(|service| all_keys(service));
    // The name of a key has the service's, and AWS renames no key.
    let is_renamed = base.name != head.name;
    let names: BTreeSet<&String> = base.usage_plans.keys().chain(head.usage_plans.keys()).collect();
    let facts = names.into_iter().filter_map(|name| {
        let of = |service: &Service| {
            let keys = service.usage_plans.get(name)?.api_keys.iter();
            Some(match is_renamed {
                true => keys.map(|key| format!("{}-{key}", service.name)).collect(),
                false => keys.cloned().collect::<BTreeSet<String>>(),
            })
        };
        let [before, after] = [base, head].map(|service| of(service));
        let has = |own: &Service, others: &BTreeSet<&String>| {
            let plan = own.usage_plans.get(name);
            let mut keys = plan.into_iter().flat_map(|plan| &plan.api_keys);
            keys.any(|key| is_renamed || !others.contains(key))
        };
        let meaning = match (has(base, &new), has(head, &old)) {
            (true, _) => Some((
                ChangeKind::ApiKeyDeleted,
                "AWS **deletes** the value that clients send, and a key of the same name gets another one",
            )),
            (false, true) => Some((
                ChangeKind::ApiKeyAdded,
                "a client that has the key may call routes that need one",
            )),
            (false, false) => None,
        };
        comparison.setting_with(&["usage_plans", name, "api_keys"], before, after, meaning)
    });
    facts.collect()
}

/// The keys of all plans.
fn all_keys(service: &Service) -> BTreeSet<&String> {
    let plans = service.usage_plans.values();
    plans.flat_map(|plan| &plan.api_keys).collect()
}

/// The limits of a plan's keys, each in words.
fn in_words(plan: &UsagePlan) -> [(&'static str, Option<String>); 2] {
    let UsagePlan {
        api_keys: _, // `api_keys`
        quota,
        throttle,
    } = plan;
    [
        ("quota", quota.map(|quota| quota.to_string())),
        ("throttle", throttle.map(|limits| limits.to_string())),
    ]
}

/// Limits that change, each by the table that they come from: that of the service or of an environment.
fn limits(comparison: &Comparison) -> Vec<Fact> {
    let Comparison { base, head, .. } = comparison;
    let mut changes: BTreeMap<Vec<String>, ([Option<String>; 2], bool)> = BTreeMap::new();
    for environment in &comparison.environments {
        for name in base.usage_plans.keys() {
            if !head.usage_plans.contains_key(name) {
                continue;
            }
            let everywhere = [base, head].map(|service| in_words(&service.usage_plans[name]));
            let [old, new]: [&UsagePlan; 2] = [base.here(environment, name), head.here(environment, name)];
            let raised = [
                is_raised(old.quota, new.quota, Quota::is_wider_than),
                is_raised(old.throttle, new.throttle, Throttle::is_wider_than),
            ];
            let [before, after] = [old, new].map(in_words);
            for (index, is_raised) in raised.into_iter().enumerate() {
                let of = |words: &[(&str, Option<String>); 2]| words[index].1.clone();
                let change = [of(&before), of(&after)];
                if change[0] == change[1] {
                    continue;
                }
                let mut path = vec![
                    UsagePlan::KEY.to_owned(),
                    name.clone(),
                    before[index].0.to_owned(),
                ];
                if change != everywhere.each_ref().map(of) {
                    path.splice(..0, ["environments", environment].map(String::from));
                }
                changes.entry(path).or_insert((change, false)).1 |= is_raised;
            }
        }
    }
    let facts = changes.into_iter();
    facts
        .filter_map(|(path, ([before, after], is_raised))| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let meaning = (ChangeKind::ThrottleRaised, "each key may send more requests");
            comparison.setting_with(&path, before, after, is_raised.then_some(meaning))
        })
        .collect()
}

/// Returns whether a key may send more requests. Without limits, it may send any number.
fn is_raised<T: Copy>(before: Option<T>, after: Option<T>, is_wider: fn(T, T) -> bool) -> bool {
    match (before, after) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => is_wider(after, before),
    }
}
