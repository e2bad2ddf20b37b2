//! The user pool that a spec asks for.

use crate::environments::name_in;
use crate::resources::{cognito_user_pool, cognito_user_pool_client};
use crate::surface::types;
use crate::user_pool::{Client, OwnUserPool, PasswordPolicy};

/// The pool in an environment that protects it or not.
pub(crate) fn user_pool(pool: &OwnUserPool, environment: &str, deletion_protection: bool) -> types::UserPool {
    let OwnUserPool {
        name,
        self_sign_up,
        mfa,
        password,
        clients,
        groups,
    } = pool;
    types::UserPool {
        name: name_in(name, environment),
        sign_in_with: texts(cognito_user_pool::SIGN_IN_WITH),
        verified: texts(cognito_user_pool::VERIFIED),
        verified_before_update: texts(cognito_user_pool::VERIFIED_BEFORE_UPDATE),
        case_sensitive: cognito_user_pool::CASE_SENSITIVE,
        self_sign_up: *self_sign_up,
        password: self::password(password),
        mfa: mfa.in_aws().into(),
        deletion_protection,
        clients: clients
            .iter()
            .map(|(name, client)| self::client(name, client))
            .collect(),
        groups: groups.keys().cloned().collect(),
    }
}

fn password(policy: &PasswordPolicy) -> types::Password {
    let PasswordPolicy {
        minimum_length,
        lowercase,
        uppercase,
        numbers,
        symbols,
        temporary_password_validity_days,
    } = *policy;
    types::Password {
        minimum_length: minimum_length.into(),
        lowercase,
        uppercase,
        numbers,
        symbols,
        temporary_password_validity_days: temporary_password_validity_days.into(),
    }
}

fn client(name: &str, client: &Client) -> types::Client {
    let Client {
        formerly: _, // who gets a token stays the same
        explicit_auth_flows,
        id_token_minutes,
        access_token_minutes,
        refresh_token_days,
        token_revocation,
    } = client;
    let seconds = |count: u32, unit: u64| Some(u64::from(count) * unit);
    types::Client {
        name: name.into(),
        auth_flows: texts(explicit_auth_flows.iter().copied()),
        generate_secret: cognito_user_pool_client::SECRET,
        hides_users: cognito_user_pool_client::HIDES_USERS == "ENABLED",
        oauth_flows: texts(cognito_user_pool_client::OAUTH),
        oauth_scopes: texts(cognito_user_pool_client::OAUTH),
        callback_urls: texts(cognito_user_pool_client::OAUTH),
        identity_providers: texts(cognito_user_pool_client::OAUTH),
        tokens: types::Tokens {
            id_seconds: seconds(*id_token_minutes, 60),
            access_seconds: seconds(*access_token_minutes, 60),
            refresh_seconds: seconds(*refresh_token_days, 24 * 60 * 60),
            revocation: *token_revocation,
        },
    }
}

fn texts(texts: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    texts.into_iter().map(String::from).collect()
}
