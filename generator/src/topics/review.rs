//! Topics: new ones, and those whose subscriptions are lost.

use crate::review::Fact;
use crate::review::comparison::{Comparison, data};
use crate::uses::Kind;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.topics, &comparison.head.topics);
    let replaced = after.iter().filter_map(|(name, after)| {
        let fifo = [before.get(name)?.fifo, after.fifo].map(|fifo| fifo.to_string());
        comparison.replaced(Kind::Topics, name, [("fifo", fifo)])
    });
    let mut facts = data(Kind::Topics, before.keys(), after.keys());
    facts.extend(replaced);
    facts
}
