//! User pools, their clients and users.

use serde::Deserialize;

use crate::index::{block, given, kind, or_empty, sorted};

/// An `aws_cognito_user_pool`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserPool {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `cognito-idp.REGION.amazonaws.com/REGION_ID`, which with `https://` is the issuer of its tokens.
    pub endpoint: String,
    /// Attributes that users sign in with in place of a user name, sorted.
    #[serde(deserialize_with = "sorted")]
    pub username_attributes: Vec<String>,
    /// Attributes that Cognito verifies by itself, sorted.
    #[serde(deserialize_with = "sorted")]
    pub auto_verified_attributes: Vec<String>,
    /// Rules for changes of attributes.
    #[serde(deserialize_with = "block")]
    pub user_attribute_update_settings: AttributeUpdates,
    /// Rules for user names.
    #[serde(deserialize_with = "block")]
    pub username_configuration: UserNames,
    /// Rules for new users.
    #[serde(deserialize_with = "block")]
    pub admin_create_user_config: UserCreation,
    /// Rules for passwords.
    #[serde(deserialize_with = "block")]
    pub password_policy: PasswordPolicy,
    /// `OFF`, `OPTIONAL` or `ON`.
    #[serde(deserialize_with = "given")]
    pub mfa_configuration: Option<String>,
    /// `ACTIVE` if AWS refuses to delete it.
    #[serde(deserialize_with = "given")]
    pub deletion_protection: Option<String>,
}

kind!(UserPool, "aws_cognito_user_pool", "arn", "endpoint");

/// Rules for changes of attributes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AttributeUpdates {
    /// The attributes that change only after the new value is verified, sorted.
    #[serde(deserialize_with = "sorted")]
    pub attributes_require_verification_before_update: Vec<String>,
}

/// Rules for user names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserNames {
    /// True if names that differ only in case are different names. AWS's default is true.
    pub case_sensitive: Option<bool>,
}

/// Rules for new users.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserCreation {
    /// True if only administrators create users.
    #[serde(deserialize_with = "or_empty")]
    pub allow_admin_create_user_only: bool,
}

/// Rules for passwords.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub struct PasswordPolicy {
    #[serde(deserialize_with = "or_empty")]
    pub minimum_length: u64,
    #[serde(deserialize_with = "or_empty")]
    pub require_lowercase: bool,
    #[serde(deserialize_with = "or_empty")]
    pub require_uppercase: bool,
    #[serde(deserialize_with = "or_empty")]
    pub require_numbers: bool,
    #[serde(deserialize_with = "or_empty")]
    pub require_symbols: bool,
    #[serde(deserialize_with = "or_empty")]
    pub temporary_password_validity_days: u64,
}

/// An `aws_cognito_user_pool_client`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserPoolClient {
    /// Its name.
    pub name: String,
    /// Id of its pool.
    pub user_pool_id: String,
    /// Cognito's names of the flows by which it may sign users in, sorted.
    #[serde(deserialize_with = "sorted")]
    pub explicit_auth_flows: Vec<String>,
    /// True if the client has a secret.
    #[serde(deserialize_with = "or_empty")]
    pub generate_secret: bool,
    /// `ENABLED` if a wrong password and an unknown user get the same answer.
    #[serde(deserialize_with = "given")]
    pub prevent_user_existence_errors: Option<String>,
    /// OAuth flows, sorted.
    #[serde(deserialize_with = "sorted")]
    pub allowed_oauth_flows: Vec<String>,
    /// OAuth scopes, sorted.
    #[serde(deserialize_with = "sorted")]
    pub allowed_oauth_scopes: Vec<String>,
    /// URLs that codes and tokens are sent to, sorted.
    #[serde(deserialize_with = "sorted")]
    pub callback_urls: Vec<String>,
    /// Other identity providers, sorted.
    #[serde(deserialize_with = "sorted")]
    pub supported_identity_providers: Vec<String>,
    /// Lifetime of id tokens, in its unit; 0 stands for AWS's default.
    #[serde(deserialize_with = "or_empty")]
    pub id_token_validity: u64,
    /// Lifetime of access tokens.
    #[serde(deserialize_with = "or_empty")]
    pub access_token_validity: u64,
    /// Lifetime of refresh tokens.
    #[serde(deserialize_with = "or_empty")]
    pub refresh_token_validity: u64,
    /// The units of lifetimes.
    #[serde(deserialize_with = "block")]
    pub token_validity_units: TokenValidityUnits,
    /// False if refresh tokens can't be revoked. AWS's default is true.
    pub enable_token_revocation: Option<bool>,
}

