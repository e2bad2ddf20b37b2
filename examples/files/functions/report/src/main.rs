//! `report` writes a report for each message. Only messages that failed come again.

use aws::File;
use aws_sdk_s3::Client;
use shared::{Error, Message};

async fn write(client: &Client, reports: &str, message: Message) -> Result<(), Error> {
    let file: File = serde_json::from_str(&message.body)?;
    let put = client
        .put_object()
        .bucket(reports)
        .key(format!("{}.json", file.key));
    let report = serde_json::to_vec_pretty(&file)?;
    put.content_type("application/json")
        .body(report.into())
        .send()
        .await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::new(&aws::config().await);
    let reports = aws::variable("BUCKET_REPORTS")?;
    shared::run_batches(|message| write(&client, &reports, message)).await
}
