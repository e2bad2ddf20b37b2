//! `webhook` sends each event of the payment provider to the queue, if the provider signed it.
//!
//! It doesn't parse the event. The provider gets its answer as soon as the event is in the queue, and `store` does the rest.

mod signature;

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::Client;
use lambda_http::{Request, http::StatusCode};
use serde_json::{Value, json};
use shared::Refusal;

/// The header with the signature.
const SIGNATURE: &str = "payment-signature";

struct Webhook {
    client: Client,
    queue: String,
}

impl Webhook {
    async fn accept(&self, request: Request) -> Result<Value, Refusal> {
        // All refusals are the same to the caller. The log has the reason.
        let refused = |reason: &str| {
            eprintln!("refused: {reason}");
            Refusal::new(StatusCode::UNAUTHORIZED, "invalid signature")
        };
        let header = request.headers().get(SIGNATURE);
        let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        // The signature is of the bytes as they came, so nothing may parse and write them again.
        let body: &[u8] = request.body();
        let secret = shared::secret("SIGNING_SECRET").await?;
        signature::verify(header, body, secret.expose(), now).map_err(refused)?;
        let event = std::str::from_utf8(body)?;
        let send = self.client.send_message().queue_url(&self.queue);
        send.message_body(event).send().await?;
        Ok(json!({"received": true}))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let webhook = Webhook {
        client: Client::new(&aws::config().await),
        queue: aws::variable("QUEUE_EVENTS_URL")?,
    };
    shared::run(|request| webhook.accept(request)).await
}
