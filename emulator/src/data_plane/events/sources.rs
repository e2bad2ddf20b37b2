//! The sources that send events to functions.

use std::collections::BTreeMap;
use std::time::Duration;

use portcullis_terraform_json::events::pattern::Pattern;
use portcullis_terraform_json::events::schedule::Expression;
use portcullis_terraform_json::lambda::FunctionReference;

use super::arn::Arn;
use super::target::Target;
use crate::data_plane::api::Unsupported;

mod read;

/// Everything of an applied state that sends events.
#[derive(Debug, Default)]
pub struct Sources {
    /// Queues and streams that are polled.
    pub mappings: Vec<Mapping>,
    /// Rules of EventBridge with a pattern.
    pub rules: Vec<Rule>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Rules for asynchronous invocations, by function.
    pub asynchronous: BTreeMap<String, Asynchronous>,
    /// The sources that are not delivered, each with the reason.
    pub undelivered: Vec<Unsupported>,
}

/// A queue or stream, and the function that gets its records.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// Address in the state.
    pub address: String,
    /// Its id.
    pub id: String,
    /// The function.
    pub function: FunctionReference,
    /// The ARN that the function is invoked by.
    pub function_arn: String,
    /// The queue or stream.
    pub source: Arn,
    /// The polled source.
    pub kind: Polled,
    /// Largest number of records in an invocation.
    pub batch_size: usize,
    /// Time for a batch to fill.
    pub window: Duration,
    /// True if the function names the records that failed.
    pub reports_failures: bool,
    /// Records that fit none are passed over, if there are any.
    pub filters: Vec<Pattern>,
}

/// A polled source, with its own settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Polled {
    /// A queue.
    Queue {
        /// Its URL.
        url: String,
        /// Invocations at a time.
        concurrency: usize,
    },
    /// A stream of a table.
    Stream(Stream),
}

/// The rules for a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// True if it begins with what was written before.
    pub from_the_start: bool,
    /// True if a failed batch is split.
    pub bisect: bool,
    /// Retries of a batch; no limit if there is none.
    pub retries: Option<u64>,
    /// Largest age of a record; no limit if there is none.
    pub maximum_age: Option<Duration>,
    /// The destination of a batch after its last attempt failed.
    pub on_failure: Option<Arn>,
}

/// A rule of EventBridge with a pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its ARN.
    pub arn: String,
    /// The name of its event bus.
    pub bus: String,
    /// The events that it matches.
    pub pattern: Pattern,
    /// The targets of its events.
    pub targets: Vec<Target>,
}

/// A schedule: a rule with a schedule expression, or one of the scheduler's.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Address in the state.
    pub address: String,
    /// Its ARN.
    pub arn: Arn,
    /// The expression as it is written.
    pub text: String,
    /// The expression.
    pub expression: Expression,
    /// False if it is turned off, so that it runs on demand alone.
    pub enabled: bool,
    /// The targets that it invokes.
    pub targets: Vec<Target>,
}

/// The rules for asynchronous invocations of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Asynchronous {
    /// Retries after an error.
    pub retries: u64,
    /// Largest age of an event.
    pub maximum_age: Duration,
    /// The destination of failures.
    pub on_failure: Option<Arn>,
    /// The destination of results.
    pub on_success: Option<Arn>,
    /// The destination of failed events.
    pub dead_letters: Option<Arn>,
}

impl Default for Asynchronous {
    /// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>.
    fn default() -> Self {
        Self {
            retries: 2,
            maximum_age: Duration::from_secs(6 * 3_600),
            on_failure: None,
            on_success: None,
            dead_letters: None,
        }
    }
}
