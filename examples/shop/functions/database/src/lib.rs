//! The client of DynamoDB that the functions share.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

/// Returns a client with the function's region, credentials and endpoint, which Lambda and Portcullis pass in variables.
pub async fn client() -> Client {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https())
        .load()
        .await;
    Client::new(&config)
}

/// Returns the name of a table, from the variable that `uses` in `portcullis.toml` gives the function.
///
/// # Errors
/// If the variable is not set.
pub fn table(variable: &str) -> Result<String, String> {
    std::env::var(variable).map_err(|error| format!("`{variable}`: {error}"))
}
