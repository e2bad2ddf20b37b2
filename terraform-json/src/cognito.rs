//! User pools: who can get a token.

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
    /// What users sign in with in place of a user name, sorted.
    #[serde(deserialize_with = "sorted")]
    pub username_attributes: Vec<String>,
    /// What Cognito verifies of a user by itself, sorted.
    #[serde(deserialize_with = "sorted")]
    pub auto_verified_attributes: Vec<String>,
    /// How attributes of a user change.
    #[serde(deserialize_with = "block")]
    pub user_attribute_update_settings: AttributeUpdates,
    /// How user names are compared.
    #[serde(deserialize_with = "block")]
    pub username_configuration: UserNames,
    /// Who makes users.
    #[serde(deserialize_with = "block")]
    pub admin_create_user_config: UserCreation,
    /// What a password must hold.
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

/// How attributes of a user change.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AttributeUpdates {
    /// The attributes that change only after the new value is verified, sorted.
    #[serde(deserialize_with = "sorted")]
    pub attributes_require_verification_before_update: Vec<String>,
}

/// How user names are compared.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserNames {
    /// Whether another case makes another name; it does if it does not say so.
    pub case_sensitive: Option<bool>,
}

/// Who makes users.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UserCreation {
    /// Whether only administrators do.
    #[serde(deserialize_with = "or_empty")]
    pub allow_admin_create_user_only: bool,
}

/// What a password must hold.
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
    /// Whether it has a secret.
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
    /// Where codes and tokens are sent, sorted.
    #[serde(deserialize_with = "sorted")]
    pub callback_urls: Vec<String>,
    /// Who else may say who a user is, sorted.
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
