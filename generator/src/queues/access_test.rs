//! The assertions that protect the messages of queues.

use crate::hcl::{Block, Expression, argument, block, commented, object, reference, string};
use crate::identifier::Identifier;
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked;
use crate::queues::in_service::has_urls;
use crate::queues::policy::{attribute, policy};
use crate::queues::{Queue, failed, with_failed};
use crate::references::Reference;
use crate::resources::sqs_queue;
use crate::service::Service;
use crate::uses::Attribute;

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let queues = with_failed(&service.queues).into_iter();
    queues
        .map(|(name, queue)| self::queue(service, &name, &queue))
        .collect()
}

/// The host in the URLs of queues, as the test has it. Another data source of its type has the host of API Gateway.
pub(crate) fn host(service: &Service) -> Option<Block> {
    let name = Reference::SqsHost.text(&mocked::values(service));
    let host = block("override_data", [])
        .attribute(argument("target", reference("data.aws_service.sqs")))
        .attribute(argument("values", object([("dns_name", string(name))])));
    has_urls(service).then(|| host.build())
}

fn queue(service: &Service, name: &str, queue: &Queue) -> Block {
    let Queue {
        fifo,
        content_based_deduplication: _, // how messages are delivered, not to whom
        visibility_timeout_seconds: _,
        retention_days: _, // `retention_seconds`
        delay_seconds: _,
        receive_wait_time_seconds: _,
        max_message_kb: _,
        failed_after,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = queue;
    let values = mocked::values(service);
    let text = |name: &str, of| attribute(name, queue, of).text(&values);
    let of = |argument: &str| format!("{}.{argument}", sqs_queue::address(&Identifier::new(name)));
    let mut conditions: Vec<Expression> = vec![
        is(of("name"), string(text(name, Attribute::Name))),
        is(
            of("policy"),
            policy(service, name, queue, |text| string(text.text(&values))),
        ),
        is(of("message_retention_seconds"), queue.retention_seconds()),
    ];
    if *fifo {
        conditions.push(is(of("fifo_queue"), true));
    }
    conditions.push(match kms_key {
        Some(key) => is(of("kms_master_key_id"), string(key)),
        None => is(of("sqs_managed_sse_enabled"), true),
    });
    if let Some(count) = failed_after {
        let arn = string(text(&failed(name), Attribute::Arn));
        conditions.push(is(of("redrive_policy"), sqs_queue::redrive_policy(arn, *count)));
    }
    let fate = match failed_after {
        Some(_) => "move messages that fail to their own queue",
        None => "keep messages for the time of the spec",
    };
    let block = must(
        &format!("The queue `{name}`"),
        &format!("be encrypted, refuse calls without TLS, let in nothing but roles, and {fate}"),
        conditions,
    );
    commented(block, &format!("Queue {name}"))
}
