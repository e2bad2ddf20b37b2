//! The queues that a spec asks for.

use crate::queues::in_service::{ACTIONS, attribute};
use crate::queues::surface::{SSE, dead_letters};
use crate::queues::{Queue, failed};
use crate::references::Values;
use crate::resources::tls_only;
use crate::surface::names::Names;
use crate::surface::policy;
use crate::surface::types;
use crate::uses::Attribute;

/// A queue in an environment.
pub(crate) fn queue(name: &str, queue: &Queue, values: &Values, names: &Names) -> types::Queue {
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
    types::Queue {
        name: name.into(),
        fifo: *fifo,
        encrypted_with: Some(kms_key.clone().unwrap_or_else(|| SSE.into())),
        dead_letters: failed_after.map(|count| dead_letters(&arn(&failed(name)), count.into())),
        policy: policy::sentences(&tls_only::in_json(ACTIONS, arn(name)).to_string(), names),
    }
}
