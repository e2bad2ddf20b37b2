//! Asynchronous invocations of functions, such as those of schedules: tries, and a destination of events that fail.
//!
//! Lambda keeps an asynchronous event in a queue of its own, and tries a failed one again:
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html>

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod meaning;
pub(crate) mod review;
pub(crate) mod rights;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;

use crate::functions::Function;
use crate::resources::lambda_function_event_invoke_config::{DEFAULT_MAX_AGE_SECONDS, DEFAULT_RETRIES};
use crate::service::Service;
use crate::uses::{Datum, Kind};

/// Settings of a function's asynchronous invocations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Asynchronous<'a> {
    /// The queue or topic that gets events that the function could not handle.
    pub(crate) on_failure: Option<&'a Datum>,
    /// Tries after the first one.
    pub(crate) retries: u32,
    /// Seconds after which Lambda no longer tries.
    pub(crate) max_age_seconds: u32,
}

impl<'a> Asynchronous<'a> {
    /// The settings of a function.
    pub(crate) fn of(function: &'a Function) -> Self {
        Self {
            on_failure: function.on_failure.as_ref(),
            retries: function.retries,
            max_age_seconds: function.max_age_seconds,
        }
    }

    /// The settings of a function, unless Lambda has them by default in every environment.
    pub(crate) fn if_set(service: &'a Service, name: &str) -> Option<Self> {
        let default = Asynchronous {
            on_failure: None,
            retries: DEFAULT_RETRIES,
            max_age_seconds: DEFAULT_MAX_AGE_SECONDS,
        };
        let everywhere = &service.functions[name];
        let environments = service.environments.keys();
        let mut all = environments
            .map(|environment| service.function_in(environment, name))
            .chain([everywhere]);
        all.any(|function| Self::of(function) != default)
            .then(|| Self::of(everywhere))
    }
}

/// The action that sends an event to a destination:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
pub(crate) fn action(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Queues => Some("sqs:SendMessage"),
        Kind::Topics => Some("sns:Publish"),
        Kind::Tables | Kind::Buckets => None,
    }
}
