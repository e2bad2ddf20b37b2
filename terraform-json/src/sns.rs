//! SNS topics and their subscriptions.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{given, kind, or_empty};

/// An `aws_sns_topic`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Topic {
    /// Its id, which is its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// True if the topic keeps the order of messages.
    #[serde(deserialize_with = "or_empty")]
    pub fifo_topic: bool,
    /// True if a FIFO topic takes a message's body for its deduplication id.
    #[serde(deserialize_with = "or_empty")]
    pub content_based_deduplication: bool,
    /// The key of its encryption.
    #[serde(deserialize_with = "given")]
    pub kms_master_key_id: Option<String>,
    /// Its resource policy, as JSON.
    #[serde(deserialize_with = "given")]
    pub policy: Option<String>,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Topic, "aws_sns_topic", "arn");

/// An `aws_sns_topic_subscription`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TopicSubscription {
    /// Its ARN.
    pub arn: String,
    /// The ARN of the topic.
    pub topic_arn: String,
    /// `lambda`, `sqs`, `https`, `email` and so on.
    pub protocol: String,
    /// The ARN or address that gets the messages.
    pub endpoint: String,
    /// The filter of its messages, as JSON.
    #[serde(deserialize_with = "given")]
    pub filter_policy: Option<String>,
    /// `MessageAttributes` or `MessageBody`.
    #[serde(deserialize_with = "given")]
    pub filter_policy_scope: Option<String>,
    /// True if a queue gets the message alone, without SNS's envelope.
    #[serde(deserialize_with = "or_empty")]
    pub raw_message_delivery: bool,
    /// The queue for messages that can't be delivered, as JSON.
    #[serde(deserialize_with = "given")]
    pub redrive_policy: Option<String>,
}

kind!(
    TopicSubscription,
    "aws_sns_topic_subscription",
    "topic_arn",
    "protocol",
    "endpoint"
);
