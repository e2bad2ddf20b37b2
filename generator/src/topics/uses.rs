//! The verbs of topics: what functions may do with them.

use crate::uses::declaration::{Attribute, Declaration, Verb};

/// Topics. SNS uses a key with the rights of the caller: <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html>
pub static TOPICS: Declaration = Declaration {
    key: "topics",
    noun: "topic",
    example: "`[topics.news]`",
    contents: "messages to the topic",
    verbs: &[Verb {
        name: "publish",
        third: "publishes",
        actions: &["sns:Publish"],
        causes_events: true,
        on_itself: true,
        on_parts: false,
        with_key: &["kms:Decrypt", "kms:GenerateDataKey"],
    }],
    together: &[],
    attributes: &[Attribute::Name, Attribute::Arn],
    is_global: false,
    arn: ["sns", ""],
    variable: ["TOPIC_", "_ARN"],
    variable_contains: Attribute::Arn,
};
