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

/// Returns a variable, such as the name of a table that `uses` in `portcullis.toml` gives the function.
///
/// # Errors
/// If the variable is not set.
pub fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("`{name}`: {error}"))
}

/// A payment: an event of the provider, and an item of the table. Other fields of the event are not stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payment {
    /// The id of the event. The provider uses it again if it sends the event again.
    pub id: String,
    /// The amount, in hundredths of the currency.
    pub cents: u64,
    /// The currency, such as `EUR`.
    pub currency: String,
}
