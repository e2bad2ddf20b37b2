//! The boxes of a function's routes: one for public routes, one for the others, with a line a route.

use crate::graph::picture::{ANYONE, AUTHORIZER, Block, Edge, Kind, Node, PROTECTED, PUBLIC, Stroke};
use crate::identifier::Identifier;
use crate::routes::{Auth, Route, Routes};

/// The routes of a function, the way to them and the way on to its box.
pub(crate) fn routes(routes: &Routes, function: &str, function_id: &str, block: &mut Block) {
    let identifier = Identifier::new(function);
    for auth in [Auth::None, Auth::UserPool] {
        let lines: Vec<String> = routes
            .iter()
            .filter_map(|(path, method, route)| {
                let Route {
                    function: by,
                    auth: own,
                } = route;
                (by == function && *own == auth).then(|| path.key(method))
            })
            .collect();
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
