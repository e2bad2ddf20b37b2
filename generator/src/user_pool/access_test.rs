//! Assertions about the sign-in: users, passwords and auth flows.

use crate::hcl::{Block, Expression, commented, string, to_set};
use crate::modules::access_test::words::{holds, is, must};
use crate::resources::cognito_user_pool_client;
use crate::user_pool::{Client, OwnUserPool, client_module};

pub(crate) fn who_may_sign_in(pool: &OwnUserPool) -> Vec<Block> {
    let assertions = pool.assertions().into_iter();
    let mut blocks: Vec<Block> = assertions
        .map(|assertion| holds("module.user_pool", assertion))
        .collect();
    blocks.extend(
        pool.clients
            .iter()
            .map(|(name, client)| self::client(name, client)),
    );
    blocks
}

fn strings(texts: impl IntoIterator<Item = &'static str>) -> Expression {
    to_set(texts.into_iter().map(string))
}

fn client(name: &str, client: &Client) -> Block {
    let Client {
        formerly: _, // the client's id stays
        explicit_auth_flows,
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
