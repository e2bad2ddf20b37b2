//! `aws_sqs_queue`: messages that wait for a receiver.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sqs_queue>
//!
//! `name` and `fifo_queue` force a new queue, which is empty. SQS creates a queue of a name again without an error if its
//! attributes are the same, so two environments must not share one:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
//!
//! The policy is an argument here, not an `aws_sqs_queue_policy`, so a queue never exists without it, and a first plan
//! shows it. Each queue has one policy: another resource that sets it takes its place.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, call, lines, object, reference};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_sqs_queue",
    in_snapshot: false,
    arguments: &[
        ("content_based_deduplication", Harmless),
        ("deduplication_scope", Harmless),
        ("delay_seconds", Harmless),
        ("fifo_queue", Shown),
        ("fifo_throughput_limit", Harmless),
        ("kms_data_key_reuse_period_seconds", Harmless),
        ("kms_master_key_id", Shown),
        ("max_message_size", Harmless),
        ("message_retention_seconds", Harmless),
        ("name", Shown),
        ("name_prefix", Harmless),
        ("policy", Shown),
        ("receive_wait_time_seconds", Harmless),
        // It only says whose dead letters the queue takes.
        ("redrive_allow_policy", Harmless),
        ("redrive_policy", Shown),
        ("sqs_managed_sse_enabled", Shown),
        ("url", Harmless),
        ("visibility_timeout_seconds", Harmless),
    ],
};

/// Characters of a queue's name, with `.fifo`. This and the limits below:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html> and
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
pub const NAME_LENGTH: usize = 80;
/// The end of the name of a FIFO queue.
pub const FIFO: &str = ".fifo";
/// Seconds that a received message is hidden from other receivers.
pub const VISIBILITY_TIMEOUT_SECONDS: RangeInclusive<u32> = 0..=43_200;
/// The same if nothing else is said.
pub const DEFAULT_VISIBILITY_TIMEOUT_SECONDS: u32 = 30;
/// Days that a message is kept. AWS also takes less than a day, from 60 seconds on.
pub const RETENTION_DAYS: RangeInclusive<u32> = 1..=14;
/// Seconds that a new message is hidden.
pub const DELAY_SECONDS: RangeInclusive<u32> = 0..=900;
/// Seconds that a call waits for a message.
pub const RECEIVE_WAIT_TIME_SECONDS: RangeInclusive<u32> = 0..=20;
/// KB of a message. SQS takes up to 1024 since August 2025, and the oldest AWS provider that generated files allow refuses
/// more than 256.
pub const MAX_MESSAGE_KB: RangeInclusive<u32> = 1..=256;
/// Times that a message is received before it is a dead letter:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>
pub const MAX_RECEIVE_COUNT: RangeInclusive<u32> = 1..=1000;

/// The arguments of a queue.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// Its name in AWS.
    pub name: Expression,
    /// It keeps the order of messages.
    pub fifo: bool,
    /// A FIFO queue takes a message's body for its deduplication id.
    pub content_based_deduplication: bool,
    /// Seconds that a received message is hidden.
    pub visibility_timeout_seconds: Expression,
    /// Seconds that a message is kept.
    pub message_retention_seconds: Expression,
    /// Seconds that a new message is hidden.
    pub delay_seconds: Expression,
    /// Seconds that a call waits for a message.
    pub receive_wait_time_seconds: Expression,
    /// Bytes of a message.
    pub max_message_size: Expression,
    /// The ARN of a key of KMS. SQS encrypts with keys of its own without one.
    pub kms_key: Option<Expression>,
    /// The queue for messages that were received too often.
    pub dead_letters: Option<DeadLetters>,
    /// The policy with its callers.
    pub policy: Expression,
}

/// The queue for messages that were received too often.
pub struct DeadLetters {
    /// The name of their queue in Terraform. SQS refuses one that doesn't exist yet.
    pub label: Identifier,
    /// Its ARN.
    pub arn: Expression,
    /// Times that a message is received before.
    pub max_receive_count: u32,
}

/// A queue.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        name,
        fifo,
        content_based_deduplication,
        visibility_timeout_seconds,
        message_retention_seconds,
        delay_seconds,
        receive_wait_time_seconds,
        max_message_size,
        kms_key,
        dead_letters,
        policy,
    } = arguments;
    let mut queue = TYPE.block(label.as_str()).attribute(argument("name", name));
    if fifo {
        queue = queue.attribute(argument("fifo_queue", true)).attribute(argument(
            "content_based_deduplication",
            content_based_deduplication,
        ));
    }
    queue = queue
        .attribute(argument("visibility_timeout_seconds", visibility_timeout_seconds))
        .attribute(argument("message_retention_seconds", message_retention_seconds))
        .attribute(argument("delay_seconds", delay_seconds))
        .attribute(argument("receive_wait_time_seconds", receive_wait_time_seconds))
        .attribute(argument("max_message_size", max_message_size))
        .attribute(match kms_key {
            Some(key) => argument("kms_master_key_id", key),
            None => argument("sqs_managed_sse_enabled", true),
        });
    let label = dead_letters
        .as_ref()
        .map(|letters| reference(address(&letters.label)));
    if let Some(DeadLetters {
        label: _, // `depends_on`
        arn,
        max_receive_count,
    }) = dead_letters
    {
        queue = queue.attribute(argument("redrive_policy", redrive_policy(arn, max_receive_count)));
    }
    queue
        .attribute(argument("policy", policy))
        .attributes(label.map(|label| argument("depends_on", lines([label]))))
        .build()
}

/// Names the queue for messages that were received so often.
pub fn redrive_policy(arn: Expression, max_receive_count: u32) -> Expression {
    let policy = object([
        ("deadLetterTargetArn", arn),
        ("maxReceiveCount", max_receive_count.into()),
    ]);
    call("jsonencode", [policy])
}

/// The address of a queue in its module.
pub fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}
