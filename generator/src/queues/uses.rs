//! The verbs of queues: what functions may do with them.

use crate::uses::declaration::{Attribute, Declaration, Verb};

/// Queues. SQS uses a key with the rights of the caller:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
pub static QUEUES: Declaration = Declaration {
    key: "queues",
    noun: "queue",
    example: "`[queues.mails]`",
    contents: "messages of the queue",
    verbs: &[
        // Also many messages at once.
        Verb {
            name: "send",
            third: "sends",
            actions: &["sqs:SendMessage"],
            causes_events: true,
            on_itself: true,
            on_parts: false,
            with_key: &["kms:Decrypt", "kms:GenerateDataKey"],
        },
        // Who receives a message also deletes it, or hides it for longer, and knows how many wait.
        Verb {
            name: "receive",
            third: "receives",
            actions: &[
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ReceiveMessage",
            ],
            causes_events: false,
            on_itself: true,
            on_parts: false,
            with_key: &["kms:Decrypt"],
        },
    ],
    together: &[],
    attributes: &[Attribute::Name, Attribute::Arn, Attribute::Url],
    is_global: false,
    arn: ["sqs", ""],
    variable: ["QUEUE_", "_URL"],
    variable_contains: Attribute::Url,
};
