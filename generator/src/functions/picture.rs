//! A function's box, with what the function may touch.

use crate::functions::{Function, rights};
use crate::graph::picture::{Kind, Node};
use crate::service::Service;

/// The box.
pub(crate) fn node(id: String, name: &str, service: &Service, function: &Function) -> Node {
    let rights = rights::phrases(service, function).into_iter();
    Node::new(
        id,
        Kind::Function,
        name,
        rights.map(|right| format!("may {right}")),
    )
}
