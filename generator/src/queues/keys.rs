//! The keys of `[queues.NAME]`.

use crate::resources::kms_key::KEY_ARN;
use crate::resources::sqs_queue::{
    DELAY_SECONDS, MAX_MESSAGE_KB, MAX_RECEIVE_COUNT, RECEIVE_WAIT_TIME_SECONDS, RETENTION_DAYS,
    VISIBILITY_TIMEOUT_SECONDS,
};
use crate::review::ChangeKind::MessageRetentionShorter;
use crate::review::Direction::Less;
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::spec::declaration::Absent::{Derived, Nothing};
use crate::spec::declaration::Kind::{Flag, Text, TextOrTexts};
use crate::spec::declaration::{EVERYWHERE, Literal, PER_ENVIRONMENT, default, keys, number};
use crate::spec::field::{Given, Placed, Set};
use crate::text_rule::ANY_TEXT;

keys! {
    /// An SQS queue. It is called `<service>-<environment>-<name>` in AWS, and a FIFO queue has `.fifo` behind that. It is
    /// encrypted, and SQS refuses calls without TLS.
    QueueTable {
        /// Makes it a FIFO queue, which delivers messages in their order, and each once. Another value replaces the
        /// queue: every waiting message is lost.
        fifo: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Elsewhere;
        /// A FIFO queue drops a message if it got one with the same body in the past five minutes. Without it, each
        /// message needs a deduplication id.
        content_based_deduplication: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Harmless;
        /// Time in which a received message is hidden from other receivers. Until then, its receiver has to delete it. If the
        /// queue invokes a function, this is at least six times the function's timeout, and `window_seconds` more.
        visibility_timeout_seconds: Given<u32> = number(VISIBILITY_TIMEOUT_SECONDS, "seconds"),
            Derived("30, or the time that its function needs"), PER_ENVIRONMENT, Harmless;
        /// Time after which SQS deletes a message that no receiver deleted.
        retention_days: Set<u32> = number(RETENTION_DAYS, "days"), default(Literal::Number(4)), PER_ENVIRONMENT,
            When(&[consequence(Less, MessageRetentionShorter, "SQS **deletes** older messages")]);
        /// Time in which a new message is hidden.
        delay_seconds: Set<u32> = number(DELAY_SECONDS, "seconds"), default(Literal::Number(0)), PER_ENVIRONMENT, Harmless;
        /// Time that a receiver's call waits for a message (long polling).
        receive_wait_time_seconds: Set<u32> = number(RECEIVE_WAIT_TIME_SECONDS, "seconds"), default(Literal::Number(20)),
            PER_ENVIRONMENT, Harmless;
        /// Size of a message.
        max_message_kb: Set<u32> = number(MAX_MESSAGE_KB, "KB"), default(Literal::Number(256)), PER_ENVIRONMENT, Harmless;
        /// Times that a message may be received. Then SQS moves it to the queue `<name>-failed`, which keeps it for 14
        /// days. Without this key, a message is received again until it expires.
        failed_after: Given<u32> = number(MAX_RECEIVE_COUNT, "times"), Nothing, EVERYWHERE, Harmless;
        /// The only callers that may reach the queue: `"user_pool"`, or routes such as `["POST /mails"]`. Everything
        /// that functions do by `uses` and `may` counts. Without it, every route may. See [Reach](../data.md#reach).
        reachable_by: Given<Vec<Placed<String>>> = TextOrTexts(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// ARN of the KMS key that encrypts the queue. Without it, SQS encrypts with a key of its own.
        kms_key: Given<String> = Text(&KEY_ARN), Nothing, PER_ENVIRONMENT, Harmless;
    }
}
