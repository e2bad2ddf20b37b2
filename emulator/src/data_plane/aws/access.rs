//! What a function is told of AWS.

use super::credentials::Credentials;

/// What a function's process needs to know to call AWS.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The URL of the listener.
    pub endpoint: String,
    /// The function's credentials.
    pub credentials: Credentials,
}

#[cfg(test)]
impl Access {
    /// What functions are given in tests that call nothing.
    pub fn of_tests() -> Self {
        let credentials = super::credentials::Registry::default().of("function");
        Self {
            endpoint: "http://127.0.0.1:9".to_owned(),
            credentials: credentials.unwrap_or_else(|error| panic!("{error}")),
        }
    }
}
