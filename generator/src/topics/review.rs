//! Topics: new ones, and those whose subscriptions are lost.

use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.topics, &comparison.head.topics);
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let new = new.map(|name| Fact::TopicAdded { topic: name.clone() });
    let gone = gone.map(|name| Fact::TopicDeleted { topic: name.clone() });
    let replaced = after.iter().filter_map(|(name, after)| {
        let fifo = [before.get(name)?.fifo, after.fifo].map(|fifo| fifo.to_string());
        let reasons = comparison.reasons([("fifo", fifo)]);
        (!reasons.is_empty()).then(|| Fact::TopicReplaced {
            topic: name.clone(),
            reasons,
        })
    });
    new.chain(gone).chain(replaced).collect()
}
