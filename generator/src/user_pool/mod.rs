//! The user pool, its clients and its first user: who can get a token.

pub(crate) mod access_test;
pub(crate) mod client_module;
mod existing;
pub(crate) mod first_user_module;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod modules;
pub(crate) mod picture;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::resources::cognito_user_pool;
use crate::spec::declaration::choices;

pub use existing::ExistingUserPool;
pub(crate) use existing::id;

/// What to write for a pool of the service's own.
pub(crate) const OWN_POOL: &str =
    "`[user_pool.clients.cli]` with `auth_flows = [\"user_srp\", \"refresh_token\"]`";

/// The user pool whose users are the signed-in users.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum UserPool {
    /// The service's own, which is generated.
    Own(OwnUserPool),
    /// One that exists.
    Existing {
        /// ARN of the pool of every environment that names no other one.
        #[serde(rename = "existing")]
        arn: String,
    },
}

/// A user pool that is generated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OwnUserPool {
    /// The name that the Cognito console shows.
    pub name: String,
    /// Whether anybody may register.
    pub self_sign_up: bool,
    /// What a password must hold.
    pub password: PasswordPolicy,
    /// Clients by name.
    pub clients: BTreeMap<String, Client>,
}

/// What a password must hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PasswordPolicy {
    /// Characters, 6 to 99.
    pub minimum_length: u32,
    /// A lower-case letter.
    pub lowercase: bool,
    /// An upper-case letter.
    pub uppercase: bool,
    /// A digit.
    pub numbers: bool,
    /// A symbol.
    pub symbols: bool,
    /// Days for which an invitation's password is valid.
    pub temporary_password_validity_days: u32,
}

impl PasswordPolicy {
    /// The same in AWS's words.
    pub(crate) fn in_aws(&self) -> cognito_user_pool::PasswordPolicy {
        let Self {
            minimum_length,
            lowercase,
            uppercase,
            numbers,
            symbols,
            temporary_password_validity_days,
        } = *self;
        cognito_user_pool::PasswordPolicy {
            minimum_length,
            require_lowercase: lowercase,
            require_numbers: numbers,
            require_symbols: symbols,
            require_uppercase: uppercase,
            temporary_password_validity_days,
        }
    }

    /// A password that satisfies the policy, always the same one. Everybody knows it, so it is for the emulated AWS.
    pub fn example(&self) -> String {
        let symbol = if self.symbols { "-" } else { "" };
        let mut password = format!("Testing1{symbol}");
        let missing = (self.minimum_length as usize).saturating_sub(password.len());
        password.extend("Testing1".chars().cycle().take(missing));
        password
    }
}

/// A client of the user pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// The name that it had before; no client has that name any more.
    pub formerly: Option<String>,
    /// Cognito's names of its flows, such as `ALLOW_USER_PASSWORD_AUTH`, sorted.
    #[serde(rename = "auth_flows")]
    pub explicit_auth_flows: Vec<&'static str>,
}

choices! {
    /// What users sign in with.
    SignInName {
        /// The e-mail address, which Cognito verifies.
        Email = "email";
    }
}

choices! {
    /// How a client signs users in.
    ///
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>. Other names
    /// are those of a call that signs in, and former ones:
    /// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html>
    AuthFlow {
        /// A server signs users in with their passwords and its own AWS credentials.
        AdminUserPassword = "admin_user_password" | "ALLOW_ADMIN_USER_PASSWORD_AUTH" | "ADMIN_USER_PASSWORD_AUTH"
            | "ADMIN_NO_SRP_AUTH" | "ALLOW_ADMIN_NO_SRP_AUTH";
        /// Lambda triggers ask questions of their own.
        Custom = "custom" | "ALLOW_CUSTOM_AUTH" | "CUSTOM_AUTH" | "CUSTOM_AUTH_FLOW_ONLY" | "ALLOW_CUSTOM_AUTH_FLOW_ONLY";
        /// A refresh token gets new tokens.
        RefreshToken = "refresh_token" | "ALLOW_REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN"
            | "ALLOW_REFRESH_TOKEN";
        /// The client sends the password.
        UserPassword = "user_password" | "ALLOW_USER_PASSWORD_AUTH" | "USER_PASSWORD_AUTH";
        /// The client proves that it knows the password and does not send it.
        UserSrp = "user_srp" | "ALLOW_USER_SRP_AUTH" | "USER_SRP_AUTH";
    }
}

impl AuthFlow {
    /// Cognito's name of it.
    pub fn explicit_auth_flow(self) -> &'static str {
        match self {
            Self::AdminUserPassword => "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            Self::Custom => "ALLOW_CUSTOM_AUTH",
            Self::RefreshToken => "ALLOW_REFRESH_TOKEN_AUTH",
            Self::UserPassword => "ALLOW_USER_PASSWORD_AUTH",
            Self::UserSrp => "ALLOW_USER_SRP_AUTH",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    fn example(minimum_length: u32, symbols: bool) -> String {
        let policy = PasswordPolicy {
            minimum_length,
            lowercase: true,
            uppercase: true,
            numbers: true,
            symbols,
            temporary_password_validity_days: 7,
        };
        policy.example()
    }

    #[test]
    fn an_example_of_a_password_satisfies_the_policy() {
        assert_eq!(example(6, false), "Testing1");
        assert_eq!(example(8, true), "Testing1-");
        assert_eq!(example(20, true), "Testing1-Testing1Tes");
        assert_eq!(example(99, true).len(), 99);
    }
}
