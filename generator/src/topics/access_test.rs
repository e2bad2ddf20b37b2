//! The assertions about the callers of topics.

use crate::hcl::{Block, Expression, commented, string};
use crate::identifier::Identifier;
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked;
use crate::resources::{sns_topic, tls_only};
use crate::service::Service;
use crate::topics::Topic;
use crate::topics::in_service::{ACTION, attribute};
use crate::uses::Attribute;

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let topics = service.topics.iter();
    topics
        .map(|(name, topic)| self::topic(service, name, topic))
        .collect()
}

fn topic(service: &Service, name: &str, topic: &Topic) -> Block {
    let Topic {
        fifo,
        content_based_deduplication: _, // how messages are delivered, not to whom
        display_name: _,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = topic;
    let values = mocked::values(service);
    let text = |of| string(attribute(name, topic, of).text(&values));
    let of = |argument: &str| format!("{}.{argument}", sns_topic::address(&Identifier::new(name)));
    let mut conditions: Vec<Expression> = vec![
        is(of("name"), text(Attribute::Name)),
        is(of("policy"), tls_only::policy(ACTION, text(Attribute::Arn))),
    ];
    if *fifo {
        conditions.push(is(of("fifo_topic"), true));
    }
    if let Some(key) = kms_key {
        conditions.push(is(of("kms_master_key_id"), string(key)));
    }
    let block = must(
        &format!("The topic `{name}`"),
        "refuse messages without TLS, let in nothing but roles, and have the key of the spec",
        conditions,
    );
    commented(block, &format!("Topic {name}"))
}
