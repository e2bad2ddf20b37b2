//! `inspect` reads each uploaded file, and sends its size and hash to the queue.

use aws::File;
use aws_lambda_events::s3::{S3Event, S3Object};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use sha2::{Digest, Sha256};

struct Inspector {
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    uploads: String,
    queue: String,
}

impl Inspector {
    async fn inspect(&self, object: &S3Object) -> Result<(), Error> {
        // S3 encodes keys as in the query of a URL.
        let encoded = object.key.as_deref().unwrap_or_default();
        let (key, _) = form_urlencoded::parse(encoded.as_bytes())
            .next()
            .ok_or("the event names no object")?;
        let get = self.s3.get_object().bucket(&self.uploads).key(&*key);
        let mut body = get.send().await?.body;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        while let Some(part) = body.try_next().await? {
            bytes += part.len() as u64;
            hash.update(&part);
        }
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let key = key.into_owned();
        let message = serde_json::to_string(&File { key, bytes, sha256 })?;
        let send = self.sqs.send_message().queue_url(&self.queue);
        send.message_body(message).send().await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws::config().await;
    let inspector = Inspector {
        s3: aws_sdk_s3::Client::new(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
        uploads: aws::variable("BUCKET_UPLOADS")?,
        queue: aws::variable("QUEUE_UPLOADED_URL")?,
    };
    lambda_runtime::run(service_fn(async |event: LambdaEvent<S3Event>| {
        for record in &event.payload.records {
            inspector.inspect(&record.s3.object).await?;
        }
        Ok::<_, Error>(event.payload.records.len())
    }))
    .await
}
