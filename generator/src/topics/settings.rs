//! The arguments of a topic whose values an environment may decide.

use std::collections::BTreeMap;

use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::Setting;
use crate::hcl::{Expression, string};
use crate::service::Service;
use crate::topics::Topic;

impl Overridable for Topic {
    const KEY: &'static str = "topics";
    const VARIABLE: &'static str = "topic_";
    const CALLED: &'static str = "the topic ";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.topics
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.topics
    }
}

pub(crate) static DISPLAY_NAME: Setting<Topic> = Setting {
    argument: "display_name",
    kind: "string",
    noun: "Sender of e-mails",
    value: |_, here, _| here.display_name.as_ref().map_or_else(Expression::null, string),
};

pub(crate) static KMS_KEY_ARN: Setting<Topic> = Setting {
    argument: "kms_key_arn",
    kind: "string",
    noun: "ARN of the KMS key",
    value: |_, here, _| here.kms_key.as_ref().map_or_else(Expression::null, string),
};

/// All of them.
pub(crate) static ALL: [&Setting<Topic>; 2] = [&DISPLAY_NAME, &KMS_KEY_ARN];
