//! The queues' part of `modules/service`: `queues.tf`.

use crate::hcl::{self, Block, Expression, argument, string};
use crate::identifier::Identifier;
use crate::queues::{Queue, failed, with_failed};
use crate::references::{Reference, Template};
use crate::resources::sqs_queue::{self, Arguments, DeadLetters};
use crate::resources::tls_only;
use crate::service::Service;
use crate::uses::{Attribute, Datum, Kind};

/// The actions in the policy of a queue.
pub(crate) const ACTIONS: &str = "sqs:*";

/// Every queue, and what their URLs need.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let mut blocks: Vec<Block> = host(service).into_iter().collect();
    let queues = with_failed(&service.queues);
    blocks.extend(queues.iter().map(|(name, queue)| block(service, name, queue)));
    blocks
}

/// The data source that knows the host in the URLs of queues, if a function's variable holds one.
fn host(service: &Service) -> Option<Block> {
    let block = hcl::block("data", ["aws_service", "sqs"]).attribute(argument("service_id", string("sqs")));
    has_urls(service).then(|| block.build())
}

/// Returns `true` if a function's variable contains the URL of a queue.
pub(crate) fn has_urls(service: &Service) -> bool {
    let is_url = |reference: &Reference| matches!(reference, Reference::Datum(_, Attribute::Url));
    let mut functions = service.functions.values();
    functions.any(|function| {
        let mut texts = function.environment.values();
        function.uses.keys().any(|datum| datum.kind == Kind::Queues)
            || texts.any(|text| text.references().any(is_url))
    })
}

/// An attribute of a queue, made of names.
pub(crate) fn attribute(name: &str, queue: &Queue, attribute: Attribute) -> Template {
    let datum = Datum::new(Kind::Queues, name).with_suffix(queue.suffix());
    Template::of_reference(Reference::Datum(datum, attribute), "")
}

fn block(service: &Service, name: &str, queue: &Queue) -> Block {
    let Queue {
        fifo,
        content_based_deduplication,
        visibility_timeout_seconds,
        retention_days,
        delay_seconds,
        receive_wait_time_seconds,
        max_message_kb,
        failed_after,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = queue;
    let of =
        |name: &str, attribute| -> Expression { self::attribute(name, queue, attribute).in_service(service) };
    sqs_queue::resource_block(Arguments {
        label: &Identifier::new(name),
        name: of(name, Attribute::Name),
        fifo: *fifo,
        content_based_deduplication: *content_based_deduplication,
        visibility_timeout_seconds: *visibility_timeout_seconds,
        message_retention_seconds: retention_days * 24 * 60 * 60,
        delay_seconds: *delay_seconds,
        receive_wait_time_seconds: *receive_wait_time_seconds,
        max_message_size: max_message_kb * 1024,
        kms_key: kms_key.as_deref(),
        dead_letters: failed_after.map(|max_receive_count| DeadLetters {
            label: Identifier::new(&failed(name)),
            arn: of(&failed(name), Attribute::Arn),
            max_receive_count,
        }),
        policy: tls_only::policy(ACTIONS, of(name, Attribute::Arn)),
    })
}
