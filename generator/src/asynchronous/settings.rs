//! The settings of asynchronous invocations whose values an environment may decide.

use crate::environments::setting::Setting;
use crate::functions::Function;

pub(crate) static MAXIMUM_RETRY_ATTEMPTS: Setting<Function> = Setting {
    argument: "maximum_retry_attempts",
    kind: "number",
    noun: "Tries of a failed event after the first one",
    value: |_, here, _| here.retries.into(),
};

pub(crate) static MAXIMUM_EVENT_AGE_IN_SECONDS: Setting<Function> = Setting {
    argument: "maximum_event_age_in_seconds",
    kind: "number",
    noun: "Age in seconds of the oldest event that is tried",
    value: |_, here, _| here.max_age_seconds.into(),
};
