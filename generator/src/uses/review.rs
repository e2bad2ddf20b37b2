//! The facts about `uses`: newly allowed verbs, verbs that public routes newly reach, and removed verbs.

use std::collections::BTreeSet;

use crate::reach::Reach;
use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::uses::{Datum, Uses};

/// `reaches` are those of the base and of the head.
pub(crate) fn facts(comparison: &Comparison, reaches: [&Reach; 2]) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions.kept.iter().map(|(before, name)| (Some(before), name));
    let new = functions.new.iter().map(|name| (None, name));
    let nothing = Uses::new();
    let [base, head] = reaches;
    let mut facts = Vec::new();
    for (before, name) in kept.chain(new) {
        let uses_before = before.map_or(&nothing, |before| &comparison.base.functions[before].uses);
        let uses_after = &comparison.head.functions[name].uses;
        let was_public = before.is_some_and(|before| !base.public_ways(before).is_empty());
        let ways = head.public_ways(name);
        let all: BTreeSet<&Datum> = uses_before.keys().chain(uses_after.keys()).collect();
        for of in all {
            let verbs = |uses: &Uses| uses.get(of).cloned().unwrap_or_default();
            let (before, after) = (verbs(uses_before), verbs(uses_after));
            let added = beyond(&after, &before);
            let public = match (ways.is_empty(), was_public) {
                (true, _) => Vec::new(),
                (false, true) => added.clone(),
                (false, false) => after.clone(),
            };
            let added = beyond(&added, &public);
            let mut add = |verbs: Vec<&'static str>, public| {
                if !verbs.is_empty() {
                    facts.push(Fact::UseAdded {
                        function: name.clone(),
                        of: of.clone(),
                        verbs,
                        public,
                    });
                }
            };
            add(public, ways.clone());
            add(added, Vec::new());
            let removed = beyond(&before, &after);
            if !removed.is_empty() {
                facts.push(Fact::UseRemoved {
                    function: name.clone(),
                    of: of.clone(),
                    verbs: removed,
                });
            }
        }
    }
    facts
}

/// The verbs that others don't have.
fn beyond(verbs: &[&'static str], others: &[&'static str]) -> Vec<&'static str> {
    let beyond = verbs.iter().filter(|verb| !others.contains(verb));
    beyond.copied().collect()
}
