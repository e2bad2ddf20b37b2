//! `aws_cognito_user_pool`: the users.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cognito_user_pool>
//!
//! `name` (before AWS provider 6.6) and `username_attributes` force a new pool, and with it the loss of every user: the
//! data-loss guard refuses that.
//!
//! Without `user_attribute_update_settings` a user's new address counts at once, to sign in and in tokens, even if it
//! belongs to another person:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-email-phone-verification.html>.
//!
//! AWS refuses to delete a pool whose `deletion_protection` is on, and the provider does not take it off before it deletes:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html>. A destroy, or
//! the last step of a replacement, then fails with `InvalidParameterException`. moto 5.2.5 keeps the setting and deletes all
//! the same; the emulated AWS refuses as AWS does (`moto_cognitoidp.py`).

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, commented, list, reference, string};
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_cognito_user_pool",
    in_snapshot: false,
    arguments: &[
        (
            "account_recovery_setting.recovery_mechanism.name",
            Default("[\"verified_email\",\"verified_phone_number\"]"),
        ),
        (
            "account_recovery_setting.recovery_mechanism.priority",
            Default("[1,2]"),
        ),
        ("admin_create_user_config.allow_admin_create_user_only", Shown),
        ("admin_create_user_config.invite_message_template", Harmless),
        ("auto_verified_attributes", Shown),
        ("creation_date", Harmless),
        ("deletion_protection", Shown),
        (
            "email_configuration.email_sending_account",
            Default("\"COGNITO_DEFAULT\""),
        ),
        ("email_mfa_configuration", Harmless),
        ("email_verification_message", Harmless),
        ("email_verification_subject", Harmless),
        ("endpoint", Harmless),
        ("estimated_number_of_users", Harmless),
        ("last_modified_date", Harmless),
        ("mfa_configuration", Shown),
        ("name", Shown),
        ("password_policy.minimum_length", Shown),
        ("password_policy.password_history_size", Harmless),
        ("password_policy.require_lowercase", Shown),
        ("password_policy.require_numbers", Shown),
        ("password_policy.require_symbols", Shown),
        ("password_policy.require_uppercase", Shown),
        ("password_policy.temporary_password_validity_days", Shown),
        (
            "sign_in_policy.allowed_first_auth_factors",
            Default("[\"PASSWORD\"]"),
        ),
        ("sms_authentication_message", Harmless),
        ("sms_verification_message", Harmless),
        // One more factor that users may set up. `mfa_configuration` decides if they need one.
        ("software_token_mfa_configuration.enabled", Harmless),
        (
            "user_attribute_update_settings.attributes_require_verification_before_update",
            Shown,
        ),
        ("user_pool_tier", Harmless),
        ("username_attributes", Shown),
        ("username_configuration.case_sensitive", Shown),
        ("verification_message_template", Harmless),
    ],
};

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html>
pub const MINIMUM_LENGTH: RangeInclusive<u32> = 6..=99;
/// Days for which the password of an invitation is valid; the same page.
pub const TEMPORARY_PASSWORD_VALIDITY_DAYS: RangeInclusive<u32> = 1..=365;

/// The name of a pool:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html>
pub static NAME: TextRule = TextRule {
    must_be: "1 to 128 letters, digits, spaces and `_ + = , . @ -`",
    help: "write it as in `shop-users`",
    check: |name| {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || " _+=,.@-".contains(c);
        !name.trim().is_empty() && name.chars().count() <= 128 && name.chars().all(is_of_name)
    },
    pattern: r"^(?=.*[^ ])[A-Za-z0-9_+=,.@\- ]{1,128}$",
};

/// `username_attributes`: users sign in with these in place of a user name.
pub const SIGN_IN_WITH: [&str; 1] = ["email"];
/// `auto_verified_attributes`: Cognito verifies these of a user who registers.
pub const VERIFIED: [&str; 1] = ["email"];
/// `attributes_require_verification_before_update`: the old value of these counts until the new one is verified.
pub const VERIFIED_BEFORE_UPDATE: [&str; 1] = ["email"];
/// `case_sensitive` of user names.
pub const CASE_SENSITIVE: bool = false;
/// `mfa_configuration` of a pool that asks no user for a second factor, which is the provider's default.
const NO_MFA: &str = "OFF";

