//! The box of each Lambda authorizer, and the line from the callers about whom it decides.

use crate::graph::picture::{ANYONE, Edge, Kind, Node, Stroke};
use crate::identifier::Identifier;
use crate::service::Service;

/// The id of an authorizer's box.
pub(crate) fn id(name: &str) -> String {
    format!("authorizer_{}", Identifier::new(name))
}

/// The authorizers that routes have. Anyone makes their functions run.
pub(crate) fn authorizers(service: &Service) -> Vec<(Node, Edge)> {
    let is_used = |name: &str| {
        let mut routes = service.routes.iter();
        routes.any(|(.., route)| route.auth.authorizer() == Some(name))
    };
    let authorizers = service.authorizers.iter().filter(|(name, _)| is_used(name));
    authorizers
        .map(|(name, authorizer)| {
            let lines = [
                format!("function {}", authorizer.function),
                "answers 401 or 403 to other callers".to_owned(),
            ];
            let node = Node::new(id(name), Kind::Authorizer, &format!("Authorizer {name}"), lines);
            let edge = Edge::new(ANYONE, &node.id, Stroke::Plain);
            (node, edge)
        })
        .collect()
}
