//! The stream of a table, polled as Lambda polls it.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use portcullis_foreign_text::printable::code;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::sources::{Mapping, Polled, Stream};
use super::times::in_milliseconds;
use super::{Called, Context, destination, records, shown};

/// Interval of looks. Lambda looks four times a second.
const LOOK: Duration = Duration::from_millis(500);

/// Pause after an error of the emulated AWS.
const AGAIN: Duration = Duration::from_secs(2);

/// Longest pause between two tries of a batch.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A mapping's reader.
struct Reader {
    context: Arc<Context>,
    mapping: Mapping,
    stream: Stream,
    stopping: watch::Receiver<bool>,
    /// The last sequence number that was handled, by shard.
    checkpoints: BTreeMap<String, String>,
    iterators: BTreeMap<String, String>,
    request_id: String,
}

/// Polls until it is stopped.
pub async fn poll(context: Arc<Context>, mapping: Mapping, stopping: watch::Receiver<bool>) {
    let Polled::Stream(stream) = mapping.kind.clone() else {
        return;
    };
    let mut reader = Reader {
        checkpoints: checkpoints(&context, &mapping),
        iterators: BTreeMap::new(),
        request_id: String::new(),
        context,
        mapping,
        stream,
        stopping,
    };
    let mut reported = String::new();
    while !*reader.stopping.borrow() {
        let pause = match reader.look().await {
            Ok(found) => {
                reported.clear();
                if found { Duration::ZERO } else { LOOK }
            }
            Err(error) => {
                // Once, or the log would fill.
                let error = format!("{error:#}");
                if error != reported {
                    tracing::warn!("can't poll `{}`: {error}", reader.mapping.source.text);
                    reported = error;
                }
                reader.iterators.clear();
                AGAIN
            }
        };
        reader.rest(pause).await;
    }
}

fn file(context: &Context, mapping: &Mapping) -> PathBuf {
    // An id is a UUID. Another text may be the name of another file.
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let name: String = mapping.id.chars().filter(|character| plain(*character)).collect();
    context.folder.join(format!("{name}.json"))
}

fn checkpoints(context: &Context, mapping: &Mapping) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file(context, mapping)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

impl Reader {
    /// Waits, unless it is stopped.
    async fn rest(&mut self, pause: Duration) {
        tokio::select! {
            () = sleep(pause) => {}
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
    }

    /// Reads each shard once. Returns whether there was something.
    async fn look(&mut self) -> Result<bool> {
        if self.iterators.is_empty() {
            self.begin().await?;
        }
        let mut found = false;
        for (shard, iterator) in self.iterators.clone() {
            let (records, next) = self.batch(&iterator).await?;
            if let Some(last) = records.last() {
                found = true;
                let last = sequence(last);
                if !self.handle(&shard, records).await {
                    return Ok(false);
                }
                self.keep(&shard, last)?;
            }
            match next {
                Some(next) => self.iterators.insert(shard, next),
                // The shard is closed, and read to its end.
                None => self.iterators.remove(&shard),
            };
        }
        Ok(found)
    }

    /// Finds the shards and the next position in each.
    async fn begin(&mut self) -> Result<()> {
        let arn = self.mapping.source.clone();
        let client = &self.context.client;
        let request = json!({"StreamArn": arn.text});
        let described = client.streams(&arn, "DescribeStream", &request).await?;
        let shards = described["StreamDescription"]["Shards"].as_array().cloned();
        for shard in shards.unwrap_or_default() {
            let id = shard["ShardId"].as_str().unwrap_or_default().to_owned();
            let mut request = json!({"StreamArn": arn.text, "ShardId": id});
            match (self.checkpoints.get(&id), self.stream.from_the_start) {
                (Some(last), _) => {
                    request["ShardIteratorType"] = json!("AFTER_SEQUENCE_NUMBER");
                    request["SequenceNumber"] = json!(last);
                }
                (None, true) => request["ShardIteratorType"] = json!("TRIM_HORIZON"),
                (None, false) => request["ShardIteratorType"] = json!("LATEST"),
            }
            let answer = client.streams(&arn, "GetShardIterator", &request).await?;
            let iterator = answer["ShardIterator"].as_str().context("no iterator")?;
            self.iterators.insert(id, iterator.to_owned());
        }
        Ok(())
    }

    /// Reads a batch: as many records as it may have, or those of its window.
    async fn batch(&self, iterator: &str) -> Result<(Vec<Value>, Option<String>)> {
        let mut batch = Vec::new();
        let mut iterator = iterator.to_owned();
        let mut ends = None;
        loop {
            let limit = (self.mapping.batch_size - batch.len()).min(1_000);
            let request = json!({"ShardIterator": iterator, "Limit": limit});
            let answer = self
                .context
                .client
                .streams(&self.mapping.source, "GetRecords", &request)
                .await?;
            batch.extend(answer["Records"].as_array().cloned().unwrap_or_default());
            let next = answer["NextShardIterator"].as_str().map(str::to_owned);
            let Some(next) = next else {
                return Ok((batch, None));
            };
            if batch.is_empty() || batch.len() >= self.mapping.batch_size {
                return Ok((batch, Some(next)));
            }
            let ends = *ends.get_or_insert_with(|| Instant::now() + self.mapping.window);
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok((batch, Some(next)));
            }
            sleep(left.min(LOOK)).await;
            iterator = next;
        }
    }

