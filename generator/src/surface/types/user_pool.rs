//! The user pool of a surface.

use serde::{Deserialize, Serialize};

/// The user pool: who can get a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPool {
    /// Its name.
    pub name: String,
    /// The attributes that users sign in with in place of a user name, sorted.
    pub sign_in_with: Vec<String>,
    /// The attributes that Cognito verifies by itself, sorted.
    pub verified: Vec<String>,
    /// The attributes that change only after the new value is verified.
    pub verified_before_update: Vec<String>,
    /// True if a user name in another case is another user.
    pub case_sensitive: bool,
    /// True if anyone may register.
    pub self_sign_up: bool,
    /// Rules for passwords.
    pub password: Password,
    /// `OFF`, `OPTIONAL` or `ON`.
    pub mfa: String,
    /// True if AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Clients by name.
    pub clients: Vec<Client>,
    /// Groups that users may be in, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// Rules for passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub struct Password {
    pub minimum_length: u64,
    pub lowercase: bool,
    pub uppercase: bool,
    pub numbers: bool,
    pub symbols: bool,
    pub temporary_password_validity_days: u64,
}

/// A client of the pool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Client {
    /// Its name.
    pub name: String,
    /// Cognito's names of the flows by which it may sign users in, sorted.
    pub auth_flows: Vec<String>,
    /// True if it has a secret.
    pub generate_secret: bool,
    /// True if a wrong password and an unknown user get the same answer.
    pub hides_users: bool,
    /// OAuth flows, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oauth_flows: Vec<String>,
    /// OAuth scopes, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub oauth_scopes: Vec<String>,
    /// The addresses that codes and tokens are sent to, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_urls: Vec<String>,
    /// Other services that may identify users, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_providers: Vec<String>,
    /// Lifetimes of its tokens.
    pub tokens: Tokens,
}

/// Lifetimes of the tokens that a client gets. None is a lifetime in an unknown unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the spec's")]
pub struct Tokens {
    pub id_seconds: Option<u64>,
    pub access_seconds: Option<u64>,
    pub refresh_seconds: Option<u64>,
    /// True if refresh tokens can be revoked.
    pub revocation: bool,
}
