//! Limits that let more or fewer requests through, by the key that they come from.

use std::collections::BTreeMap;

use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact};
use crate::throttling::Throttle;

/// The limits of a key before and after.
type Change = [Option<Throttle>; 2];

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut changes: BTreeMap<Vec<String>, (Change, bool)> = BTreeMap::new();
    let Comparison { base, head, .. } = comparison;
    for environment in &comparison.environments {
        let of_stage = stage(comparison, environment);
        let mut add = |(path, change): (Vec<String>, Change), [before, after]: Change| {
            if before != after {
                changes.entry(path).or_insert((change, false)).1 |= is_raised(before, after);
            }
        };
        if let Some(cause) = of_stage.clone() {
            let limits = [base, head].map(|service| service.throttle_of_stage(environment));
            add(cause, limits);
        }
        for (before, after) in &comparison.routes.kept {
            let (Some(old), Some(new)) = (
                base.routes.get(&before.0, before.1),
                head.routes.get(&after.0, after.1),
            ) else {
                continue;
            };
            let own = [old.throttle, new.throttle];
            let path = || {
                ["routes", &after.0.key(after.1), "throttle"]
                    .map(String::from)
                    .to_vec()
            };
            let cause = match own[0] == own[1] {
                true => of_stage.clone(),
                false => Some((path(), own)),
            };
            // Without one, the route became public or is not public any more, which is a fact of its own.
            if let Some(cause) = cause {
                let limits = [
                    base.throttle_of_route(environment, old),
                    head.throttle_of_route(environment, new),
                ];
                add(cause, limits);
            }
        }
    }
    let changes = changes.into_iter();
    changes
        .filter_map(|(path, ([before, after], is_raised))| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let words = |limits: Option<Throttle>| limits.map(|limits| limits.to_string());
            let meaning = (
                ChangeKind::ThrottleRaised,
                "API Gateway lets more requests through",
            );
            comparison.setting_with(&path, words(before), words(after), is_raised.then_some(meaning))
        })
        .collect()
}

/// The key of the stage's limits that changed for an environment: its own, or that of the API.
fn stage(comparison: &Comparison, environment: &str) -> Option<(Vec<String>, Change)> {
    let (before, after) = comparison.environment(environment);
    let own = [before.throttle, after.throttle];
    let of_api = [comparison.base.api.throttle, comparison.head.api.throttle];
    if own[0] != own[1] {
        let path = ["environments", environment, "throttle"].map(String::from);
        return Some((path.to_vec(), own));
    }
    (of_api[0] != of_api[1]).then(|| (["api", "throttle"].map(String::from).to_vec(), of_api))
}

/// Returns whether more requests pass. None are the limits of the account, which are wider than any of a spec.
fn is_raised(before: Option<Throttle>, after: Option<Throttle>) -> bool {
    match (before, after) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(before), Some(after)) => after.is_wider_than(before),
    }
}
