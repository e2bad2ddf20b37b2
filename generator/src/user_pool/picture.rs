//! Signed-in users and the pool that they are in.

use crate::environments::name_in;
use crate::graph::picture::{Kind, Node, SIGNED_IN};
use crate::service::{Environment, Service};
use crate::user_pool::{OwnUserPool, UserPool, id};

/// The users of the pool, and what their pool is called, in one environment or in general.
pub(crate) fn signed_in(service: &Service, pool: &UserPool, environment: Option<&str>) -> (Node, String) {
    let (registers, pool) = match pool {
        UserPool::Own(pool) => own(pool, environment),
        UserPool::Existing { .. } => existing(service, environment),
    };
    let users = Node::new(SIGNED_IN, Kind::Caller, "Signed-in users", [registers]);
    (users, pool)
}

/// Returns a sentence about registration, and the name of the pool.
fn own(pool: &OwnUserPool, environment: Option<&str>) -> (String, String) {
    let name = &pool.name;
    let name = environment.map_or_else(|| name.clone(), |environment| name_in(name, environment));
    let registers = if pool.self_sign_up {
        "anyone may register"
    } else {
        "by invitation only"
    };
    (registers.to_string(), format!("user pool {name}"))
}

/// The same for an existing pool. The spec does not tell who may register there.
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
