//! `aws_cognito_user_pool_client`: what may sign users in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool_client>

use crate::hcl::{Block, argument, commented, reference, string};
use crate::resources::resource;

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
