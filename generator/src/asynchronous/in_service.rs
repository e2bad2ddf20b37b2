//! The settings of asynchronous invocations in `modules/service`.

use crate::asynchronous::Asynchronous;
use crate::functions::Function;
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, commented, reference};
use crate::identifier::Identifier;
use crate::references::Template;
use crate::resources::{lambda_function_event_invoke_config, sns_topic, sqs_queue};
use crate::service::Service;
use crate::uses::{Datum, Kind};

/// The block of a function, unless Lambda has its settings by default.
pub(crate) fn block(service: &Service, name: &str, function: &Function) -> Option<Block> {
    let Asynchronous {
        on_failure,
        retries,
        max_age_seconds,
    } = Asynchronous::if_set(function)?;
    // Lambda refuses a destination that does not exist, or that the role may not send to.
    let needs = on_failure
        .into_iter()
        .flat_map(|to| address(to).into_iter().chain([functions::policy_address(name)]));
    let block =
        lambda_function_event_invoke_config::resource_block(lambda_function_event_invoke_config::Arguments {
            label: &Identifier::new(name),
            function: &functions::name(name),
            alias: functions::alias_name(service, name),
            retries,
            max_age_seconds,
            on_failure: on_failure.map(|to| Template::arn_of(to).in_service(service)),
            depends_on: needs.collect(),
        });
    let comment = format!("Events that {name} could not handle.");
    Some(commented(block, &comment))
}

/// The address of a destination.
fn address(to: &Datum) -> Option<Expression> {
    let label = Identifier::new(&to.name);
    match to.kind {
        Kind::Queues => Some(reference(sqs_queue::address(&label))),
        Kind::Topics => Some(reference(sns_topic::address(&label))),
        Kind::Tables | Kind::Buckets => None,
    }
}
