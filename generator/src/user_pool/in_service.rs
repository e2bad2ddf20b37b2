//! The user pool's part of `modules/service`: `user_pool.tf`.

use crate::environments::name_in_service;
use crate::hcl::{Block, Expression, argument, expression, object, reference};
use crate::identifier::Identifier;
use crate::modules::module::{Output, Variable, module_call_in};
use crate::service::Service;
use crate::user_pool::{OwnUserPool, UserPool, client_module, first_user_module};

/// Returns the variables of the user pool that an environment sets.
pub(crate) fn variables(service: &Service) -> Vec<Variable> {
    match &service.user_pool {
        None => Vec::new(),
        Some(UserPool::Own(_)) => vec![first_user_module::optional_email(
            "first_user_email",
            "Email address of the first user, who gets an invitation.",
        )],
        Some(UserPool::Existing { .. }) => vec![Variable::new(
            "user_pool_arn",
            "string",
            "ARN of the user pool whose users may call routes for signed-in users.",
        )],
    }
}

/// The ARN of the pool whose users are admitted.
pub(crate) fn arn(pool: &UserPool) -> Expression {
    reference(match pool {
        UserPool::Own(_) => "module.user_pool.arn",
        UserPool::Existing { .. } => "var.user_pool_arn",
    })
}

/// The id of that pool.
pub(crate) fn id(pool: &UserPool) -> Expression {
    match pool {
        UserPool::Own(_) => reference("module.user_pool.id"),
        UserPool::Existing { .. } => expression("split(\"/\", var.user_pool_arn)[1]"),
    }
}

/// The pool, its clients and the first user, if the service has a pool of its own.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let deletion_protection = reference("var.deletion_protection");
    service.own_user_pool().map_or_else(Vec::new, |pool| {
        calls(pool, "..", name_in_service(&pool.name), deletion_protection)
    })
}

/// The calls for a pool, its clients and the first user, by the folder of their modules.
pub(crate) fn calls(
    pool: &OwnUserPool,
    modules: &str,
    name: Expression,
    deletion_protection: Expression,
) -> Vec<Block> {
    let mut blocks = vec![
        module_call_in(modules, "user_pool", "user_pool")
            .attribute(argument("name", name))
            .attribute(argument("deletion_protection", deletion_protection))
            .build(),
    ];
    blocks.extend(
        pool.clients
            .iter()
            .map(|(name, client)| client_module::call(modules, name, client)),
    );
    blocks.push(first_user_module::call(modules));
    blocks
}

/// Returns the pool's outputs of an environment's root, if the service has a pool of its own.
pub(crate) fn outputs(service: &Service) -> Vec<Output> {
    service.own_user_pool().map_or_else(Vec::new, outputs_of)
}

/// Returns the outputs of a pool, its clients and the first user.
pub(crate) fn outputs_of(pool: &OwnUserPool) -> Vec<Output> {
    let id = |name: &str| reference(format!("module.{}.id", client_module::name(name)));
    let mut outputs = vec![
        Output::new(
            "first_user_email",
            "Email address of the first user, if there is one.",
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
    // The client of the commands that `apply` prints. They sign in with a password if a client allows it.
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
pub(crate) fn moves(pool: &OwnUserPool) -> impl Iterator<Item = (Identifier, Identifier, &'static str)> {
    pool.clients.iter().filter_map(|(name, client)| {
        let formerly = client.formerly.as_deref()?;
        let what = "The same client, renamed in place. Its ID stays.";
        Some((client_module::name(formerly), client_module::name(name), what))
    })
}
