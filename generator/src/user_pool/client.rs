//! A client of a user pool: what its keys mean, and what they mean in AWS. Each key is named here, so that a new one does not
//! compile until it has both.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::hcl::Expression;
use crate::spec::field::Keys;
use crate::user_pool::keys::ClientTable;

/// A client of the user pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Client {
    /// The name that it had before; no client has that name any more.
    pub formerly: Option<String>,
    /// Cognito's names of its flows, such as `ALLOW_USER_PASSWORD_AUTH`, sorted.
    #[serde(rename = "auth_flows")]
    pub explicit_auth_flows: Vec<&'static str>,
    /// Minutes for which id tokens are valid.
    pub id_token_minutes: u32,
    /// Minutes for which access tokens are valid.
    pub access_token_minutes: u32,
    /// Days for which refresh tokens are valid.
    pub refresh_token_days: u32,
    /// True if refresh tokens can be revoked.
    pub token_revocation: bool,
}

impl Client {
    /// The client that the keys mean.
    pub(crate) fn of(table: &ClientTable) -> Self {
        let ClientTable {
            span: _,
            formerly,
            auth_flows,
            id_token_minutes,
            access_token_minutes,
            refresh_token_days,
            token_revocation,
        } = table;
        let flows = auth_flows.value.iter().flatten();
        let flows: BTreeSet<&str> = flows.map(|flow| flow.value.explicit_auth_flow()).collect();
        Self {
            formerly: formerly.value.clone(),
            explicit_auth_flows: flows.into_iter().collect(),
            id_token_minutes: id_token_minutes.value,
            access_token_minutes: access_token_minutes.value,
            refresh_token_days: refresh_token_days.value,
            token_revocation: token_revocation.value,
        }
    }

    /// The client of the pool that `local` has in place of an existing one. It signs users in by password.
    pub(crate) fn of_local() -> Self {
        Self {
            explicit_auth_flows: vec![
                "ALLOW_REFRESH_TOKEN_AUTH",
                "ALLOW_USER_PASSWORD_AUTH",
                "ALLOW_USER_SRP_AUTH",
            ],
            ..Self::of(&ClientTable::absent())
        }
    }

    /// The arguments of its resource that say how long its tokens are valid, by name.
    pub(crate) fn tokens(&self) -> [(&'static str, Expression); 4] {
        let Self {
            formerly: _,            // a `moved` block
            explicit_auth_flows: _, // how users get tokens
            id_token_minutes,
            access_token_minutes,
            refresh_token_days,
            token_revocation,
        } = self;
        [
            ("id_token_validity", (*id_token_minutes).into()),
            ("access_token_validity", (*access_token_minutes).into()),
            ("refresh_token_validity", (*refresh_token_days).into()),
            ("enable_token_revocation", (*token_revocation).into()),
        ]
    }

    /// Returns the lifetimes of its tokens in words, behind "must".
    pub(crate) fn tokens_in_words(&self) -> String {
        let plural = |count: u32, unit: &str| match count {
            1 => format!("1 {unit}"),
            _ => format!("{count} {unit}s"),
        };
        format!(
            "have id tokens of {}, access tokens of {}, and refresh tokens of {} that {} be revoked",
            plural(self.id_token_minutes, "minute"),
            plural(self.access_token_minutes, "minute"),
            plural(self.refresh_token_days, "day"),
            if self.token_revocation { "can" } else { "can't" }
        )
    }
}