kind!(UserPoolClient, "aws_cognito_user_pool_client");

/// The units of lifetimes: `seconds`, `minutes`, `hours` or `days`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TokenValidityUnits {
    /// That of id tokens; AWS's default is hours.
    #[serde(deserialize_with = "given")]
    pub id_token: Option<String>,
    /// That of access tokens; AWS's default is hours.
    #[serde(deserialize_with = "given")]
    pub access_token: Option<String>,
    /// That of refresh tokens; AWS's default is days.
    #[serde(deserialize_with = "given")]
    pub refresh_token: Option<String>,
}

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// Id and access tokens are valid for an hour by default, and refresh tokens for 30 days:
/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>
impl UserPoolClient {
    /// Seconds for which an id token is valid; none if its unit is unknown.
    pub fn id_token_seconds(&self) -> Option<u64> {
        seconds(
            self.id_token_validity,
            self.token_validity_units.id_token.as_deref(),
            HOUR,
            HOUR,
        )
    }

    /// Seconds for which an access token is valid; none if its unit is unknown.
    pub fn access_token_seconds(&self) -> Option<u64> {
        let unit = self.token_validity_units.access_token.as_deref();
        seconds(self.access_token_validity, unit, HOUR, HOUR)
    }

    /// Seconds for which a refresh token is valid; none if its unit is unknown.
    pub fn refresh_token_seconds(&self) -> Option<u64> {
        let unit = self.token_validity_units.refresh_token.as_deref();
        seconds(self.refresh_token_validity, unit, DAY, 30 * DAY)
    }
}

fn seconds(count: u64, unit: Option<&str>, usual_unit: u64, default: u64) -> Option<u64> {
    let unit = match unit {
        None => usual_unit,
        Some("seconds") => 1,
        Some("minutes") => 60,
        Some("hours") => HOUR,
        Some("days") => DAY,
        Some(_) => return None,
    };
    Some(if count == 0 {
        default
    } else {
        count.saturating_mul(unit)
    })
}

/// An `aws_cognito_user`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct User {
    /// Id of the pool.
    pub user_pool_id: String,
}

kind!(User, "aws_cognito_user");

/// An `aws_cognito_user_group`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserGroup {
    /// Its name.
    pub name: String,
    /// Id of the pool.
    pub user_pool_id: String,
}

kind!(UserGroup, "aws_cognito_user_group");

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::UserPoolClient;

    #[test]
    fn lifetimes_of_tokens_have_units() {
        for (client, lifetimes) in [
            (json!({}), [Some(3_600), Some(3_600), Some(2_592_000)]),
            (
                json!({"id_token_validity": 0, "refresh_token_validity": 30, "token_validity_units": []}),
                [Some(3_600), Some(3_600), Some(2_592_000)],
            ),
            (
                json!({"id_token_validity": 2, "access_token_validity": 1, "refresh_token_validity": 1}),
                [Some(7_200), Some(3_600), Some(86_400)],
            ),
            (
                json!({"id_token_validity": 90, "access_token_validity": 300, "refresh_token_validity": 12,
                    "token_validity_units": [{"id_token": "minutes", "access_token": "seconds", "refresh_token": "hours"}]}),
                [Some(5_400), Some(300), Some(43_200)],
            ),
            (
                json!({"id_token_validity": 1, "access_token_validity": 1,
                    "token_validity_units": [{"id_token": "days", "access_token": "weeks"}]}),
                [Some(86_400), None, Some(2_592_000)],
            ),
        ] {
            let read: UserPoolClient = serde_json::from_value(client.clone()).unwrap();
            let found = [
                read.id_token_seconds(),
                read.access_token_seconds(),
                read.refresh_token_seconds(),
            ];
            assert_eq!(found, lifetimes, "{client}");
        }
    }
}
