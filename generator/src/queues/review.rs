//! Queues: new ones, and those whose waiting messages are lost.

use crate::queues::with_failed;
use crate::review::Fact;
use crate::review::comparison::Comparison;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let [before, after] = [comparison.base, comparison.head].map(|service| with_failed(&service.queues));
    let new = after.keys().filter(|name| !before.contains_key(*name));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let new = new.map(|name| Fact::QueueAdded { queue: name.clone() });
    let gone = gone.map(|name| Fact::QueueDeleted { queue: name.clone() });
    let replaced = after.iter().filter_map(|(name, after)| {
        let fifo = [before.get(name)?.fifo, after.fifo].map(|fifo| fifo.to_string());
        let reasons = comparison.reasons([("fifo", fifo)]);
        (!reasons.is_empty()).then(|| Fact::QueueReplaced {
            queue: name.clone(),
            reasons,
        })
    });
    new.chain(gone).chain(replaced).collect()
}
