//! The arguments of a queue whose values an environment may decide. The queue of its failed messages has the same.

use std::collections::BTreeMap;

use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::Setting;
use crate::hcl::{Expression, string};
use crate::queues::Queue;
use crate::service::Service;

impl Overridable for Queue {
    const KEY: &'static str = "queues";
    const VARIABLE: &'static str = "queue_";
    const CALLED: &'static str = "the queue ";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.queues
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.queues
    }
}

pub(crate) static VISIBILITY_TIMEOUT_SECONDS: Setting<Queue> = Setting {
    argument: "visibility_timeout_seconds",
    kind: "number",
    noun: "Seconds to hide received messages",
    value: |_, here, _| here.visibility_timeout_seconds.into(),
};

pub(crate) static MESSAGE_RETENTION_SECONDS: Setting<Queue> = Setting {
    argument: "message_retention_seconds",
    kind: "number",
    noun: "Seconds to keep the messages",
    value: |_, here, _| here.retention_seconds().into(),
};

pub(crate) static DELAY_SECONDS: Setting<Queue> = Setting {
    argument: "delay_seconds",
    kind: "number",
    noun: "Seconds to hide new messages",
    value: |_, here, _| here.delay_seconds.into(),
};

pub(crate) static RECEIVE_WAIT_TIME_SECONDS: Setting<Queue> = Setting {
    argument: "receive_wait_time_seconds",
    kind: "number",
    noun: "Seconds of long polling",
    value: |_, here, _| here.receive_wait_time_seconds.into(),
};

pub(crate) static MAX_MESSAGE_SIZE: Setting<Queue> = Setting {
    argument: "max_message_size",
    kind: "number",
    noun: "Bytes of a message",
    value: |_, here, _| here.max_message_bytes().into(),
};

pub(crate) static KMS_KEY_ARN: Setting<Queue> = Setting {
    argument: "kms_key_arn",
    kind: "string",
    noun: "ARN of the KMS key",
    value: |_, here, _| here.kms_key.as_ref().map_or_else(Expression::null, string),
};

/// All of them.
pub(crate) static ALL: [&Setting<Queue>; 6] = [
    &VISIBILITY_TIMEOUT_SECONDS,
    &MESSAGE_RETENTION_SECONDS,
    &DELAY_SECONDS,
    &RECEIVE_WAIT_TIME_SECONDS,
    &MAX_MESSAGE_SIZE,
    &KMS_KEY_ARN,
];
