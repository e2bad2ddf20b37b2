//! Environments: which there are, where their states are, and the tags that differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::review::words::{both_quoted, code, quoted};
use crate::service::{ChangeKind, LOCAL, S3State};

/// Tags that follow from what they are on.
const OWN_TAGS: [&str; 2] = ["Environment", "Service"];

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let mut facts = Vec::new();
    for name in comparison.new_environments() {
        let region = &comparison.head.environments[name].region;
        let sentence = format!(
            "environment {} is new: a whole service more, in {}",
            code(name),
            code(region)
        );
        facts.push(comparison.fact(ChangeKind::EnvironmentAdded, name, sentence));
    }
    for name in comparison.gone_environments() {
        let sentence = format!(
            "environment {} is **forgotten**: its pool, API and all else go on running, and nothing here knows of them",
            code(name)
        );
        facts.push(comparison.fact(ChangeKind::EnvironmentRemoved, name, sentence));
    }
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

/// Where Terraform looks for the state. A bucket's name is unique everywhere: with another region it is the same one.
fn state(
    comparison: &Comparison,
    name: &str,
    before: Option<&S3State>,
    after: Option<&S3State>,
) -> Option<Fact> {
    let place = |state: &S3State| (state.bucket.clone(), state.key.clone());
    if before.map(place) != after.map(place) {
        let address = |state: &S3State| format!("s3://{}/{}", state.bucket, state.key);
        let [before, after] = match (before.map(address), after.map(address)) {
            (Some(before), Some(after)) => both_quoted(&before, &after),
            (before, after) => [before, after].map(|address| match address {
                Some(address) => quoted(&address),
                None => "a local file".into(),
            }),
        };
        let sentence = format!(
            "Terraform looks for the state of {} in {after}, no longer in {before}: unless it is moved first, everything \
             is made a **second time**",
            code(name),
        );
        return Some(comparison.fact(ChangeKind::StateMoved, name, sentence));
    }
    let region = |state: &S3State| state.region.clone();
    let path = ["environments", name, "state", "region"];
    comparison.setting(&path, before.map(region), after.map(region))
}

/// What the service says is told once, where any environment follows; what an environment says by environment.
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
            facts.extend(fact.map(|fact| (fact.of.clone(), fact)));
        }
    }
    facts.into_values().collect()
}
