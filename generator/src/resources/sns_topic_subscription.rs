//! `aws_sns_topic_subscription`: SNS hands messages of a topic to a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic_subscription>
//!
//! `topic_arn`, `protocol` and `endpoint` force a new subscription. SNS returns the same one for the same three values.

use crate::hcl::{Block, Expression, argument, call, lines, object, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_sns_topic_subscription",
    in_snapshot: false,
    // `delivery_policy`, `replay_policy` and `subscription_role_arn` are not classified: they are for other protocols.
    arguments: &[
        ("confirmation_timeout_in_minutes", Harmless),
        ("confirmation_was_authenticated", Harmless),
        ("endpoint", Shown),
        ("endpoint_auto_confirms", Harmless),
        ("filter_policy", Shown),
        ("filter_policy_scope", Shown),
        ("owner_id", Harmless),
        ("pending_confirmation", Harmless),
        ("protocol", Shown),
        ("raw_message_delivery", Harmless),
        ("redrive_policy", Shown),
        ("topic_arn", Shown),
    ],
};

/// The service that invokes functions for topics, and sends what it can't deliver to a queue.
pub const PRINCIPAL: &str = "sns.amazonaws.com";
/// The protocol of functions.
pub const LAMBDA: &str = "lambda";
/// Bytes of a filter: <https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html>
pub const FILTER_BYTES: usize = 256 * 1024;
/// Attributes of a filter, or fields of the text that it begins with: the same page.
pub const MOST_FILTER_KEYS: usize = 5;
/// Combinations of a filter's values, which are their numbers multiplied: the same page.
pub const MOST_FILTER_COMBINATIONS: usize = 150;

/// The arguments of a subscription.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// The ARN of the topic.
    pub topic: Expression,
    /// The ARN of the function.
    pub function: Expression,
    /// The filter and its scope in AWS.
    pub filter: Option<(Expression, &'static str)>,
    /// The ARN of the queue that gets messages that SNS can't deliver.
    pub dead_letters: Option<Expression>,
    /// The blocks that Terraform creates first.
    pub depends_on: Vec<Expression>,
}

/// A function's subscription to a topic.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        topic,
        function,
        filter,
        dead_letters,
        depends_on,
    } = arguments;
    let mut subscription = TYPE
        .block(label.as_str())
        .attribute(argument("topic_arn", topic))
        .attribute(argument("protocol", string(LAMBDA)))
        .attribute(argument("endpoint", function));
    if let Some((filter, scope)) = filter {
        subscription = subscription
            .attribute(argument("filter_policy", filter))
            .attribute(argument("filter_policy_scope", string(scope)));
    }
    subscription
        .attributes(dead_letters.map(|arn| argument("redrive_policy", redrive_policy(arn))))
        .attribute(argument("depends_on", lines(depends_on)))
        .build()
}

/// Names the queue of messages that SNS can't deliver.
pub fn redrive_policy(arn: Expression) -> Expression {
    call("jsonencode", [object([("deadLetterTargetArn", arn)])])
}
