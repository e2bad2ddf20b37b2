//! The user pool's part of `modules/service`: `user_pool.tf`.

use crate::environments::name_in_service;
use crate::hcl::{Block, argument, object, reference};
use crate::identifier::Identifier;
use crate::modules::module::{Output, Variable, module_call};
use crate::user_pool::{UserPool, client_module, first_user_module};

/// What an environment decides.
pub(crate) fn variables() -> [Variable; 2] {
    [
        Variable::new(
            "deletion_protection",
            "string",
            "`ACTIVE` if AWS must refuse to delete the user pool, otherwise `INACTIVE`.",
        ),
        Variable::new(
            "first_user_email",
            "string",
            "Email address of the first user, who gets an invitation.",
        ),
    ]
}

/// The pool, its clients and the first user.
pub(crate) fn blocks(pool: &UserPool) -> Vec<Block> {
    let mut blocks = vec![
        module_call("user_pool", "user_pool")
            .attribute(argument("name", name_in_service(&pool.name)))
            .attribute(argument(
                "deletion_protection",
                reference("var.deletion_protection"),
            ))
            .build(),
    ];
    blocks.extend(
        pool.clients
            .iter()
            .map(|(name, client)| client_module::call(name, client)),
    );
    blocks.push(first_user_module::call());
    blocks
}

/// What an environment's root hands on.
pub(crate) fn outputs(pool: &UserPool) -> Vec<Output> {
    let id = |name: &str| reference(&format!("module.{}.id", client_module::name(name)));
    let mut outputs = vec![
        Output::new(
            "first_user_email",
            "Email address of the first user.",
            reference("module.first_user.email"),
        ),
        Output::new(
            "user_pool_id",
            "ID of the user pool.",
            reference("module.user_pool.id"),
        ),
        Output::new(
            "user_pool_client_ids",
            "IDs of the user pool's clients by name.",
            object(pool.clients.keys().map(|name| (name.clone(), id(name)))),
        ),
    ];
    // The client of the commands that `apply` prints, which sign in with a password where one can.
    let with_password = pool
        .clients
        .iter()
        .find(|(_, client)| client.explicit_auth_flows.contains(&"ALLOW_USER_PASSWORD_AUTH"));
    if let Some((name, _)) = with_password.or_else(|| pool.clients.iter().next()) {
        outputs.push(Output::new(
            "user_pool_client_id",
            format!("ID of the client `{name}`."),
            id(name),
        ));
    }
    outputs
}

/// Calls of renamed clients: what each was, is, and means.
pub(crate) fn moves(pool: &UserPool) -> impl Iterator<Item = (Identifier, Identifier, &'static str)> {
    pool.clients.iter().filter_map(|(name, client)| {
        let formerly = client.formerly.as_deref()?;
        let what = "The same client, renamed in place. Its ID stays.";
        Some((client_module::name(formerly), client_module::name(name), what))
    })
}
