//! Assertions about the sign-in: users, passwords and auth flows.

use crate::functions::access_test as functions;
use crate::hcl::{Block, Expression, argument, block, commented, object, reference, string, to_set};
use crate::modules::access_test::assertions::{holds, is, must};
use crate::modules::access_test::mocked;
use crate::references::Reference;
use crate::resources::cognito_user_pool_client;
use crate::service::Service;
use crate::user_pool::{Client, OwnUserPool, client_module};

pub(crate) fn assertions(pool: &OwnUserPool) -> Vec<Block> {
    let assertions = pool.assertions().into_iter();
    let mut blocks: Vec<Block> = assertions
        .map(|assertion| holds("module.user_pool", assertion))
        .collect();
    let clients = pool.clients.iter();
    blocks.extend(clients.flat_map(|(name, client)| [self::client(name, client), tokens(name, client)]));
    blocks
}

/// An id for each client, if functions know some: of the ids that the provider makes up, one would be like the other.
pub(crate) fn overrides(service: &Service) -> Vec<Block> {
    let is_known = |name: &String| {
        let client = Reference::ClientId(name.clone());
        functions::is_compared(service, |one| *one == client)
    };
    let clients = service
        .own_user_pool()
        .into_iter()
        .flat_map(|pool| pool.clients.keys());
    let values = mocked::values(service);
    let client = |name: &String| {
        let id = Reference::ClientId(name.clone()).text(&values);
        let kind = cognito_user_pool_client::TYPE.name;
        let client = format!("module.{}.{kind}.this", client_module::name(name));
        block("override_resource", [])
            .attribute(argument("target", reference(client)))
            .attribute(argument("override_during", reference("plan")))
            .attribute(argument("values", object([("id", string(id))])))
            .build()
    };
    clients.filter(|name| is_known(name)).map(client).collect()
}

fn strings(texts: impl IntoIterator<Item = &'static str>) -> Expression {
    to_set(texts.into_iter().map(string))
}

fn client(name: &str, client: &Client) -> Block {
    let Client {
        formerly: _, // the client's id stays
        explicit_auth_flows,
        // `tokens`
        id_token_minutes: _,
        access_token_minutes: _,
        refresh_token_days: _,
        token_revocation: _,
    } = client;
    let of = |attribute: &str| format!("module.{}.{attribute}", client_module::name(name));
    let block = must(
        &format!("The client `{name}`"),
        "allow only these auth flows, and hide which users exist",
        [
            is(
                of("explicit_auth_flows"),
                strings(explicit_auth_flows.iter().copied()),
            ),
            is(
                of("prevent_user_existence_errors"),
                string(cognito_user_pool_client::HIDES_USERS),
            ),
        ],
    );
    commented(block, &format!("Client {name}"))
}

fn tokens(name: &str, client: &Client) -> Block {
    let of = |attribute: &str| format!("module.{}.{attribute}", client_module::name(name));
    let lifetimes = client.tokens().map(|(argument, value)| is(of(argument), value));
    let units = cognito_user_pool_client::UNITS;
    let units = units.map(|(token, unit)| is(of(&format!("token_validity_units.{token}")), string(unit)));
    must(
        &format!("The client `{name}`"),
        &client.tokens_in_words(),
        lifetimes.into_iter().chain(units),
    )
}
