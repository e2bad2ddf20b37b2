//! The credentials of functions.
//!
//! Each function has its own as long as the data plane runs. So an answer can name the function, a reload changes
//! rights and no process, and a presigned URL outlives the process that made it, as on AWS.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The start of a temporary access key id:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes>.
const TEMPORARY: &str = "ASIA";

/// Credentials of one function.
#[derive(Clone, PartialEq)]
pub struct Credentials {
    /// The public part, which every call and every presigned URL shows.
    pub access_key_id: String,
    /// The secret that signs calls.
    pub secret_access_key: String,
    /// The token that goes with temporary credentials.
    pub session_token: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials({})", self.access_key_id)
    }
}

impl Credentials {
    fn random() -> Result<Self> {
        let mut bytes = [0; 16 + 30 + 60];
        getrandom::fill(&mut bytes).context("the system has no random numbers")?;
        let (id, secrets) = bytes.split_at(16);
        let (secret, token) = secrets.split_at(30);
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letters = id.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        Ok(Self {
            access_key_id: TEMPORARY.chars().chain(letters).collect(),
            secret_access_key: STANDARD.encode(secret),
            session_token: STANDARD.encode(token),
        })
    }
}

/// The credentials of all functions, by function name.
#[derive(Debug, Default)]
pub struct Registry(Mutex<BTreeMap<String, Credentials>>);

impl Registry {
    /// Returns the credentials of a function, which are new at the first time.
    pub fn of(&self, function: &str) -> Result<Credentials> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(credentials) = known.get(function) {
            return Ok(credentials.clone());
        }
        let credentials = Credentials::random()?;
        known.insert(function.to_owned(), credentials.clone());
        Ok(credentials)
    }

    /// Returns the function with an access key id, and its credentials.
    pub fn find(&self, access_key_id: &str) -> Option<(String, Credentials)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut functions = known.iter();
        let (function, credentials) =
            functions.find(|(_, credentials)| credentials.access_key_id == access_key_id)?;
        Some((function.clone(), credentials.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_functions_own_and_look_like_awss() {
        let registry = Registry::default();
        let a = registry.of("a").unwrap();
        assert_eq!(registry.of("a").unwrap(), a);
        let b = registry.of("b").unwrap();
        for (one, other) in [
            (&a.access_key_id, &b.access_key_id),
            (&a.secret_access_key, &b.secret_access_key),
            (&a.session_token, &b.session_token),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!((a.access_key_id.len(), a.secret_access_key.len()), (20, 40));
        assert_eq!(registry.find(&b.access_key_id), Some(("b".to_owned(), b)));
        assert_eq!(registry.find("ASIA"), None);
        assert!(!format!("{registry:?}").contains(&a.secret_access_key));
    }
}
