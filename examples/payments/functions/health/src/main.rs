//! `health` answers monitors. Its role allows nothing but its own logs.

use lambda_http::Request;
use serde_json::{Value, json};
use shared::Refusal;

async fn answer(_: Request) -> Result<Value, Refusal> {
    Ok(json!({"status": "ok"}))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::run(answer).await
}
