//! `aws_cognito_user_pool`: the users.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool>
//!
//! `name` (before AWS provider 6.6) and `username_attributes` force a new pool, and with it the loss of every user: the
//! firewall refuses that.
//!
//! Without `user_attribute_update_settings` a user's new address counts at once, to sign in and in tokens, also if it
//! belongs to somebody else:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html>.
//!
//! AWS refuses to delete a pool whose `deletion_protection` is on, and the provider does not take it off before it deletes:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html>. A destroy, or
//! the last step of a replacement, then fails with `InvalidParameterException`. moto 5.2.5 keeps the setting and deletes all
//! the same; the emulated AWS refuses as AWS does (`moto_cognitoidp.py`).

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, block, commented, list, reference, string};
use crate::resources::resource;
use crate::service::UserPool;

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html>
pub const MINIMUM_LENGTH: RangeInclusive<u32> = 6..=99;
/// Days for which the password of an invitation is valid; the same page.
pub const TEMPORARY_PASSWORD_VALIDITY_DAYS: RangeInclusive<u32> = 1..=365;

/// Whether Cognito takes a name for a pool: 1 to 128 characters of words, spaces and `+ = , . @ -`.
///
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html>
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let valid = !name.trim().is_empty()
        && name.chars().count() <= 128
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '+' | '=' | ',' | '.' | '@' | '-'));
    if valid {
        Ok(())
    } else {
        Err("letters, digits, spaces and `_ + = , . @ -`, at most 128")
    }
}

/// A pool whose users sign in with their e-mail address, which Cognito verifies.
pub fn resource_block(pool: &UserPool) -> Block {
    let password = &pool.password;
    resource("aws_cognito_user_pool", "this")
        .attribute(argument("name", string(&pool.name)))
        .attribute(argument("username_attributes", list([string("email")])))
        .attribute(argument("auto_verified_attributes", list([string("email")])))
        .attribute(argument(
            "deletion_protection",
            reference("var.deletion_protection"),
        ))
        .block(
            block("admin_create_user_config", [])
                .attribute(commented(
                    argument("allow_admin_create_user_only", !pool.self_sign_up),
                    if pool.self_sign_up {
                        "Anybody may register."
                    } else {
                        "Only who is invited."
                    },
                ))
                .build(),
        )
        .block(
            block("password_policy", [])
                .attribute(argument("minimum_length", password.minimum_length))
                .attribute(argument("require_lowercase", password.lowercase))
                .attribute(argument("require_numbers", password.numbers))
                .attribute(argument("require_symbols", password.symbols))
                .attribute(argument("require_uppercase", password.uppercase))
                .attribute(argument(
                    "temporary_password_validity_days",
                    password.temporary_password_validity_days,
                ))
                .build(),
        )
        .block(
            block("user_attribute_update_settings", [])
                .attribute(commented(
                    argument(
                        "attributes_require_verification_before_update",
                        list([string("email")]),
                    ),
                    "Until a user has entered the code sent to a new address, the old one stays.",
                ))
                .build(),
        )
        .block(
            block("username_configuration", [])
                .attribute(commented(
                    argument("case_sensitive", false),
                    "An e-mail address is the same in any case.",
                ))
                .build(),
        )
        .build()
}
