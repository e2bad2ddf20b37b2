//! Signed-in users and the authorizer that admits them.

use crate::environments::name_in;
use crate::graph::picture::{AUTHORIZER, Edge, Kind, Node, SIGNED_IN, Stroke};
use crate::user_pool::UserPool;

/// Signed-in users and the authorizer, in one environment or in general.
pub(crate) fn authorizer(pool: &UserPool, environment: Option<&str>) -> (Vec<Node>, Edge) {
    let UserPool {
        name,
        self_sign_up,
        password: _, // how hard an account is to take over, not who may have one
        clients: _,  // programs that sign users in, not callers
    } = pool;
    let name = environment.map_or_else(|| name.clone(), |environment| name_in(name, environment));
    let registers = if *self_sign_up {
        "anyone may register"
    } else {
        "by invitation only"
    };
    let nodes = vec![
        Node::new(
            SIGNED_IN,
            Kind::Caller,
            "Signed-in users",
            [registers.to_string()],
        ),
        Node::new(
            AUTHORIZER,
            Kind::Authorizer,
            "Authorizer",
            [
                format!("user pool {name}"),
                "answers 401 to other callers".to_string(),
            ],
        ),
    ];
    (nodes, Edge::new(SIGNED_IN, AUTHORIZER, Stroke::Plain))
}
