//! Signed-in users and the gate: who gets a token, and what asks for it.

use crate::graph::picture::{Edge, GATE, Kind, Node, SIGNED_IN, Stroke};
use crate::user_pool::UserPool;

/// Who calls with a token, and what looks at it.
pub(crate) fn gate(pool: &UserPool) -> (Vec<Node>, Edge) {
    let UserPool {
        name,
        self_sign_up,
        password: _, // how hard an account is to take over, not who may have one
        clients: _,  // programs that sign users in, not callers
    } = pool;
    let registers = if *self_sign_up {
        "anyone may register"
    } else {
        "by invitation only"
    };
    let nodes = vec![
        Node::new(SIGNED_IN, Kind::Caller, "Who signed in", [registers.to_string()]),
        Node::new(
            GATE,
            Kind::Gate,
            "Gate",
            [format!("user pool {name}"), "refuses others with 401".to_string()],
        ),
    ];
    (nodes, Edge::new(SIGNED_IN, GATE, Stroke::Plain))
}