    /// Handles a batch until it is done with. Returns false if it was stopped before.
    async fn handle(&mut self, shard: &str, batch: Vec<Value>) -> bool {
        let wanted = |record: &Value| {
            let filters = &self.mapping.filters;
            filters.is_empty() || filters.iter().any(|filter| filter.matches(record))
        };
        let batch: Vec<Value> = batch
            .iter()
            .map(|record| records::of_stream(record, &self.mapping.source))
            .filter(wanted)
            .collect();
        // Each part of the batch with its retries so far; the first is next.
        let mut parts = vec![(batch, 0)];
        while let Some((mut part, mut retries)) = parts.pop() {
            loop {
                if part.is_empty() {
                    break;
                }
                let Some(failed_from) = self.invoke(&part).await else {
                    break;
                };
                // The records before the first failure are finished.
                part.drain(..failed_from);
                if self.is_over(&part, retries) {
                    self.give_up(shard, &part, retries + 1).await;
                    break;
                }
                if self.stream.bisect && part.len() > 1 {
                    let second = part.split_off(part.len() / 2);
                    parts.push((second, retries));
                } else {
                    retries += 1;
                    let pause = Duration::from_secs(1 << retries.min(7).saturating_sub(1));
                    self.rest(pause.min(LONGEST_PAUSE)).await;
                }
                if *self.stopping.borrow() {
                    return false;
                }
            }
        }
        true
    }

    /// Invokes the function. Returns the place of the first record that failed, if one did.
    async fn invoke(&mut self, part: &[Value]) -> Option<usize> {
        let name = code(&self.mapping.function.name);
        let arn = &self.mapping.source.text;
        let count = part.len();
        let request_id = uuid::Uuid::new_v4().to_string();
        self.request_id.clone_from(&request_id);
        let payload = json!({ "Records": part }).to_string();
        match self
            .context
            .invoke(&self.mapping.function, &request_id, payload.into())
            .await
        {
            Called::Result(result) => {
                let ids: Vec<String> = part.iter().map(sequence).collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let first = match self.mapping.reports_failures {
                    false => None,
                    true => match records::failures(&result, &ids) {
                        None => Some(0),
                        // The lowest sequence number is the checkpoint.
                        Some(failed) => ids.iter().position(|id| failed.contains(*id)),
                    },
                };
                let handled = first.unwrap_or(count);
                tracing::info!("{name} handled {handled} of {count} records of `{arn}`, {request_id}");
                return first;
            }
            Called::Failed(error) => tracing::warn!(
                "{name} failed to handle {count} records of `{arn}`, {request_id}: {}",
                shown(&error)
            ),
            Called::Throttled(why) => tracing::warn!("{name} is throttled, so {count} records wait: {why}"),
            Called::Missing(why) => tracing::warn!("not delivered: {count} records of `{arn}`: {why}"),
        }
        Some(0)
    }

    fn is_over(&self, part: &[Value], retries: u64) -> bool {
        let oldest = part.first().and_then(created);
        let age = oldest.map(|oldest| OffsetDateTime::now_utc() - oldest);
        let too_old = match (age, self.stream.maximum_age) {
            (Some(age), Some(limit)) => age >= limit,
            _ => false,
        };
        // A batch is split, if it can be, before it is given up.
        let splits = self.stream.bisect && part.len() > 1;
        too_old || (!splits && self.stream.retries.is_some_and(|limit| retries >= limit))
    }

    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>.
    async fn give_up(&self, shard: &str, part: &[Value], tries: u64) {
        let name = code(&self.mapping.function.name);
        let Some(to) = &self.stream.on_failure else {
            return tracing::warn!(
                "dropped {} records, because the mapping of {name} has no failure destination",
                part.len()
            );
        };
        let time = |record: Option<&Value>| record.and_then(created).map(in_milliseconds);
        let record = json!({
            "requestContext": {
                "requestId": self.request_id,
                "functionArn": self.mapping.function_arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": tries,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": in_milliseconds(OffsetDateTime::now_utc()),
            "DDBStreamBatchInfo": {
                "shardId": shard,
                "startSequenceNumber": part.first().map(sequence),
                "endSequenceNumber": part.last().map(sequence),
                "approximateArrivalOfFirstRecord": time(part.first()),
                "approximateArrivalOfLastRecord": time(part.last()),
                "batchSize": part.len(),
                "streamArn": self.mapping.source.text,
            },
        });
        destination::send(&self.context, to, &record, "Failure").await;
    }

    /// Remembers what is done with, for the next start.
    fn keep(&mut self, shard: &str, last: String) -> Result<()> {
        self.checkpoints.insert(shard.to_owned(), last);
        let text = serde_json::to_string(&self.checkpoints)?;
        portcullis_files::private_folder(&self.context.folder)?;
        let path = file(&self.context, &self.mapping);
        portcullis_files::replace(&path, text.as_bytes(), portcullis_files::PRIVATE)
            .with_context(|| format!("can't write `{}`", path.display()))
    }
}

fn sequence(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn created(record: &Value) -> Option<OffsetDateTime> {
    let seconds = record["dynamodb"]["ApproximateCreationDateTime"].as_f64()?;
    OffsetDateTime::from_unix_timestamp_nanos((seconds * 1e9) as i128).ok()
}
