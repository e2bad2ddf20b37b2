//! What functions may newly do with what they use, and what they may do no more.

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::uses::Uses;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions.kept.iter().map(|(before, name)| (Some(before), name));
    let new = functions.new.iter().map(|name| (None, name));
    let nothing = Uses::new();
    let mut facts = Vec::new();
    for (before, name) in kept.chain(new) {
        let before = before.map_or(&nothing, |before| &comparison.base.functions[before].uses);
        let after = &comparison.head.functions[name].uses;
        for of in before
            .keys()
            .chain(after.keys().filter(|of| !before.contains_key(*of)))
        {
            let verbs = |uses: &Uses| uses.get(of).cloned().unwrap_or_default();
            let (before, after) = (verbs(before), verbs(after));
            let only = |one: &[&'static str], other: &[&'static str]| -> Vec<&'static str> {
                one.iter().copied().filter(|verb| !other.contains(verb)).collect()
            };
            let (more, less) = (only(&after, &before), only(&before, &after));
            if !more.is_empty() {
                facts.push(Fact::UseAdded {
                    function: name.clone(),
                    of: of.clone(),
                    verbs: more,
                    public: comparison.head.routes.public_keys(name),
                });
            }
            if !less.is_empty() {
                facts.push(Fact::UseRemoved {
                    function: name.clone(),
                    of: of.clone(),
                    verbs: less,
                });
            }
        }
    }
    facts
}
