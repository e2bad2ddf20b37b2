//! The topics that a spec asks for.

use crate::references::Values;
use crate::resources::tls_only;
use crate::surface::names::Names;
use crate::surface::policy;
use crate::surface::types;
use crate::topics::Topic;
use crate::topics::in_service::{ACTION, attribute};
use crate::uses::Attribute;

/// A topic in an environment.
pub(crate) fn topic(name: &str, topic: &Topic, values: &Values, names: &Names) -> types::Topic {
    let Topic {
        fifo,
        content_based_deduplication: _, // how messages are delivered, not to whom
        display_name: _,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = topic;
    let arn = names.without(&attribute(name, topic, Attribute::Arn).text(values));
    types::Topic {
        name: name.into(),
        arn: arn.clone(),
        fifo: *fifo,
        kms_key: kms_key.clone(),
        policy: policy::sentences(&tls_only::in_json(ACTION, arn).to_string(), names),
    }
}
