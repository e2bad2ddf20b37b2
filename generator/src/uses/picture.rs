//! The boxes of data, and the lines from the functions that may reach it.

use std::cell::LazyCell;

use crate::graph::picture::{Block, Edge, Kind, Node, Stroke};
use crate::identifier::Identifier;
use crate::reach::reachable_by::{ReachableBy, SIGNED_IN};
use crate::reach::review;
use crate::reach::{Reach, failed_messages};
use crate::service::Service;
use crate::uses::Datum;

/// A block for everything that a function may reach. `function_id` returns the id of a function's box.
pub(crate) fn data(service: &Service, function_id: impl Fn(&str) -> String) -> Vec<Block> {
    let reach = LazyCell::new(|| Reach::of(service));
    let block = |(datum, limit): (Datum, Option<&ReachableBy>)| {
        let functions = reach.functions_on(&datum);
        if functions.is_empty() {
            return None;
        }
        let noun = datum.kind.declaration().noun;
        let id = format!("{noun}_{}", Identifier::new(&datum.name));
        let edges = functions.iter().map(|(function, _)| {
            let stroke = match reach.public_ways(function).is_empty() {
                true => Stroke::Plain,
                false => Stroke::Thick,
            };
            Edge::new(&function_id(function), &id, stroke)
        });
        let lines = limit.map(limited).into_iter().chain(invokes(service, &datum));
        Some(Block {
            edges: edges.collect(),
            nodes: vec![Node::new(
                id,
                Kind::Data,
                &format!("{noun} {}", datum.name),
                lines,
            )],
        })
    };
    let data = review::all(service).flat_map(|(datum, limit)| {
        let failed = failed_messages(service, &datum);
        [datum].into_iter().chain(failed).map(move |datum| (datum, limit))
    });
    data.filter_map(block).collect()
}

/// The callers that may reach it at most.
fn limited(reachable_by: &ReachableBy) -> String {
    let entries = reachable_by.entries().iter().map(|entry| match entry.as_str() {
        SIGNED_IN => "signed-in users",
        route => route,
    });
    let entries: Vec<&str> = entries.collect();
    match entries[..] {
        [] => "for no route".into(),
        _ => format!("only for {}", entries.join(", ")),
    }
}

/// The functions that its events invoke.
fn invokes(service: &Service, datum: &Datum) -> Option<String> {
    let functions = service.functions.iter().filter(|(_, function)| {
        let mut sources = function.on.iter().filter_map(|event| event.datum());
        sources.any(|source| source == *datum)
    });
    let names: Vec<&str> = functions.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| format!("invokes {}", names.join(", ")))
}
