//! The settings of asynchronous invocations in `modules/service`.

use crate::asynchronous::{Asynchronous, settings};
use crate::functions::in_service as functions;
use crate::hcl::{Block, Expression, commented, reference};
use crate::identifier::Identifier;
use crate::references::Template;
use crate::resources::{lambda_function_event_invoke_config, sns_topic, sqs_queue};
use crate::service::Service;
use crate::uses::{Datum, Kind};

/// The block of a function, unless Lambda has its settings by default in every environment.
pub(crate) fn block(service: &Service, name: &str) -> Option<Block> {
    let Asynchronous {
        on_failure,
        retries: _, // `settings` has them
        max_age_seconds: _,
    } = Asynchronous::if_set(service, name)?;
    // Lambda refuses a destination that does not exist, or that the role may not send to.
    let needs = on_failure.into_iter().flat_map(|to| {
        address(to)
            .into_iter()
            .chain(functions::policy_address(service, name))
    });
    let block =
        lambda_function_event_invoke_config::resource_block(lambda_function_event_invoke_config::Arguments {
            label: &Identifier::new(name),
            function: &functions::name(name),
            alias: functions::alias_name(service, name),
            retries: settings::MAXIMUM_RETRY_ATTEMPTS.in_service(service, name),
            max_age_seconds: settings::MAXIMUM_EVENT_AGE_IN_SECONDS.in_service(service, name),
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
