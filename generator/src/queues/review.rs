//! Queues: new ones, and those whose waiting messages are lost.

use crate::queues::with_failed;
use crate::review::Fact;
use crate::review::comparison::{Comparison, data};
use crate::uses::Kind;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let [before, after] = [comparison.base, comparison.head].map(|service| with_failed(&service.queues));
    let replaced = after.iter().filter_map(|(name, after)| {
        let fifo = [before.get(name)?.fifo, after.fifo].map(|fifo| fifo.to_string());
        comparison.replaced(Kind::Queues, name, [("fifo", fifo)])
    });
    let mut facts = data(Kind::Queues, before.keys(), after.keys());
    facts.extend(replaced);
    facts
}
