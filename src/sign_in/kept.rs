//! The tokens of the last sign-in, kept in a file that only its owner can read.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::failure::{OrFail, Outcome};
use crate::private_file;
use crate::project::Project;

/// Seconds before its end in which a token is not used any more: a request takes time.
const MARGIN: i64 = 60;

/// The tokens of a user.
///
/// Everyone who has them can sign in with them, so this type can't be printed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    /// The client that they were issued for.
    pub client_id: String,
    /// The user's name, an email address.
    pub user: String,
    /// Says who the user is. API Gateway's authorizer expects it on routes without scopes.
    pub id_token: String,
    /// Says what the user may do. API Gateway's authorizer expects it on routes with scopes.
    pub access_token: String,
    /// Gets new tokens; none if the client does not allow it.
    pub refresh_token: Option<String>,
    /// The end of the id or the access token, whichever is earlier, in seconds since 1970.
    pub expires_at: i64,
}

/// The time so many seconds from now, in seconds since 1970.
pub fn in_seconds(seconds: i64) -> i64 {
    OffsetDateTime::now_utc().unix_timestamp() + seconds
}

impl Tokens {
    /// Returns whether id and access token are still valid.
    pub fn are_fresh(&self) -> bool {
        in_seconds(MARGIN) < self.expires_at
    }
}

/// The file with the tokens of an environment.
pub struct Kept(PathBuf);

impl Kept {
    /// The file of an environment. It need not exist.
    pub fn of(project: &Project, environment: &str) -> Self {
        Self(project.work().join(environment).join("login.json"))
    }

    /// The tokens of the last sign-in through a client; none if there are none, or if they are for another client.
    pub fn tokens(&self, client_id: &str) -> Option<Tokens> {
        let text = std::fs::read_to_string(&self.0).ok()?;
        let tokens: Tokens = serde_json::from_str(&text).ok()?;
        (tokens.client_id == client_id).then_some(tokens)
    }

    /// Replaces the tokens.
    pub fn keep(&self, tokens: &Tokens) -> Outcome {
        let text = serde_json::to_string(tokens).or_tool()?;
        private_file::write(&self.0, &text)
    }

    /// Forgets the tokens.
    pub fn forget(&self) {
        _ = std::fs::remove_file(&self.0);
    }
}
