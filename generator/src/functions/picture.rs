//! A function's box, with what the function may touch.

use crate::functions::{Function, rights};
use crate::graph::picture::{Kind, Node};

/// The box.
pub(crate) fn node(id: String, name: &str, function: &Function) -> Node {
    let rights = rights::of(function).into_iter();
    Node::new(
        id,
        Kind::Function,
        name,
        rights.map(|right| format!("may {}", right.may)),
    )
}
