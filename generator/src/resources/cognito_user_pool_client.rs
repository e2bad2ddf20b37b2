//! `aws_cognito_user_pool_client`: what may sign users in.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool_client>

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, block, commented, reference, string};
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cognito_user_pool_client",
    in_snapshot: false,
    arguments: &[
        ("access_token_validity", Shown),
        ("allowed_oauth_flows", Shown),
        ("allowed_oauth_scopes", Shown),
        ("auth_session_validity", Default("3")),
        ("callback_urls", Shown),
        ("client_secret", Harmless),
        ("enable_token_revocation", Shown),
        ("explicit_auth_flows", Shown),
        ("generate_secret", Shown),
        ("id_token_validity", Shown),
        ("name", Shown),
        ("prevent_user_existence_errors", Shown),
        ("refresh_token_validity", Shown),
        ("supported_identity_providers", Shown),
        ("token_validity_units.access_token", Shown),
        ("token_validity_units.id_token", Shown),
        ("token_validity_units.refresh_token", Shown),
        ("user_pool_id", Shown),
    ],
};

/// Minutes for which an id token or an access token is valid: 5 minutes to 1 day.
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>
pub const TOKEN_MINUTES: RangeInclusive<u32> = 5..=1440;
/// Days for which a refresh token is valid: 60 minutes to 10 years, and never shorter than another token. The same page.
pub const REFRESH_TOKEN_DAYS: RangeInclusive<u32> = 1..=3650;
/// `token_validity_units`. They are always written, because AWS counts in hours without them.
pub const UNITS: [(&str, &str); 3] = [
    ("access_token", "minutes"),
    ("id_token", "minutes"),
    ("refresh_token", "days"),
];

/// `generate_secret`.
pub const SECRET: bool = false;
/// `prevent_user_existence_errors`.
pub const HIDES_USERS: &str = "ENABLED";
/// `allowed_oauth_flows`, `allowed_oauth_scopes`, `callback_urls` and `supported_identity_providers`, which no block here
/// sets: only Cognito's own calls sign users in.
pub const OAUTH: [&str; 0] = [];

/// The arguments that a client's keys about tokens decide. Without them, the provider keeps the values of before.
const LIFETIMES: [&str; 4] = [
    "id_token_validity",
    "access_token_validity",
    "refresh_token_validity",
    "enable_token_revocation",
];

/// A client without a secret: one that runs on a command line or in a browser could not keep it.
pub fn resource_block() -> Block {
    let units = UNITS
        .into_iter()
        .fold(block("token_validity_units", []), |units, (token, unit)| {
            units.attribute(argument(token, string(unit)))
        });
    let units = units.build();
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
        .attributes(LIFETIMES.map(|name| argument(name, reference(format!("var.{name}")))))
        .block(units)
        .build()
}
