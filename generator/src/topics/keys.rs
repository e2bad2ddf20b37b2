//! The keys of `[topics.NAME]`.

use crate::resources::kms_key::KEY_ARN;
use crate::resources::sns_topic::DISPLAY_NAME;
use crate::review::Meaning::{Elsewhere, Harmless};
use crate::spec::declaration::Absent::Nothing;
use crate::spec::declaration::Kind::{Flag, Text, TextOrTexts};
use crate::spec::declaration::{EVERYWHERE, Literal, PER_ENVIRONMENT, default, keys};
use crate::spec::field::{Given, Placed, Set};
use crate::text_rule::ANY_TEXT;

keys! {
    /// An SNS topic. It is called `<service>-<environment>-<name>` in AWS, and a FIFO topic has `.fifo` behind that. SNS refuses
    /// messages without TLS.
    TopicTable {
        /// Makes it a FIFO topic, which passes messages on in their order, to FIFO queues. Another value replaces the
        /// topic: every subscription is lost.
        fifo: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Elsewhere;
        /// A FIFO topic drops a message if it got one with the same body in the past five minutes. Without it, each
        /// message needs a deduplication id.
        content_based_deduplication: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Harmless;
        /// Sender of the topic's e-mails.
        display_name: Given<String> = Text(&DISPLAY_NAME), Nothing, PER_ENVIRONMENT, Harmless;
        /// The only callers that may reach the topic: `"user_pool"`, or routes such as `["POST /news"]`. Everything
        /// that functions do by `uses` and `may` counts. Without it, every route may. See [Reach](../data.md#reach).
        reachable_by: Given<Vec<Placed<String>>> = TextOrTexts(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// ARN of the KMS key that encrypts the topic. Without it, SNS encrypts its disks. The key's policy has to let in services
        /// of AWS that publish to the topic.
        kms_key: Given<String> = Text(&KEY_ARN), Nothing, PER_ENVIRONMENT, Harmless;
    }
}
