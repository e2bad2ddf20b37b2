//! The boxes of a function's routes: one for public routes, one for the others, with a line a route.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::picture::{
    ADMITTED, ANYONE, AUTHORIZER, Block, Edge, Kind, Node, PROTECTED, PUBLIC, Stroke,
};
use crate::identifier::Identifier;
use crate::lambda_authorizers::picture as lambda_authorizers;
use crate::routes::{Auth, Routes};

/// The keys of the routes of each function, with the scopes they need, and who may call them.
pub(crate) fn by_function(routes: &Routes) -> BTreeMap<&str, Vec<(String, Auth)>> {
    let mut by_function: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (path, method, route) in routes.iter() {
        let own = by_function.entry(&route.function).or_default();
        let scopes = route.scopes_in_words();
        let scopes = scopes.map_or_else(String::new, |scopes| format!(" (scope {scopes})"));
        let key = if route.api_key { " (API key)" } else { "" };
        own.push((path.key(method) + &scopes + key, route.auth.clone()));
    }
    by_function
}

/// The routes of a function, the way to them and the way on to its box.
pub(crate) fn routes(routes: &[(String, Auth)], function: &str, function_id: &str, block: &mut Block) {
    let identifier = Identifier::new(function);
    let auths: BTreeSet<&Auth> = routes.iter().map(|(_, auth)| auth).collect();
    for auth in auths {
        let own = routes.iter().filter(|(_, own)| own == auth);
        let lines: Vec<String> = own.map(|(key, _)| key.clone()).collect();
        let (id, kind, title, from, stroke) = match auth {
            Auth::None => (
                format!("public_{identifier}"),
                Kind::Public,
                PUBLIC.to_owned(),
                ANYONE.to_owned(),
                Stroke::Thick,
            ),
            Auth::UserPool => (
                format!("protected_{identifier}"),
                Kind::Protected,
                PROTECTED.to_owned(),
                AUTHORIZER.to_owned(),
                Stroke::Plain,
            ),
            Auth::Authorizer(name) => (
                format!("admitted_{}_{identifier}", Identifier::new(name)),
                Kind::Protected,
                format!("{ADMITTED} {name}"),
                lambda_authorizers::id(name),
                Stroke::Plain,
            ),
        };
        let node = Node::new(id, kind, &title, lines);
        block.edges.push(Edge::new(&from, &node.id, stroke));
        block.edges.push(Edge::new(&node.id, function_id, stroke));
        block.nodes.push(node);
    }
}
