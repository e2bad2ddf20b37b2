//! `aws_cognito_user_pool_client`: what may sign users in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool_client>

use crate::hcl::{Block, argument, commented, reference, string};
use crate::resources::resource;

/// The flows, in the spec's words and in Cognito's:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>
pub const AUTH_FLOWS: [(&str, &str); 5] = [
    ("admin_user_password", "ALLOW_ADMIN_USER_PASSWORD_AUTH"),
    ("custom", "ALLOW_CUSTOM_AUTH"),
    ("refresh_token", "ALLOW_REFRESH_TOKEN_AUTH"),
    ("user_password", "ALLOW_USER_PASSWORD_AUTH"),
    ("user_srp", "ALLOW_USER_SRP_AUTH"),
];

/// Cognito's name of a flow.
pub fn explicit_auth_flow(name: &str) -> Option<&'static str> {
    AUTH_FLOWS
        .iter()
        .find(|(own, _)| *own == name)
        .map(|(_, cognito)| *cognito)
}

/// The spec's name of a flow that is written in one of Cognito's: those of a client, with and without `ALLOW_`, and those
/// of a call that signs in.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html>
pub fn own_name(cognito: &str) -> Option<&'static str> {
    let name = cognito.to_ascii_uppercase();
    let name = name.strip_prefix("ALLOW_").unwrap_or(&name);
    let current = match name {
        "ADMIN_NO_SRP_AUTH" => "ADMIN_USER_PASSWORD_AUTH",
        "CUSTOM_AUTH_FLOW_ONLY" => "CUSTOM_AUTH",
        "REFRESH_TOKEN" => "REFRESH_TOKEN_AUTH",
        other => other,
    };
    AUTH_FLOWS
        .iter()
        .find(|(_, allowed)| allowed.strip_prefix("ALLOW_") == Some(current))
        .map(|(own, _)| *own)
}

/// `generate_secret`.
pub const SECRET: bool = false;
/// `prevent_user_existence_errors`.
pub const HIDES_USERS: &str = "ENABLED";
/// `allowed_oauth_flows`, `allowed_oauth_scopes`, `callback_urls` and `supported_identity_providers`, which no block here
/// sets: only Cognito's own calls sign users in.
pub const OAUTH: [&str; 0] = [];

/// A client without a secret: one that runs on a command line or in a browser could not keep it.
pub fn resource_block() -> Block {
    resource("aws_cognito_user_pool_client", "this")
        .attribute(argument("name", reference("var.name")))
        .attribute(argument("user_pool_id", reference("var.user_pool_id")))
        .attribute(argument("generate_secret", SECRET))
        .attribute(argument(
            "explicit_auth_flows",
            reference("var.explicit_auth_flows"),
        ))
        .attribute(commented(
            argument("prevent_user_existence_errors", string(HIDES_USERS)),
            "A wrong password and an unknown user get the same answer.",
        ))
        .build()
}
