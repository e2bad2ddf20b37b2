//! Who may sign in: who has an account, what a password holds, what signs users in.

use crate::hcl::{Block, commented, string};
use crate::modules::access_test::{in_days, is, says, set};
use crate::modules::service::client_name;
use crate::service::{Client, PasswordPolicy, Service};

pub(crate) fn who_may_sign_in(service: &Service) -> Vec<Block> {
    let pool = &service.user_pool;
    let registers = if pool.self_sign_up {
        "anybody may register"
    } else {
        "only who is invited has an account"
    };
    let mut blocks = vec![
        says(
            "the user pool",
            registers,
            [is("module.user_pool.admin_create_user_only", !pool.self_sign_up)],
        ),
        password(&pool.password),
        says(
            "an e-mail address",
            "it counts once it is verified, also a new one of a user",
            [
                is("module.user_pool.verified_attributes", set([string("email")])),
                is("module.user_pool.verified_before_update", set([string("email")])),
            ],
        ),
        says(
            "the user pool",
            "its environment decides whether AWS refuses to delete it",
            [is("module.user_pool.deletion_protection", string("ACTIVE"))],
        ),
    ];
    blocks.extend(
        pool.clients
            .iter()
            .map(|(name, client)| self::client(name, client)),
    );
    blocks
}

fn password(policy: &PasswordPolicy) -> Block {
    let of = |name: &str| format!("module.user_pool.password_policy.{name}");
    let kinds = [
        (policy.lowercase, "a lower-case letter"),
        (policy.numbers, "a number"),
        (policy.symbols, "a symbol"),
        (policy.uppercase, "an upper-case letter"),
    ];
    let kinds = kinds.iter().filter(|(required, _)| *required);
    let mut holds = vec![format!("at least {} characters", policy.minimum_length)];
    holds.extend(kinds.map(|(_, kind)| (*kind).to_string()));
    let days = policy.temporary_password_validity_days;
    says(
        "a password",
        &format!(
            "{}; one of an invitation is good for {}",
            holds.join(", "),
            in_days(days)
        ),
        [
            is(&of("minimum_length"), policy.minimum_length),
            is(&of("require_lowercase"), policy.lowercase),
            is(&of("require_numbers"), policy.numbers),
            is(&of("require_symbols"), policy.symbols),
            is(&of("require_uppercase"), policy.uppercase),
            is(&of("temporary_password_validity_days"), days),
        ],
    )
}

fn client(name: &str, client: &Client) -> Block {
    let of = |attribute: &str| format!("module.{}.{attribute}", client_name(name));
    let flows = client.explicit_auth_flows.iter().map(|flow| string(*flow));
    let block = says(
        &format!("the client {name}"),
        "it signs users in in no other way, and tells nobody who has an account",
        [
            is(&of("explicit_auth_flows"), set(flows)),
            is(&of("prevent_user_existence_errors"), string("ENABLED")),
        ],
    );
    commented(block, &format!("Client {name}"))
}
