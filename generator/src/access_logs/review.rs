//! Facts about access logs: whether there are any, and for how long each environment keeps them.

use std::collections::BTreeMap;

use crate::review::ChangeKind::{AccessLogsDeleted, LogRetentionShorter};
use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::service::Service;

/// The key of all environments.
const EVERYWHERE: [&str; 3] = ["api", "access_logs", "retention_days"];

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let days = |service: &Service| service.api.access_log_retention_days();
    let [before, after] = [comparison.base, comparison.head].map(days);
    match (before, after) {
        (None, None) => return Vec::new(),
        (Some(_), None) => {
            let meaning = Some((AccessLogsDeleted, "the log groups and their lines are deleted"));
            let fact = comparison.setting_with(&EVERYWHERE[..2], before, None, meaning);
            return fact.into_iter().collect();
        }
        (None, Some(_)) => {
            let fact = comparison.setting(&EVERYWHERE, None, after);
            return fact.into_iter().collect();
        }
        (Some(_), Some(_)) => {}
    }
    // A change of all environments is reported once.
    let mut facts = BTreeMap::new();
    for name in &comparison.environments {
        let (was, is) = comparison.environment(name);
        let (was, is) = (was.access_log_retention_days, is.access_log_retention_days);
        let here = ["environments", *name, "access_log_retention_days"];
        let path = match (was, is) == (before, after) {
            true => &EVERYWHERE,
            false => &here,
        };
        let meaning = (is < was).then_some((LogRetentionShorter, "older lines are deleted"));
        let fact = comparison.setting_with(path, was, is, meaning);
        facts.extend(fact.map(|fact| (fact.of(), fact)));
    }
    facts.into_values().collect()
}
