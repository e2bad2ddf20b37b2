//! The authorizer's box, and the line from the users that it admits.

use crate::authorizer::Authorizer;
use crate::graph::picture::{AUTHORIZER, Edge, Kind, Node, SIGNED_IN, Stroke};
use crate::service::Service;
use crate::user_pool::picture::signed_in;

/// Signed-in users and the authorizer, in one environment or in general.
pub(crate) fn authorizer(service: &Service, environment: Option<&str>) -> Option<(Vec<Node>, Edge)> {
    let Authorizer {
        ttl_seconds: _, // how long, not who
        pool,
    } = Authorizer::of(service)?;
    let (users, pool) = signed_in(service, pool, environment);
    let authorizer = Node::new(
        AUTHORIZER,
        Kind::Authorizer,
        "Authorizer",
        [pool, "answers 401 to other callers".to_string()],
    );
    let edge = Edge::new(SIGNED_IN, AUTHORIZER, Stroke::Plain);
    Some((vec![users, authorizer], edge))
}
