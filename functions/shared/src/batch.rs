//! Batches of messages and of changes of tables. [`run_batches`] makes a handler of one record a Lambda function that reports
//! which records failed, so that Lambda hands over only these again.

use std::{fmt::Display, future::Future};

use lambda_http::lambda_runtime::{self, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::Error;

/// A record of a batch.
pub trait Record: DeserializeOwned {
    /// The id by which Lambda knows the record.
    fn id(&self) -> &str;

    /// Returns `true` if later records must wait when this one fails.
    fn is_ordered(&self) -> bool;
}

/// A message of a queue.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    pub message_id: String,
    /// Its text.
    pub body: String,
    /// Attributes of SQS, such as `ApproximateReceiveCount`.
    #[serde(default)]
    pub attributes: Value,
    /// Attributes of the sender, each with `dataType` and `stringValue` or `binaryValue`.
    #[serde(default)]
    pub message_attributes: Value,
    /// The ARN of the queue.
    #[serde(rename = "eventSourceARN")]
    pub queue_arn: String,
}

impl Record for Message {
    fn id(&self) -> &str {
        &self.message_id
    }

    fn is_ordered(&self) -> bool {
        self.queue_arn.ends_with(".fifo")
    }
}

/// A change of an item of a table.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html>
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// The item before and after.
    pub dynamodb: Images,
}

/// An item before and after a change, as far as the stream contains it. Attributes have their types, as in `{"S": "text"}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Images {
    /// The place of the change in the stream.
    pub sequence_number: String,
    /// The key of the item.
    #[serde(default)]
    pub keys: Value,
    /// The item before.
    #[serde(default)]
    pub old_image: Value,
    /// The item after.
    #[serde(default)]
    pub new_image: Value,
}

impl Record for Change {
    fn id(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

/// A batch as Lambda hands it over.
#[derive(Debug, Deserialize)]
pub struct Batch<R> {
    /// Its records.
    #[serde(rename = "Records")]
    pub records: Vec<R>,
}

/// The records that failed, as Lambda reads them.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Handles the records of a batch one after another, and returns those that failed.
///
/// After a failure in a FIFO queue or a stream, no later record is handled: they count as failed, so that their order stays.
///
/// ```
/// use shared::{Batch, Message, failures};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let batch: Batch<Message> = serde_json::from_str(
///     r#"{"Records": [
///         {"messageId": "1", "body": "an order", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:mails"},
///         {"messageId": "2", "body": "", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:mails"}
///     ]}"#,
/// )?;
/// let failed = failures(batch, |message| async move {
///     if message.body.is_empty() { Err("the message is empty") } else { Ok(()) }
/// });
/// assert_eq!(
///     serde_json::to_value(failed.await)?,
///     serde_json::json!({"batchItemFailures": [{"itemIdentifier": "2"}]}),
/// );
/// # Ok::<(), serde_json::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn failures<R, Handler, Handled, Failed>(batch: Batch<R>, handler: Handler) -> Failures
where
    R: Record,
    Handler: Fn(R) -> Handled,
    Handled: Future<Output = Result<(), Failed>>,
    Failed: Display,
{
    let failure = |id: &str| Failure {
        item_identifier: id.to_owned(),
    };
    let mut batch_item_failures = Vec::new();
    let mut records = batch.records.into_iter();
    while let Some(record) = records.next() {
        let (failure_of_this, is_ordered) = (failure(record.id()), record.is_ordered());
        if let Err(error) = handler(record).await {
            eprintln!("{} failed: {error}", failure_of_this.item_identifier);
            batch_item_failures.push(failure_of_this);
            if is_ordered {
                batch_item_failures.extend(records.by_ref().map(|record| failure(record.id())));
            }
        }
    }
    Failures { batch_item_failures }
}

/// Serves batches with `handler`, which gets one record at a time, until Lambda ends the process.
///
/// ```no_run
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), shared::Error> {
///     shared::run_batches(send).await
/// }
///
/// async fn send(message: shared::Message) -> Result<(), shared::Error> {
///     println!("{}", message.body);
///     Ok(())
/// }
/// ```
///
/// # Errors
/// If Lambda (or its emulation) did not start the process, or if the Runtime API fails.
pub async fn run_batches<R, Handler, Handled, Failed>(handler: Handler) -> Result<(), Error>
where
    R: Record,
    Handler: Fn(R) -> Handled,
    Handled: Future<Output = Result<(), Failed>>,
    Failed: Display,
{
    crate::started_by_lambda()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Batch<R>>| {
        let failures = failures(event.payload, &handler);
        async { Ok::<_, Error>(failures.await) }
    }))
    .await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The failures of a batch whose records with these bodies fail, and the bodies that the handler got.
    async fn handled<R: Record>(batch: Value, fails: impl Fn(&R) -> bool) -> (Value, usize) {
        let count = std::cell::Cell::new(0);
        let batch: Batch<R> = serde_json::from_value(batch).expect("a batch");
        let failed = failures(batch, |record| {
            count.set(count.get() + 1);
            let failed = fails(&record);
            async move { if failed { Err("no") } else { Ok(()) } }
        });
        let failed = serde_json::to_value(failed.await).expect("failures are JSON");
        (failed, count.get())
    }

    fn messages(queue: &str) -> Value {
        let message = |id: &str, body: &str| {
            let arn = format!("arn:aws:sqs:eu-west-1:123456789012:{queue}");
            json!({"messageId": id, "receiptHandle": "r", "body": body, "attributes": {"SenderId": "1"},
                "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": arn, "awsRegion": "eu-west-1"})
        };
        json!({"Records": [message("1", "good"), message("2", "bad"), message("3", "good")]})
    }

    fn failed(ids: &[&str]) -> Value {
        let failures: Vec<Value> = ids.iter().map(|id| json!({ "itemIdentifier": id })).collect();
        json!({ "batchItemFailures": failures })
    }

    #[tokio::test]
    async fn a_failed_message_leaves_the_others() {
        let is_bad = |message: &Message| message.body == "bad";
        assert_eq!(handled(messages("mails"), is_bad).await, (failed(&["2"]), 3));
        assert_eq!(
            handled(messages("mails"), |_: &Message| false).await,
            (failed(&[]), 3)
        );
    }

    #[tokio::test]
    async fn a_failed_message_of_a_fifo_queue_keeps_the_later_ones() {
        let is_bad = |message: &Message| message.body == "bad";
        assert_eq!(
            handled(messages("bills.fifo"), is_bad).await,
            (failed(&["2", "3"]), 2)
        );
    }

    #[tokio::test]
    async fn a_failed_change_keeps_the_later_ones() {
        let change = |name: &str, number: &str| {
            json!({"eventID": "e", "eventName": name, "eventSource": "aws:dynamodb",
                "dynamodb": {"SequenceNumber": number, "Keys": {"id": {"S": "a"}}, "NewImage": {"id": {"S": "a"}},
                    "StreamViewType": "NEW_IMAGE"}})
        };
        let batch =
            json!({"Records": [change("INSERT", "100"), change("MODIFY", "101"), change("REMOVE", "102")]});
        let is_change = |change: &Change| change.event_name == "MODIFY";
        assert_eq!(handled(batch, is_change).await, (failed(&["101", "102"]), 2));
    }
}
