//! The configuration of AWS that the functions share.

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use serde::{Deserialize, Serialize};

/// Returns the function's region, credentials and endpoint, which Lambda and Portcullis pass in variables.
pub async fn config() -> SdkConfig {
    let tls = Provider::Rustls(CryptoMode::Ring);
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https())
        .load()
        .await
}

/// Returns a variable, such as the name of a bucket that `uses` in `portcullis.toml` gives the function.
///
/// # Errors
/// If the variable is not set.
pub fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("`{name}`: {error}"))
}

/// An uploaded file: the message that `inspect` sends, and the report that `report` writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct File {
    /// The key of the object, which starts with the id of the user.
    pub key: String,
    /// The number of bytes.
    pub bytes: u64,
    /// The SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
}
