//! `links` makes links that work for five minutes: to upload a file (`POST`), and to read the reports (`GET`).

use std::time::Duration;

use aws_sdk_s3::{Client, presigning::PresigningConfig};
use lambda_http::{
    Request,
    http::{Method, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{Claims, Refusal};

/// The time for which a link works.
const LIFETIME: Duration = Duration::from_secs(300);

/// The body of `POST /files`.
#[derive(Deserialize)]
struct Wanted {
    name: String,
}

struct Buckets {
    client: Client,
    uploads: String,
    reports: String,
}

impl Buckets {
    async fn answer(&self, request: Request) -> Result<Value, Refusal> {
        let user = Claims::of(&request)?.sub.ok_or("the token has no `sub`")?;
        match *request.method() {
            Method::POST => self.upload(&user, request.body()).await,
            _ => self.reports(&user).await,
        }
    }

    async fn upload(&self, user: &str, body: &[u8]) -> Result<Value, Refusal> {
        let invalid = |message: &str| Refusal::new(StatusCode::BAD_REQUEST, message);
        let Wanted { name } = serde_json::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
        if name.is_empty() || name.len() > 100 || name.contains('/') {
            return Err(invalid("`name` must have 1 to 100 bytes, and no `/`"));
        }
        let key = format!("{user}/{name}");
        let put = self.client.put_object().bucket(&self.uploads).key(&key);
        let link = put.presigned(PresigningConfig::expires_in(LIFETIME)?).await?;
        Ok(json!({"key": key, "put": link.uri()}))
    }

    async fn reports(&self, user: &str) -> Result<Value, Refusal> {
        let list = self.client.list_objects_v2().bucket(&self.reports);
        let found = list.prefix(format!("{user}/")).send().await?;
        let mut reports = Vec::new();
        for key in found.contents().iter().filter_map(|object| object.key()) {
            let get = self.client.get_object().bucket(&self.reports).key(key);
            let link = get.presigned(PresigningConfig::expires_in(LIFETIME)?).await?;
            reports.push(json!({"key": key, "get": link.uri()}));
        }
        Ok(json!(reports))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    let buckets = Buckets {
        client: Client::new(&aws::config().await),
        uploads: aws::variable("BUCKET_UPLOADS")?,
        reports: aws::variable("BUCKET_REPORTS")?,
    };
    shared::run(|request| buckets.answer(request)).await
}
