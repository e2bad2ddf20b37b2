//! SQS queues.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{given, kind, or_empty};

/// An `aws_sqs_queue`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Queue {
    /// Its id, which is its URL.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its URL.
    pub url: String,
    /// Its ARN.
    pub arn: String,
    /// True if the queue keeps the order of messages.
    #[serde(deserialize_with = "or_empty")]
    pub fifo_queue: bool,
    /// True if a FIFO queue takes a message's body for its deduplication id.
    #[serde(deserialize_with = "or_empty")]
    pub content_based_deduplication: bool,
    /// Seconds until a received message is visible again.
    pub visibility_timeout_seconds: Option<u64>,
    /// Seconds until a message is deleted.
    pub message_retention_seconds: Option<u64>,
    /// Seconds until a new message is visible.
    pub delay_seconds: Option<u64>,
    /// Seconds that a call waits for messages.
    pub receive_wait_time_seconds: Option<u64>,
    /// Largest message in bytes.
    pub max_message_size: Option<u64>,
    /// The queue for messages that were received too often, as JSON.
    #[serde(deserialize_with = "given")]
    pub redrive_policy: Option<String>,
    /// The queues whose dead letters it takes, as JSON.
    #[serde(deserialize_with = "given")]
    pub redrive_allow_policy: Option<String>,
    /// Its resource policy, as JSON.
    #[serde(deserialize_with = "given")]
    pub policy: Option<String>,
    /// The key of its encryption.
    #[serde(deserialize_with = "given")]
    pub kms_master_key_id: Option<String>,
    /// True if SQS encrypts with a key of its own.
    pub sqs_managed_sse_enabled: Option<bool>,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Queue, "aws_sqs_queue", "url", "arn");

/// The parts of a `redrive_policy`.
#[derive(Debug, Clone, PartialEq)]
pub struct Redrive {
    /// The queue of dead letters.
    pub dead_letter_target_arn: String,
    /// Times that a message is received before it goes there.
    pub max_receive_count: u64,
}

impl Redrive {
    /// Reads the JSON of a redrive policy, in which the count is a number or a text.
    pub fn parse(text: &str) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        let count = &value["maxReceiveCount"];
        Some(Self {
            dead_letter_target_arn: value["deadLetterTargetArn"].as_str()?.to_owned(),
            max_receive_count: count.as_u64().or_else(|| count.as_str()?.parse().ok())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_a_redrive_policy_is_a_number_or_a_text() {
        for count in ["3", "\"3\""] {
            let text = format!(r#"{{"deadLetterTargetArn": "arn:d", "maxReceiveCount": {count}}}"#);
            let redrive = Redrive::parse(&text).unwrap();
            assert_eq!(
                (redrive.dead_letter_target_arn.as_str(), redrive.max_receive_count),
                ("arn:d", 3)
            );
        }
        assert_eq!(Redrive::parse("{}"), None);
    }
}
