//! `aws_lambda_event_source_mapping`: Lambda polls a stream or a queue and invokes a function with batches.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_event_source_mapping>
//!
//! `event_source_arn`, `starting_position` and the limits of a queue's mapping force a new one. Lambda polls with the rights
//! of the function's role, and refuses a mapping whose role lacks them: the policy comes first.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, list, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Default, Harmless, Shown};
use crate::resources::ResourceType;

/// The type. A surface shows the arguments that are not here: they are of other sources.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_event_source_mapping",
    in_snapshot: false,
    arguments: &[
        // The provider computes these two of every mapping. They tune mappings of Kafka, whose source the surface says.
        ("amazon_managed_kafka_event_source_config", Harmless),
        ("batch_size", Harmless),
        ("bisect_batch_on_function_error", Harmless),
        ("destination_config.on_failure.destination_arn", Shown),
        ("enabled", Default("true")),
        ("event_source_arn", Shown),
        ("filter_criteria.filter.pattern", Shown),
        ("function_arn", Harmless),
        ("function_name", Shown),
        ("function_response_types", Harmless),
        ("last_modified", Harmless),
        ("last_processing_result", Harmless),
        ("maximum_batching_window_in_seconds", Harmless),
        ("maximum_record_age_in_seconds", Harmless),
        ("maximum_retry_attempts", Harmless),
        ("metrics_config", Harmless),
        ("parallelization_factor", Harmless),
        ("scaling_config.maximum_concurrency", Harmless),
        ("self_managed_kafka_event_source_config", Harmless),
        ("starting_position", Harmless),
        ("state", Harmless),
        ("state_transition_reason", Harmless),
        ("tumbling_window_in_seconds", Harmless),
        ("uuid", Harmless),
    ],
};

// Limits of mappings: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>

/// Records of a batch.
pub const BATCH: RangeInclusive<u32> = 1..=10_000;
/// Records of a batch if nothing else is said, of a stream.
pub const BATCH_OF_STREAM: u32 = 100;
/// The same of a queue, and the most for a FIFO queue, or for a queue without a window:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
pub const BATCH_OF_QUEUE: u32 = 10;
/// Invocations at a time for the messages of a queue:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
pub const MAX_CONCURRENCY: RangeInclusive<u32> = 2..=1_000;
/// A queue's visibility timeout is at least this many times the function's, so that no second invocation gets a message that
/// the first still handles: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
pub const VISIBILITY_TIMES_TIMEOUT: u32 = 6;
/// Seconds that Lambda waits for a batch to fill.
pub const WINDOW_SECONDS: RangeInclusive<u32> = 0..=300;
/// Tries after the first one.
pub const RETRIES: RangeInclusive<u32> = 0..=10_000;
/// Seconds after which a record is too old.
pub const MAX_AGE_SECONDS: RangeInclusive<u32> = 60..=604_800;
/// Batches of a shard at a time.
pub const PARALLELIZATION: RangeInclusive<u32> = 1..=10;
/// Patterns of a mapping by default, and characters of one:
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
pub const MOST_FILTERS: usize = 5;
/// See [`MOST_FILTERS`].
pub const FILTER_CHARACTERS: usize = 4_096;

/// The actions that Lambda needs to poll a stream:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.Tutorial.html>
pub const STREAM_ACTIONS: [&str; 4] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];

/// The actions that Lambda needs to poll a queue:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions>
pub const QUEUE_ACTIONS: [&str; 3] = [
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

/// The arguments of a mapping.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// The ARN of the stream or queue.
    pub source: Expression,
    /// The ARN of the function.
    pub function: Expression,
    /// Records of a batch.
    pub batch: u32,
    /// Seconds that Lambda waits for a batch to fill.
    pub window_seconds: u32,
    /// The function reports which records failed.
    pub partial_failures: bool,
    /// Patterns of the records, as JSON.
    pub filters: Vec<Expression>,
    /// The arguments that only streams have.
    pub stream: Option<Stream>,
    /// The ARN of the queue that gets batches of a stream after the last try.
    pub on_failure: Option<Expression>,
    /// Invocations at a time for a queue.
    pub max_concurrency: Option<u32>,
    /// The blocks that Terraform creates first.
    pub depends_on: Vec<Expression>,
}

/// The arguments that only the mapping of a stream has.
pub struct Stream {
    /// `TRIM_HORIZON` or `LATEST`.
    pub starting_position: &'static str,
    /// Lambda splits a failed batch.
    pub bisect: bool,
    /// Tries after the first one. `None` sets no limit.
    pub retries: Option<u32>,
    /// Seconds after which a record is too old. `None` sets no limit.
    pub max_age_seconds: Option<u32>,
    /// Batches of a shard at a time.
    pub parallelization: u32,
}

/// A mapping. Without a limit, the provider leaves one to AWS, and a plan does not show it: -1 is none.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        source,
        function,
        batch,
        window_seconds,
        partial_failures,
        filters,
        stream,
        on_failure,
        max_concurrency,
        depends_on,
    } = arguments;
    let limit = |limit: Option<u32>| limit.map_or_else(|| (-1).into(), Expression::from);
    let mut mapping = TYPE
        .block(label.as_str())
        .attribute(argument("event_source_arn", source))
        .attribute(argument("function_name", function))
        .attribute(argument("batch_size", batch))
        .attribute(argument("maximum_batching_window_in_seconds", window_seconds));
    if let Some(stream) = stream {
        let Stream {
            starting_position,
            bisect,
            retries,
            max_age_seconds,
            parallelization,
        } = stream;
        mapping = mapping
            .attribute(argument("starting_position", string(starting_position)))
            .attribute(argument("bisect_batch_on_function_error", bisect))
            .attribute(argument("maximum_retry_attempts", limit(retries)))
            .attribute(argument("maximum_record_age_in_seconds", limit(max_age_seconds)))
            .attribute(argument("parallelization_factor", parallelization));
    }
    let responses = list([string("ReportBatchItemFailures")]);
    mapping = mapping
        .attributes(partial_failures.then(|| argument("function_response_types", responses)))
        .attribute(argument("depends_on", list(depends_on)));
    if let Some(destination) = on_failure {
        let destination = block("on_failure", []).attribute(argument("destination_arn", destination));
        mapping = mapping.block(block("destination_config", []).block(destination.build()).build());
    }
    if let Some(count) = max_concurrency {
        mapping = mapping.block(
            block("scaling_config", [])
                .attribute(argument("maximum_concurrency", count))
                .build(),
        );
    }
    if !filters.is_empty() {
        let filters = filters.into_iter().map(|pattern| {
            block("filter", [])
                .attribute(argument("pattern", pattern))
                .build()
        });
        mapping = mapping.block(block("filter_criteria", []).blocks(filters).build());
    }
    mapping.build()
}
