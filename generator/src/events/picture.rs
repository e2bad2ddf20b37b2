//! The box of what invokes a function beside its routes.

use crate::events::Event;
use crate::graph::picture::{Block, Edge, Kind, Node, Stroke};
use crate::identifier::Identifier;

/// The box, and the way on to the function's.
pub(crate) fn events(events: &[Event], function: &str, function_id: &str, block: &mut Block) {
    if events.is_empty() {
        return;
    }
    let id = format!("events_{}", Identifier::new(function));
    let phrases = events.iter().map(Event::phrase);
    let node = Node::new(
        id,
        Kind::Events,
        "Events",
        phrases.map(|phrase| phrase.replace('`', "")),
    );
    block.edges.push(Edge::new(&node.id, function_id, Stroke::Plain));
    block.nodes.push(node);
}
