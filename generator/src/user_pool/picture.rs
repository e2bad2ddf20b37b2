//! Signed-in users and the authorizer that admits them.

use crate::environments::name_in;
use crate::graph::picture::{AUTHORIZER, Edge, Kind, Node, SIGNED_IN, Stroke};
use crate::service::{Environment, Service};
use crate::user_pool::{OwnUserPool, UserPool, id};

/// Signed-in users and the authorizer, in one environment or in general.
pub(crate) fn authorizer(service: &Service, environment: Option<&str>) -> Option<(Vec<Node>, Edge)> {
    let (registers, pool) = match service.user_pool.as_ref()? {
        UserPool::Own(pool) => own(pool, environment),
        UserPool::Existing { .. } => existing(service, environment),
    };
    let nodes = vec![
        Node::new(SIGNED_IN, Kind::Caller, "Signed-in users", [registers]),
        Node::new(
            AUTHORIZER,
            Kind::Authorizer,
            "Authorizer",
            [pool, "answers 401 to other callers".to_string()],
        ),
    ];
    Some((nodes, Edge::new(SIGNED_IN, AUTHORIZER, Stroke::Plain)))
}

/// How users register, and which pool they are in.
fn own(pool: &OwnUserPool, environment: Option<&str>) -> (String, String) {
    let OwnUserPool {
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
    (registers.to_string(), format!("user pool {name}"))
}

/// The same of a pool that exists. Who may register there is not in the spec.
fn existing(service: &Service, environment: Option<&str>) -> (String, String) {
    let registers = "as their pool admits".to_string();
    let own = environment.and_then(|name| Some((name, service.environments.get(name)?)));
    let pool = match own {
        Some((
            _,
            Environment {
                existing_user_pool: Some(arn),
                ..
            },
        )) => format!("user pool {}", id(arn)),
        Some((name, _)) => format!(
            "user pool {}",
            name_in(&OwnUserPool::of_local(&service.name).name, name)
        ),
        None => "an existing user pool".to_string(),
    };
    (registers, pool)
}
