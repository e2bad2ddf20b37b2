//! `aws_sns_topic`: passes messages on to its subscribers.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic>
//!
//! `name` and `fifo_topic` force a new topic, without subscriptions. SNS creates a topic of a name again without an error, so
//! two environments must not share one: <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
//!
//! A topic has no KMS key by default. SNS encrypts its disks anyway. S3, EventBridge and CloudWatch can't publish to a
//! topic with the key `alias/aws/sns`, because that key's policy admits no service and can't be changed:
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
//!
//! The policy is an argument here, not an `aws_sns_topic_policy`, so a topic never exists without it, and a first plan
//! shows it. It takes the place of SNS's own, which admits the whole account.

use crate::hcl::{Block, Expression, argument};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::TOPIC_KEY;
use crate::text_rule::TextRule;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_sns_topic",
    in_snapshot: false,
    // `archive_policy` and the roles that log deliveries are not classified: they keep or hand on what messages say.
    arguments: &[
        ("application_success_feedback_sample_rate", Harmless),
        ("beginning_archive_time", Harmless),
        ("content_based_deduplication", Harmless),
        ("delivery_policy", Harmless),
        ("display_name", Harmless),
        ("fifo_throughput_scope", Harmless),
        ("fifo_topic", Shown),
        ("firehose_success_feedback_sample_rate", Harmless),
        ("http_success_feedback_sample_rate", Harmless),
        ("kms_master_key_id", Shown),
        ("lambda_success_feedback_sample_rate", Harmless),
        ("name", Shown),
        ("name_prefix", Harmless),
        ("owner", Harmless),
        ("policy", Shown),
        ("signature_version", Harmless),
        ("sqs_success_feedback_sample_rate", Harmless),
        ("tracing_config", Harmless),
    ],
};

/// Characters of a topic's name, with `.fifo`: <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
pub const NAME_LENGTH: usize = 256;
/// The end of the name of a FIFO topic.
pub const FIFO: &str = ".fifo";

/// The sender of e-mails and text messages: <https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html>
pub static DISPLAY_NAME: TextRule = TextRule {
    must_be: "1 to 100 characters, without line breaks",
    help: "write it as in `Shop news`",
    check: |text| (1..=100).contains(&text.chars().count()) && !text.contains(['\n', '\r']),
    pattern: "^[^\\n\\r]{1,100}$",
};

/// The arguments of a topic.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// Its name in AWS.
    pub name: Expression,
    /// The sender of e-mails and text messages.
    pub display_name: Option<Expression>,
    /// It keeps the order of messages.
    pub fifo: bool,
    /// A FIFO topic takes a message's body for its deduplication id.
    pub content_based_deduplication: bool,
    /// The ARN of a key of KMS.
    pub kms_key: Option<Expression>,
    /// The policy with its callers.
    pub policy: Expression,
}

/// A topic.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        name,
        display_name,
        fifo,
        content_based_deduplication,
        kms_key,
        policy,
    } = arguments;
    let mut topic = TYPE
        .block(label.as_str())
        .skips(kms_key.is_none().then_some(&TOPIC_KEY))
        .attribute(argument("name", name))
        .attributes(display_name.map(|text| argument("display_name", text)));
    if fifo {
        topic = topic.attribute(argument("fifo_topic", true)).attribute(argument(
            "content_based_deduplication",
            content_based_deduplication,
        ));
    }
    topic
        .attributes(kms_key.map(|key| argument("kms_master_key_id", key)))
        .attribute(argument("policy", policy))
        .build()
}

/// The address of a topic in its module.
pub fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}
