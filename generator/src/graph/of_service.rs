//! The picture of a service: each room says its boxes.

use portcullis_foreign_text::printable;

use crate::authorizer::picture::authorizer;
use crate::cors::picture::preflights;
use crate::events::picture::events;
use crate::functions::picture::node;
use crate::graph::picture::{ANYONE, Block, Edge, Kind, Node, Picture, Stroke};
use crate::identifier::Identifier;
use crate::lambda_authorizers::picture::authorizers as lambda_authorizers;
use crate::routes::picture::{by_function, routes};
use crate::service::{Api, Auth, LOCAL, Service};
use crate::uses::picture::data;

/// All of a service, in one of its environments or in general.
pub fn picture(service: &Service, environment: Option<&str>) -> Picture {
    let title = match environment {
        Some(name) => format!("Who can reach what in {}, {name}", service.name),
        None => format!("Who can reach what in {}", service.name),
    };
    let mut blocks = vec![callers(service, environment)];
    let by_function = by_function(&service.routes);
    let id = |name: &str| format!("function_{}", Identifier::new(name));
    blocks.extend(service.functions.keys().map(|name| {
        let function = service.function_in(environment.unwrap_or(LOCAL), name);
        let id = id(name);
        let mut block = Block::default();
        let own = by_function.get(name.as_str());
        routes(own.map_or(&[], Vec::as_slice), name, &id, &mut block);
        events(&function.on, name, &id, &mut block);
        block.nodes.push(node(id, name, service, function));
        block
    }));
    blocks.extend(data(service, id));
    Picture {
        title: printable::line(&title),
        blocks,
    }
}

fn callers(service: &Service, environment: Option<&str>) -> Block {
    let Api {
        name: _,                   // a label in the console
        stage: _,                  // in every URL, in front of no route
        authorizer_ttl_seconds: _, // how long, not who
        max_timeout_seconds: _,    // how long, not who
        throttle: _,               // how many requests, not whose
        cors,
        access_logs: _, // tell who called, not who may
    } = &service.api;
    let mut block = Block::default();
    let any = |auth| service.routes.iter().any(|(.., route)| route.auth == auth);
    let lambda_authorizers = lambda_authorizers(service);
    if any(Auth::None) || cors.is_some() || !lambda_authorizers.is_empty() {
        block.nodes.push(Node::new(ANYONE, Kind::Caller, "Anyone", []));
    }
    if any(Auth::UserPool)
        && let Some((nodes, edge)) = authorizer(service, environment)
    {
        block.nodes.extend(nodes);
        block.edges.push(edge);
    }
    for (node, edge) in lambda_authorizers {
        block.nodes.push(node);
        block.edges.push(edge);
    }
    if let Some(cors) = cors {
        let node = preflights(cors, &service.environments, environment);
        block.edges.push(Edge::new(ANYONE, &node.id, Stroke::Plain));
        block.nodes.push(node);
    }
    block
}
