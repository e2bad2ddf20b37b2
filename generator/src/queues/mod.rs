//! SQS queues: how they treat messages, and where messages go that fail.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod uses;
pub(crate) mod visibility;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::reach::reachable_by::ReachableBy;
use crate::resources::sqs_queue::{FIFO, RETENTION_DAYS};

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Delivers messages in their order, and each once.
    pub fifo: bool,
    /// Drops a message if it got one with the same body a short time ago.
    pub content_based_deduplication: bool,
    /// Seconds that a received message is hidden from other receivers.
    pub visibility_timeout_seconds: u32,
    /// Days that a message is kept.
    pub retention_days: u32,
    /// Seconds that a new message is hidden.
    pub delay_seconds: u32,
    /// Seconds that a receiver's call waits for a message.
    pub receive_wait_time_seconds: u32,
    /// Size of a message in KB.
    pub max_message_kb: u32,
    /// Times that a message is received before it goes to the [queue of failed messages](Self::of_failed). `None` means
    /// until it expires.
    pub failed_after: Option<u32>,
    /// The only callers that may reach it. `None` means every route.
    pub reachable_by: Option<ReachableBy>,
    /// ARN of the KMS key that encrypts it; none is a key of SQS's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

impl Queue {
    /// The queue of its messages that fail. SQS wants it to be FIFO as well, and what it contains is kept as long as SQS
    /// can: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
    pub fn of_failed(&self) -> Option<Self> {
        self.failed_after.map(|_| Self {
            retention_days: *RETENTION_DAYS.end(),
            delay_seconds: 0,
            failed_after: None,
            ..self.clone()
        })
    }

    /// Seconds that a message is kept.
    pub(crate) fn retention_seconds(&self) -> u32 {
        self.retention_days * 24 * 60 * 60
    }

    /// Bytes of a message.
    pub(crate) fn max_message_bytes(&self) -> u32 {
        self.max_message_kb * 1024
    }

    /// The end of its name in AWS.
    pub fn suffix(&self) -> &'static str {
        suffix(self.fifo)
    }
}

/// The end of the name of a queue in AWS.
fn suffix(fifo: bool) -> &'static str {
    if fifo { FIFO } else { "" }
}

/// The name of the queue of messages that fail in another one.
pub fn failed(queue: &str) -> String {
    [queue, FAILED].concat()
}

/// The queue of the spec that a queue belongs to: itself, or the one whose failed messages it has.
pub(crate) fn declared_as<'a>(queues: &BTreeMap<String, Queue>, name: &'a str) -> &'a str {
    match queues.contains_key(name) {
        true => name,
        false => name.strip_suffix(FAILED).unwrap_or(name),
    }
}

/// The end of the name of a queue of failed messages.
const FAILED: &str = "-failed";

/// Queues of a spec, and those of messages that fail in them.
pub fn with_failed(queues: &BTreeMap<String, Queue>) -> BTreeMap<String, Cow<'_, Queue>> {
    let of_failed = queues
        .iter()
        .filter_map(|(name, queue)| Some((failed(name), Cow::Owned(queue.of_failed()?))));
    let declared = queues
        .iter()
        .map(|(name, queue)| (name.clone(), Cow::Borrowed(queue)));
    declared.chain(of_failed).collect()
}
