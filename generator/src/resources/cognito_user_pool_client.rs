//! `aws_cognito_user_pool_client`: what may sign users in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool_client>

use crate::hcl::{Block, argument, commented, reference, string};
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cognito_user_pool_client",
    in_snapshot: false,
    arguments: &[
        ("allowed_oauth_flows", Shown),
        ("allowed_oauth_scopes", Shown),
        ("auth_session_validity", Default("3")),
        ("callback_urls", Shown),
        ("client_secret", Harmless),
        ("enable_token_revocation", Default("true")),
        ("explicit_auth_flows", Shown),
        ("generate_secret", Shown),
        ("name", Shown),
        ("prevent_user_existence_errors", Shown),
        ("refresh_token_validity", Default("30")),
        ("supported_identity_providers", Shown),
        ("token_validity_units.access_token", Default("\"hours\"")),
        ("token_validity_units.id_token", Default("\"hours\"")),
        ("token_validity_units.refresh_token", Default("\"days\"")),
        ("user_pool_id", Shown),
    ],
};

/// `generate_secret`.
pub const SECRET: bool = false;
/// `prevent_user_existence_errors`.
pub const HIDES_USERS: &str = "ENABLED";
/// `allowed_oauth_flows`, `allowed_oauth_scopes`, `callback_urls` and `supported_identity_providers`, which no block here
/// sets: only Cognito's own calls sign users in.
pub const OAUTH: [&str; 0] = [];

/// A client without a secret: one that runs on a command line or in a browser could not keep it.
pub fn resource_block() -> Block {
    TYPE.block("this")
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
