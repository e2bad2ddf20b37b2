//! The queues that a spec asks for.

use crate::queues::policy::{attribute, in_json};
use crate::queues::surface::{SSE, dead_letters};
use crate::queues::{Queue, failed};
use crate::references::Values;
use crate::service::Service;
use crate::surface::names::Names;
use crate::surface::policy;
use crate::surface::types;
use crate::uses::Attribute;

/// A queue in an environment.
pub(crate) fn queue(
    service: &Service,
    name: &str,
    queue: &Queue,
    values: &Values,
    names: &Names,
) -> types::Queue {
    let Queue {
        fifo,
        content_based_deduplication: _, // how messages are delivered, not to whom
        visibility_timeout_seconds: _,
        retention_days: _,
        delay_seconds: _,
        receive_wait_time_seconds: _,
        max_message_kb: _,
        failed_after,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = queue;
    let arn = |name: &str| names.without(&attribute(name, queue, Attribute::Arn).text(values));
    let document = in_json(service, name, queue, |text| names.without(&text.text(values)));
    types::Queue {
        name: name.into(),
        arn: arn(name),
        fifo: *fifo,
        encrypted_with: Some(kms_key.clone().unwrap_or_else(|| SSE.into())),
        dead_letters: failed_after.map(|count| dead_letters(&arn(&failed(name)), count.into())),
        policy: policy::sentences(&document.to_string(), names),
    }
}
