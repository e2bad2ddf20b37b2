//! The user pool: who can get a token.

use serde_json::Value;

use crate::surface::resources::{Resources, optional, text, texts};
use crate::surface::types::{Client, Password, UserPool};
use portcullis_terraform_json::Resource;

/// The pool that a surface describes: the first, by the authorizers' names, whose users are admitted; where none of
/// those is here, the only one.
pub(crate) fn choose<'a>(resources: &Resources<'a>, admitted: &[String]) -> Option<&'a Resource> {
    let pools: Vec<&Resource> = resources.of("aws_cognito_user_pool").collect();
    let first = admitted
        .iter()
        .find_map(|arn| pools.iter().find(|pool| text(pool, "arn") == arn).copied());
    first.or_else(|| match pools[..] {
        [only] => Some(only),
        _ => None,
    })
}

/// What the pool says, its clients and its first user.
pub(crate) fn user_pool<'a>(resources: &mut Resources<'a>, pool: &'a Resource) -> UserPool {
    resources.account(pool);
    let id = text(pool, "id");
    let of = |kind: &'static str| {
        resources
            .of(kind)
            .filter(move |other| text(other, "user_pool_id") == id)
    };
    let clients: Vec<&Resource> = of("aws_cognito_user_pool_client").collect();
    // Generated HCL invites one user; another one is one more who gets in.
    let users: Vec<&Resource> = of("aws_cognito_user").collect();
    let first = match users[..] {
        [only] => Some(only),
        _ => users.into_iter().find(|user| user.address == FIRST_USER),
    };
    clients
        .iter()
        .chain(&first)
        .for_each(|found| resources.account(found));
    let values = &pool.values;
    let password = &values["password_policy"][0];
    let is = |value: &Value| *value == Value::Bool(true);
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let mut clients: Vec<Client> = clients.into_iter().map(client).collect();
    clients.sort();
    UserPool {
        name: text(pool, "name").into(),
        sign_in_with: texts(&values["username_attributes"]),
        verified: texts(&values["auto_verified_attributes"]),
        verified_before_update: texts(
            &values["user_attribute_update_settings"][0]["attributes_require_verification_before_update"],
        ),
        // A pool that does not say it tells them apart.
        case_sensitive: values["username_configuration"][0]["case_sensitive"] != Value::Bool(false),
        self_sign_up: !is(&values["admin_create_user_config"][0]["allow_admin_create_user_only"]),
        password: Password {
            minimum_length: number(&password["minimum_length"]),
            lowercase: is(&password["require_lowercase"]),
            uppercase: is(&password["require_uppercase"]),
            numbers: is(&password["require_numbers"]),
            symbols: is(&password["require_symbols"]),
            temporary_password_validity_days: number(&password["temporary_password_validity_days"]),
        },
        mfa: optional(pool, "mfa_configuration").unwrap_or_else(|| "OFF".into()),
        deletion_protection: text(pool, "deletion_protection") == "ACTIVE",
        clients,
    }
}

/// Where generated HCL has the user who is invited.
pub const FIRST_USER: &str = "module.service.module.first_user.aws_cognito_user.this";

fn client(client: &Resource) -> Client {
    let values = &client.values;
    Client {
        name: text(client, "name").into(),
        auth_flows: texts(&values["explicit_auth_flows"]),
        generate_secret: values["generate_secret"] == Value::Bool(true),
        hides_users: text(client, "prevent_user_existence_errors") == "ENABLED",
        oauth_flows: texts(&values["allowed_oauth_flows"]),
        oauth_scopes: texts(&values["allowed_oauth_scopes"]),
        callback_urls: texts(&values["callback_urls"]),
        identity_providers: texts(&values["supported_identity_providers"]),
    }
}
