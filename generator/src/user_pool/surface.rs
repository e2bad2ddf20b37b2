//! The user pool: who can get a token.

use crate::surface::resources::Resources;
use crate::surface::types::{Client, Password, Tokens, UserPool};
use portcullis_terraform_json::cognito::{self, User, UserGroup, UserPoolClient};
use portcullis_terraform_json::index::Part;

/// Returns the pool that a surface describes: the first, by the authorizers' names, whose users are admitted. If none
/// of those is here, it is the only one.
pub(crate) fn choose<'a>(
    resources: &Resources<'a>,
    admitted: &[String],
) -> Option<Part<'a, cognito::UserPool>> {
    let pools: Vec<Part<cognito::UserPool>> = resources.index.parts();
    let first = admitted
        .iter()
        .find_map(|arn| pools.iter().find(|pool| pool.arn == *arn).cloned());
    first.or_else(|| match &pools[..] {
        [only] => Some(only.clone()),
        _ => None,
    })
}

/// Describes a pool, its clients and its first user.
pub(crate) fn user_pool<'a>(resources: &mut Resources<'a>, pool: &Part<'a, cognito::UserPool>) -> UserPool {
    resources.account(pool.resource);
    let mut clients: Vec<Part<UserPoolClient>> = resources.index.parts();
    clients.retain(|client| client.user_pool_id == pool.id);
    // Generated HCL invites one user; another one is one more who gets in.
    let mut users: Vec<Part<User>> = resources.index.parts();
    users.retain(|user| user.user_pool_id == pool.id);
    let first = match &users[..] {
        [only] => Some(only),
        users => users.iter().find(|user| is_first_user(&user.resource.address)),
    };
    first.iter().for_each(|user| resources.account(user.resource));
    clients
        .iter()
        .for_each(|client| resources.account(client.resource));
    let mut groups: Vec<Part<UserGroup>> = resources.index.parts();
    groups.retain(|group| group.user_pool_id == pool.id);
    groups.iter().for_each(|group| resources.account(group.resource));
    let mut groups: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    groups.sort();
    let password = &pool.password_policy;
    let updates = &pool.user_attribute_update_settings;
    let mut clients: Vec<Client> = clients.iter().map(|client| self::client(client)).collect();
    clients.sort();
    UserPool {
        name: pool.name.clone(),
        sign_in_with: pool.username_attributes.clone(),
        verified: pool.auto_verified_attributes.clone(),
        verified_before_update: updates.attributes_require_verification_before_update.clone(),
        // A pool that does not say it tells them apart.
        case_sensitive: pool.username_configuration.case_sensitive != Some(false),
        self_sign_up: !pool.admin_create_user_config.allow_admin_create_user_only,
        password: Password {
            minimum_length: password.minimum_length,
            lowercase: password.require_lowercase,
            uppercase: password.require_uppercase,
            numbers: password.require_numbers,
            symbols: password.require_symbols,
            temporary_password_validity_days: password.temporary_password_validity_days,
        },
        mfa: pool.mfa_configuration.clone().unwrap_or_else(|| "OFF".into()),
        deletion_protection: pool.deletion_protection.as_deref() == Some("ACTIVE"),
        clients,
        groups,
    }
}

/// The address of the invited user in generated HCL.
pub(crate) const FIRST_USER: &str = "module.service.module.first_user.aws_cognito_user.this";
/// The same in `local`, if the other environments use pools that exist.
const FIRST_USER_OF_LOCAL: &str = "module.first_user.aws_cognito_user.this";

/// Returns whether an address is that of the invited user in generated HCL.
pub fn is_first_user(address: &str) -> bool {
    let block = address.strip_suffix("[0]").unwrap_or(address);
    [FIRST_USER, FIRST_USER_OF_LOCAL].contains(&block)
}

fn client(client: &UserPoolClient) -> Client {
    let hides_users = client.prevent_user_existence_errors.as_deref() == Some("ENABLED");
    Client {
        name: client.name.clone(),
        auth_flows: client.explicit_auth_flows.clone(),
        generate_secret: client.generate_secret,
        hides_users,
        oauth_flows: client.allowed_oauth_flows.clone(),
        oauth_scopes: client.allowed_oauth_scopes.clone(),
        callback_urls: client.callback_urls.clone(),
        identity_providers: client.supported_identity_providers.clone(),
        tokens: Tokens {
            id_seconds: client.id_token_seconds(),
            access_seconds: client.access_token_seconds(),
            refresh_seconds: client.refresh_token_seconds(),
            revocation: client.enable_token_revocation != Some(false),
        },
    }
}
