//! The policy of a queue: calls need TLS, and topics may send what they can't deliver.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::events::Event;
use crate::hcl::{Expression, lines, object, string};
use crate::queues::Queue;
use crate::references::{Reference, Template};
use crate::resources::sns_topic_subscription::PRINCIPAL;
use crate::resources::{iam_role_policy, tls_only};
use crate::service::Service;
use crate::uses::{Attribute, Datum, Kind};

/// The actions in the policy of a queue.
const ACTIONS: &str = "sqs:*";
/// The action that topics need.
const SEND: &str = "sqs:SendMessage";
/// The condition that the caller is one of these topics. It needs no account, because their ARNs name it:
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-configure-dead-letter-queue.html>
const FROM: [&str; 2] = ["ArnEquals", "aws:SourceArn"];

/// An attribute of a queue, made of names.
pub(crate) fn attribute(name: &str, queue: &Queue, attribute: Attribute) -> Template {
    let datum = Datum::new(Kind::Queues, name).with_suffix(queue.suffix());
    Template::of_reference(Reference::Datum(datum, attribute), "")
}

/// The topics whose messages go to a queue if SNS can't deliver them.
pub(crate) fn topics_of<'a>(service: &'a Service, queue: &str) -> BTreeSet<&'a Datum> {
    let events = service.functions.values().flat_map(|function| &function.on);
    let topics = events.filter_map(|event| match event {
        Event::Topic(topic) => topic
            .on_failure
            .as_ref()
            .filter(|to| to.name == queue)
            .map(|_| &topic.topic),
        Event::Schedule(_) | Event::Rule(_) | Event::Stream(_) | Event::Queue(_) | Event::Objects(_) => None,
    });
    topics.collect()
}

/// The ARNs of the topics that may send to a queue.
fn topics(service: &Service, name: &str) -> Vec<Template> {
    topics_of(service, name)
        .into_iter()
        .map(Template::arn_of)
        .collect()
}

/// The policy, with what `text` makes of names.
pub(crate) fn policy(
    service: &Service,
    name: &str,
    queue: &Queue,
    text: impl Fn(&Template) -> Expression,
) -> Expression {
    let arn = || text(&attribute(name, queue, Attribute::Arn));
    let topics = topics(service, name);
    let [operator, key] = FROM;
    let from = || object([(operator, object([(key, lines(topics.iter().map(&text)))]))]);
    let send = (!topics.is_empty()).then(|| {
        object([
            ("Sid", string("TopicsSendFailures")),
            ("Effect", string("Allow")),
            ("Principal", object([("Service", string(PRINCIPAL))])),
            ("Action", string(SEND)),
            ("Resource", arn()),
            ("Condition", from()),
        ])
    });
    let tls = tls_only::statement(ACTIONS, arn());
    iam_role_policy::document([tls].into_iter().chain(send))
}

/// The same as JSON.
pub(crate) fn in_json(
    service: &Service,
    name: &str,
    queue: &Queue,
    text: impl Fn(&Template) -> String,
) -> Value {
    let arn = text(&attribute(name, queue, Attribute::Arn));
    let mut policy = tls_only::in_json(ACTIONS, arn.clone());
    let topics: Vec<String> = topics(service, name).iter().map(text).collect();
    let [operator, key] = FROM;
    if let (false, Some(statements)) = (topics.is_empty(), policy["Statement"].as_array_mut()) {
        statements.push(json!({
            "Effect": "Allow", "Principal": { "Service": PRINCIPAL }, "Action": SEND, "Resource": arn,
            "Condition": { operator: { key: topics } },
        }));
    }
    policy
}
