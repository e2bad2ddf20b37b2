//! The boxes of a function's routes: one for public routes, one for the others, with a line a route.

use std::collections::BTreeMap;

use crate::graph::picture::{ANYONE, AUTHORIZER, Block, Edge, Kind, Node, PROTECTED, PUBLIC, Stroke};
use crate::identifier::Identifier;
use crate::routes::{Auth, Routes};

/// The keys of the routes of each function, with the scopes they need, and who may call them.
pub(crate) fn by_function(routes: &Routes) -> BTreeMap<&str, Vec<(String, Auth)>> {
    let mut by_function: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (path, method, route) in routes.iter() {
        let own = by_function.entry(&route.function).or_default();
        let scopes = route.scopes_in_words();
        let scopes = scopes.map_or_else(String::new, |scopes| format!(" (scope {scopes})"));
        own.push((path.key(method) + &scopes, route.auth));
    }
    by_function
}

/// The routes of a function, the way to them and the way on to its box.
pub(crate) fn routes(routes: &[(String, Auth)], function: &str, function_id: &str, block: &mut Block) {
    let identifier = Identifier::new(function);
    for auth in [Auth::None, Auth::UserPool] {
        let own = routes.iter().filter(|(_, own)| *own == auth);
        let lines: Vec<String> = own.map(|(key, _)| key.clone()).collect();
        if lines.is_empty() {
            continue;
        }
        let (prefix, kind, title, from, stroke) = match auth {
            Auth::None => ("public", Kind::Public, PUBLIC, ANYONE, Stroke::Thick),
            Auth::UserPool => ("protected", Kind::Protected, PROTECTED, AUTHORIZER, Stroke::Plain),
        };
        let node = Node::new(format!("{prefix}_{identifier}"), kind, title, lines);
        block.edges.push(Edge::new(from, &node.id, stroke));
        block.edges.push(Edge::new(&node.id, function_id, stroke));
        block.nodes.push(node);
    }
}