/// The arguments of a pool that a spec decides.
#[allow(missing_docs, reason = "the provider's own names")]
pub struct Settings {
    pub allow_admin_create_user_only: bool,
    pub mfa_configuration: &'static str,
    pub password_policy: PasswordPolicy,
}

/// `password_policy`.
#[allow(missing_docs, reason = "the provider's own names")]
pub struct PasswordPolicy {
    pub minimum_length: u32,
    pub require_lowercase: bool,
    pub require_numbers: bool,
    pub require_symbols: bool,
    pub require_uppercase: bool,
    pub temporary_password_validity_days: u32,
}

impl PasswordPolicy {
    /// Its arguments, by name.
    pub fn arguments(&self) -> [(&'static str, Expression); 6] {
        let Self {
            minimum_length,
            require_lowercase,
            require_numbers,
            require_symbols,
            require_uppercase,
            temporary_password_validity_days,
        } = *self;
        [
            ("minimum_length", minimum_length.into()),
            ("require_lowercase", require_lowercase.into()),
            ("require_numbers", require_numbers.into()),
            ("require_symbols", require_symbols.into()),
            ("require_uppercase", require_uppercase.into()),
            (
                "temporary_password_validity_days",
                temporary_password_validity_days.into(),
            ),
        ]
    }
}

/// A pool whose users sign in with their e-mail address, which Cognito verifies.
pub fn resource_block(name: Expression, settings: &Settings) -> Block {
    let Settings {
        allow_admin_create_user_only,
        mfa_configuration,
        password_policy,
    } = settings;
    let list_of = |names: [&str; 1]| list(names.map(string));
    let mut policy = block("password_policy", []);
    for (name, value) in password_policy.arguments() {
        policy = policy.attribute(argument(name, value));
    }
    let has_mfa = *mfa_configuration != NO_MFA;
    TYPE.block("this")
        .attribute(argument("name", name))
        .attribute(argument("username_attributes", list_of(SIGN_IN_WITH)))
        .attribute(argument("auto_verified_attributes", list_of(VERIFIED)))
        .attribute(argument(
            "deletion_protection",
            reference("var.deletion_protection"),
        ))
        .attributes(has_mfa.then(|| argument("mfa_configuration", string(*mfa_configuration))))
        .block(
            block("admin_create_user_config", [])
                .attribute(commented(
                    argument("allow_admin_create_user_only", *allow_admin_create_user_only),
                    if *allow_admin_create_user_only {
                        "Users need an invitation."
                    } else {
                        "Anyone may register."
                    },
                ))
                .build(),
        )
        .block(policy.build())
        .blocks(has_mfa.then(software_token))
        .block(
            block("user_attribute_update_settings", [])
                .attribute(commented(
                    argument(
                        "attributes_require_verification_before_update",
                        list_of(VERIFIED_BEFORE_UPDATE),
                    ),
                    "The old address stays until the user has entered the code sent to the new one.",
                ))
                .build(),
        )
        .block(
            block("username_configuration", [])
                .attribute(commented(
                    argument("case_sensitive", CASE_SENSITIVE),
                    "The case of an email address makes no difference.",
                ))
                .build(),
        )
        .build()
}

/// The second factor of users. AWS refuses `mfa_configuration` without one:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html>
fn software_token() -> Block {
    block("software_token_mfa_configuration", [])
        .attribute(commented(
            argument("enabled", true),
            "Users get codes from an authenticator app.",
        ))
        .build()
}

/// An attribute of the module's pool.
pub(crate) fn attribute(name: &str) -> Expression {
    reference(format!("aws_cognito_user_pool.this.{name}"))
}
