//! The user pool, its clients and its first user: who can get a token.

pub(crate) mod access_test;
mod client;
pub(crate) mod client_module;
mod existing;
pub(crate) mod first_user_module;
mod group;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod modules;
pub(crate) mod picture;
mod pool;
pub(crate) mod review;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use crate::spec::declaration::choices;

pub use client::Client;
pub use existing::ExistingUserPool;
pub(crate) use existing::id;
pub use group::Group;
pub use pool::{OwnUserPool, PasswordPolicy, UserPool};

/// The keys to write for a pool of the service's own.
pub(crate) const OWN_POOL: &str =
    "`[user_pool.clients.cli]` with `auth_flows = [\"user_srp\", \"refresh_token\"]`";

choices! {
    /// A name that users sign in with.
    SignInName {
        /// The e-mail address, which Cognito verifies.
        Email = "email";
    }
}

choices! {
    /// An auth flow of a client.
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
