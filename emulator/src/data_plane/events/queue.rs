//! A queue, polled as Lambda polls it.
//!
//! Sources: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use portcullis_foreign_text::printable::code;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep};

use super::sources::{Mapping, Polled};
use super::{Called, Context, records, shown};

/// Seconds that a call waits for messages. moto notices a message that becomes visible again only with the next call.
const WAIT: u64 = 2;

/// Pause after an error of the emulated AWS.
const AGAIN: Duration = Duration::from_secs(2);

/// Polls until it is stopped.
pub async fn poll(context: Arc<Context>, mapping: Mapping, mut stopping: watch::Receiver<bool>) {
    let Polled::Queue { concurrency, .. } = mapping.kind else {
        return;
    };
    let mapping = Arc::new(mapping);
    let working = Arc::new(Semaphore::new(concurrency));
    let mut reported = String::new();
    while !*stopping.borrow() {
        // This semaphore is never closed.
        let Ok(turn) = working.clone().acquire_owned().await else {
            return;
        };
        let batch = tokio::select! {
            batch = receive(&context, &mapping) => batch,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        match batch {
            Ok(batch) if batch.is_empty() => reported.clear(),
            Ok(batch) => {
                reported.clear();
                let (context, mapping) = (context.clone(), mapping.clone());
                tokio::spawn(async move {
                    handle(&context, &mapping, batch).await;
                    drop(turn);
                });
            }
            Err(error) => {
                // Once, or the log would fill.
                let error = format!("{error:#}");
                if error != reported {
                    tracing::warn!("can't poll `{}`: {error}", mapping.source.text);
                    reported = error;
                }
                sleep(AGAIN).await;
            }
        }
    }
}

/// Receives a batch: as many messages as it may have, or those of its window.
async fn receive(context: &Context, mapping: &Mapping) -> Result<Vec<Value>> {
    let Polled::Queue { url, .. } = &mapping.kind else {
        return Ok(Vec::new());
    };
    let mut batch = Vec::new();
    let mut ends = None;
    loop {
        let left = ends.map_or(Duration::from_secs(WAIT), |ends: Instant| {
            ends.saturating_duration_since(Instant::now())
        });
        let request = json!({
            "QueueUrl": url,
            "MaxNumberOfMessages": (mapping.batch_size - batch.len()).min(10),
            "WaitTimeSeconds": left.as_secs().min(WAIT),
            "MessageSystemAttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        });
        let answer = context
            .client
            .sqs(&mapping.source, "ReceiveMessage", &request)
            .await;
        let answer = match answer {
            // The messages so far are handled first.
            Err(_) if !batch.is_empty() => return Ok(batch),
            answer => answer?,
        };
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        let none = messages.is_empty();
        batch.extend(messages);
        if batch.is_empty() || batch.len() >= mapping.batch_size {
            return Ok(batch);
        }
        // The window begins with the first message.
        let ends = *ends.get_or_insert_with(|| Instant::now() + mapping.window);
        let left = ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(batch);
        }
        if none && left < Duration::from_secs(1) {
            sleep(left).await;
        }
    }
}

/// Invokes the function with a batch, and deletes the messages that did not fail.
async fn handle(context: &Context, mapping: &Mapping, batch: Vec<Value>) {
    let name = code(&mapping.function.name);
    let arn = &mapping.source.text;
    let (wanted, others): (Vec<Value>, Vec<Value>) =
        batch.into_iter().partition(|message| is_wanted(mapping, message));
    // Lambda deletes what no filter wants.
    delete(context, mapping, &others).await;
    if wanted.is_empty() {
        return;
    }
    let event: Vec<Value> = wanted
        .iter()
        .map(|message| records::of_queue(message, &mapping.source))
        .collect();
    let payload = json!({ "Records": event }).to_string();
    let request_id = uuid::Uuid::new_v4().to_string();
    let count = wanted.len();
    match context
        .invoke(&mapping.function, &request_id, payload.into())
        .await
    {
        Called::Result(result) => {
            let ids: Vec<&str> = wanted
                .iter()
                .filter_map(|message| message["MessageId"].as_str())
                .collect();
            let failed = match mapping.reports_failures {
                true => records::failures(&result, &ids),
                false => Some(BTreeSet::new()),
            };
            match failed {
                Some(failed) => {
                    let has_failed = |message: &&Value| {
                        message["MessageId"]
                            .as_str()
                            .is_some_and(|id| failed.contains(id))
                    };
                    let handled: Vec<Value> = wanted
                        .iter()
                        .filter(|message| !has_failed(message))
                        .cloned()
                        .collect();
                    delete(context, mapping, &handled).await;
                    tracing::info!(
                        "{name} handled {} of {count} messages of `{arn}`, {request_id}",
                        handled.len()
                    );
                }
                None => tracing::warn!(
                    "{name} named failures that `{arn}` does not have, so all {count} messages failed, {request_id}"
                ),
            }
        }
        Called::Failed(error) => tracing::warn!(
            "{name} failed to handle {count} messages of `{arn}`, {request_id}: {}",
            shown(&error)
        ),
        Called::Throttled(why) => tracing::warn!("{name} is throttled, so {count} messages wait: {why}"),
        Called::Missing(why) => tracing::warn!("not delivered: {count} messages of `{arn}`: {why}"),
    }
}

fn is_wanted(mapping: &Mapping, message: &Value) -> bool {
    mapping.filters.is_empty()
        || mapping
            .filters
            .iter()
            .any(|filter| records::queue_fits(filter, &records::of_queue(message, &mapping.source)))
}

async fn delete(context: &Context, mapping: &Mapping, messages: &[Value]) {
    let Polled::Queue { url, .. } = &mapping.kind else {
        return;
    };
    for some in messages.chunks(10) {
        let entries: Vec<Value> = some
            .iter()
            .enumerate()
            .map(|(place, message)| json!({"Id": place.to_string(), "ReceiptHandle": message["ReceiptHandle"]}))
            .collect();
        let request = json!({"QueueUrl": url, "Entries": entries});
        if let Err(error) = context
            .client
            .sqs(&mapping.source, "DeleteMessageBatch", &request)
            .await
        {
            tracing::warn!("can't delete messages: {error:#}");
        }
    }
}
