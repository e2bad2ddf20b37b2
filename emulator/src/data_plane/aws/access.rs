//! The access of a function to AWS.

use super::credentials::Credentials;

/// Credentials and endpoints for a function's process.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The URL of the listener.
    pub endpoint: String,
    /// The function's credentials.
    pub credentials: Credentials,
}

#[cfg(test)]
impl Access {
    /// Returns the access for functions of tests that call nothing.
    pub fn of_tests() -> Self {
        let credentials = super::credentials::Registry::default().of("function");
        Self {
            endpoint: "http://127.0.0.1:9".to_owned(),
            credentials: credentials.unwrap_or_else(|error| panic!("{error}")),
        }
    }
}
