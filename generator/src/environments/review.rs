//! Facts about environments: their existence, their states, and their tags.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::service::{LOCAL, S3State};

/// Tags that follow from what they are on.
const OWN_TAGS: [&str; 2] = ["Environment", "Service"];

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(comparison.new_environments().map(|name| Fact::EnvironmentAdded {
        environment: name.into(),
        region: comparison.head.environments[name].region.clone(),
    }));
    facts.extend(
        comparison
            .gone_environments()
            .map(|name| Fact::EnvironmentRemoved {
                environment: name.into(),
            }),
    );
    for name in &comparison.environments {
        let (before, after) = comparison.environment(name);
        facts.extend(state(
            comparison,
            name,
            before.state.as_ref(),
            after.state.as_ref(),
        ));
    }
    facts.extend(tags(comparison));
    facts
}

/// Compares the locations of the state. A bucket's name is globally unique: with another region it is the same bucket.
fn state(
    comparison: &Comparison,
    name: &str,
    before: Option<&S3State>,
    after: Option<&S3State>,
) -> Option<Fact> {
    let place = |state: &S3State| (state.bucket.clone(), state.key.clone());
    if before.map(place) != after.map(place) {
        let address = |state: &S3State| format!("s3://{}/{}", state.bucket, state.key);
        return Some(Fact::StateMoved {
            environment: name.into(),
            before: before.map(address),
            after: after.map(address),
        });
    }
    let region = |state: &S3State| state.region.clone();
    let path = ["environments", name, "state", "region"];
    comparison.setting(&path, before.map(region), after.map(region))
}

/// A tag of the service is reported once, if an environment has it. A tag of an environment is reported with it.
fn tags(comparison: &Comparison) -> Vec<Fact> {
    let change = |environment: &str, tag: &str| {
        let (before, after) = comparison.environment(environment);
        [before, after].map(|environment| environment.tags.get(tag))
    };
    let environments = comparison
        .environments
        .iter()
        .map(|name| comparison.environment(name));
    let tags: BTreeSet<&String> = environments
        .flat_map(|(before, after)| before.tags.keys().chain(after.tags.keys()))
        .filter(|tag| !OWN_TAGS.contains(&tag.as_str()))
        .collect();
    let mut facts = BTreeMap::new();
    for tag in tags {
        for environment in &comparison.environments {
            let [before, after] = change(environment, tag);
            let fact = if [before, after] == change(LOCAL, tag) {
                comparison.setting(&["service", "tags", tag], before, after)
            } else {
                comparison.setting(&["environments", environment, "tags", tag], before, after)
            };
            facts.extend(fact.map(|fact| (fact.of(), fact)));
        }
    }
    facts.into_values().collect()
}
