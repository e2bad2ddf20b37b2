//! The queues' part of `modules/service`: `queues.tf`.

use crate::environments::setting::Setting;
use crate::hcl::{self, Block, Expression, argument, string};
use crate::identifier::Identifier;
use crate::queues::policy::{attribute, policy};
use crate::queues::{Queue, declared_as, failed, settings, with_failed};
use crate::references::{Reference, Template};
use crate::resources::sqs_queue::{self, Arguments, DeadLetters};
use crate::service::Service;
use crate::uses::{Attribute, Kind};

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

fn block(service: &Service, name: &str, queue: &Queue) -> Block {
    let Queue {
        fifo,
        content_based_deduplication,
        visibility_timeout_seconds: _, // `settings` has it
        retention_days: _,             // `settings` has it
        delay_seconds: _,              // `settings` has it
        receive_wait_time_seconds: _,  // `settings` has it
        max_message_kb: _,             // `settings` has it
        failed_after,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = queue;
    let declared = declared_as(&service.queues, name);
    let setting = |setting: &Setting<Queue>| setting.in_service(service, declared);
    // A queue of failed messages has a value of its own in every environment.
    let own = |of: &Setting<Queue>| match name == declared {
        true => setting(of),
        false => (of.value)(queue, queue, &Template::written),
    };
    let of = |name: &str, of: Attribute| -> Expression { attribute(name, queue, of).in_service(service) };
    sqs_queue::resource_block(Arguments {
        label: &Identifier::new(name),
        name: of(name, Attribute::Name),
        fifo: *fifo,
        content_based_deduplication: *content_based_deduplication,
        visibility_timeout_seconds: setting(&settings::VISIBILITY_TIMEOUT_SECONDS),
        message_retention_seconds: own(&settings::MESSAGE_RETENTION_SECONDS),
        delay_seconds: own(&settings::DELAY_SECONDS),
        receive_wait_time_seconds: setting(&settings::RECEIVE_WAIT_TIME_SECONDS),
        max_message_size: setting(&settings::MAX_MESSAGE_SIZE),
        kms_key: kms_key.as_ref().map(|_| setting(&settings::KMS_KEY_ARN)),
        dead_letters: failed_after.map(|max_receive_count| DeadLetters {
            label: Identifier::new(&failed(name)),
            arn: of(&failed(name), Attribute::Arn),
            max_receive_count,
        }),
        policy: policy(service, name, queue, |text| text.in_service(service)),
    })
}
