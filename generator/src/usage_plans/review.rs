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

/// Each key is a fact of its own, so that an accepted change names it.
fn api_keys(comparison: &Comparison) -> Vec<Fact> {
    let Comparison { base, head, .. } = comparison;
    // The name of a key has the service's, and Terraform's provider replaces a key that has another name.
    let is_renamed = base.name != head.name;
    let [old, new] = [base, head].map(|service| plans_of_keys(service));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).copied().collect();
    let facts = keys.into_iter().filter_map(|key| {
        let [before, after] = [&old, &new].map(|plans| plans.get(key).copied());
        let plan = after.or(before)?;
        let path = ["usage_plans", plan, "api_keys", key];
        let of_service = |service: &Service| Some(format!("{}-{key}", service.name));
        match [before, after] {
            [Some(_), Some(_)] if is_renamed => {
                comparison.setting_with(&path, of_service(base), of_service(head), Some(DELETED))
            }
            [Some(_), None] => comparison.setting_with(&path, Some(key), None, Some(DELETED)),
            [None, _] => comparison.setting_with(&path, None, Some(key), Some(ADDED)),
            [Some(from), Some(to)] => {
                let is_raised = comparison.environments.iter().any(|environment| {
                    let [from, to]: [&UsagePlan; 2] =
                        [base.here(environment, from), head.here(environment, to)];
                    raised(from, to).contains(&true)
                });
                let meaning = (ChangeKind::ThrottleRaised, "the key may send more requests");
                comparison.setting_with(&path, before, after, is_raised.then_some(meaning))
            }
        }
    });
    facts.collect()
}

const DELETED: (ChangeKind, &str) = (
    ChangeKind::ApiKeyDeleted,
    "Terraform **deletes** the value that clients send, and a key of the same name gets another one",
);
const ADDED: (ChangeKind, &str) = (
    ChangeKind::ApiKeyAdded,
    "a client that has the key may call routes that need one",
);
const RAISED: (ChangeKind, &str) = (ChangeKind::ThrottleRaised, "each key may send more requests");

/// The plan of each key.
fn plans_of_keys(service: &Service) -> BTreeMap<&String, &String> {
    let plans = service.usage_plans.iter();
    plans
        .flat_map(|(name, plan)| plan.api_keys.iter().map(move |key| (key, name)))
        .collect()
}

/// Returns whether a key of the second plan may send more requests than one of the first: by its quota, by its limits.
fn raised(before: &UsagePlan, after: &UsagePlan) -> [bool; 2] {
    let UsagePlan {
        api_keys: _, // each key has one plan
        quota,
        throttle,
    } = before;
    [
        is_raised(*quota, after.quota, Quota::is_wider_than),
        is_raised(*throttle, after.throttle, Throttle::is_wider_than),
    ]
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
            let [before, after] = [old, new].map(in_words);
            for (index, is_raised) in raised(old, new).into_iter().enumerate() {
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
            comparison.setting_with(&path, before, after, is_raised.then_some(RAISED))
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
