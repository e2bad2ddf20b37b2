//! Who may sign in: who has an account, what a password holds, what signs users in.

use crate::hcl::{Block, Expression, commented, string};
use crate::modules::access_test::words::{in_days, is, must, set};
use crate::resources::{cognito_user_pool, cognito_user_pool_client};
use crate::user_pool::{Client, OwnUserPool, PasswordPolicy, client_module};

pub(crate) fn who_may_sign_in(pool: &OwnUserPool) -> Vec<Block> {
    let OwnUserPool {
        name: _, // a label in the console
        self_sign_up,
        password,
        clients,
    } = pool;
    let registers = if *self_sign_up {
        "let anyone register"
    } else {
        "let only invited users sign in"
    };
    let mut blocks = vec![
        must(
            "The user pool",
            registers,
            [is("module.user_pool.admin_create_user_only", !self_sign_up)],
        ),
        self::password(password),
        must(
            "Email addresses",
            "be verified before Cognito uses them",
            [
                is(
                    "module.user_pool.verified_attributes",
                    strings(cognito_user_pool::VERIFIED),
                ),
                is(
                    "module.user_pool.verified_before_update",
                    strings(cognito_user_pool::VERIFIED_BEFORE_UPDATE),
                ),
            ],
        ),
        must(
            "The user pool",
            "have the deletion protection of its environment",
            [is("module.user_pool.deletion_protection", string("ACTIVE"))],
        ),
    ];
    blocks.extend(clients.iter().map(|(name, client)| self::client(name, client)));
    blocks
}

fn strings(texts: impl IntoIterator<Item = &'static str>) -> Expression {
    set(texts.into_iter().map(string))
}

fn password(policy: &PasswordPolicy) -> Block {
    let PasswordPolicy {
        minimum_length,
        lowercase,
        uppercase,
        numbers,
        symbols,
        temporary_password_validity_days,
    } = *policy;
    let kinds = [
        (lowercase, "a lower-case letter"),
        (numbers, "a number"),
        (symbols, "a symbol"),
        (uppercase, "an upper-case letter"),
    ];
    let kinds = kinds.iter().filter(|(required, _)| *required);
    let mut holds = vec![format!("at least {minimum_length} characters")];
    holds.extend(kinds.map(|(_, kind)| (*kind).to_string()));
    let arguments = policy.in_aws().arguments().into_iter();
    must(
        "Passwords",
        &format!(
            "have {}, and be valid for {} if they come with an invitation",
            holds.join(", "),
            in_days(temporary_password_validity_days)
        ),
        arguments.map(|(name, value)| is(&format!("module.user_pool.password_policy.{name}"), value)),
    )
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
                &of("explicit_auth_flows"),
                strings(explicit_auth_flows.iter().copied()),
            ),
            is(
                &of("prevent_user_existence_errors"),
                string(cognito_user_pool_client::HIDES_USERS),
            ),
        ],
    );
    commented(block, &format!("Client {name}"))
}
