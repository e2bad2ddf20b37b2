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
}

kind!(UserPoolClient, "aws_cognito_user_pool_client");

/// An `aws_cognito_user`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct User {
    /// Id of the pool.
    pub user_pool_id: String,
}

kind!(User, "aws_cognito_user");
