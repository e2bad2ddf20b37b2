//! Sources that a function takes events from by itself, and the ends of its asynchronous invocations.

use serde::Deserialize;

use crate::index::{block, given, kind, or_empty};

/// An `aws_lambda_event_source_mapping`: Lambda polls a queue or a stream and invokes a function with what it finds.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventSourceMapping {
    /// Its id.
    pub uuid: String,
    /// The queue or stream.
    #[serde(deserialize_with = "given")]
    pub event_source_arn: Option<String>,
    /// The function by name or ARN, perhaps with a qualifier.
    pub function_name: String,
    /// The ARN of the function.
    pub function_arn: String,
    /// True if Lambda polls, which is the default.
    pub enabled: Option<bool>,
    /// Largest number of records in an invocation.
    pub batch_size: Option<u64>,
    /// Seconds that Lambda waits for a batch to fill.
    pub maximum_batching_window_in_seconds: Option<u64>,
    /// `ReportBatchItemFailures` if the function names the records that failed.
    #[serde(deserialize_with = "or_empty")]
    pub function_response_types: Vec<String>,
    /// Patterns of the records that the function gets.
    #[serde(deserialize_with = "block")]
    pub filter_criteria: FilterCriteria,
    /// True if a failed batch of a stream is split in two.
    pub bisect_batch_on_function_error: Option<bool>,
    /// Retries of a failed batch of a stream; -1 means unlimited.
    pub maximum_retry_attempts: Option<i64>,
    /// Largest age of a record of a stream in seconds; -1 means unlimited.
    pub maximum_record_age_in_seconds: Option<i64>,
    /// Batches of a shard that are handled at a time.
    pub parallelization_factor: Option<u64>,
    /// `TRIM_HORIZON`, `LATEST` or `AT_TIMESTAMP`.
    #[serde(deserialize_with = "given")]
    pub starting_position: Option<String>,
    /// The destination of a batch of a stream after its last attempt failed.
    #[serde(deserialize_with = "block")]
    pub destination_config: Destinations,
    /// Limits of a queue's mapping.
    #[serde(deserialize_with = "block")]
    pub scaling_config: Scaling,
}

kind!(EventSourceMapping, "aws_lambda_event_source_mapping", "uuid");

impl EventSourceMapping {
    /// Returns whether the function names the records that failed.
    pub fn reports_batch_item_failures(&self) -> bool {
        let mut types = self.function_response_types.iter();
        types.any(|kind| kind == "ReportBatchItemFailures")
    }
}

/// Patterns of records. A record passes if it fits one of them, or if there are none.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FilterCriteria {
    /// The patterns.
    #[serde(deserialize_with = "or_empty")]
    pub filter: Vec<Filter>,
}

/// One pattern of records.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Its JSON.
    #[serde(deserialize_with = "given")]
    pub pattern: Option<String>,
}

/// Limits of a queue's mapping.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Scaling {
    /// Invocations at a time.
    pub maximum_concurrency: Option<u64>,
}

/// Destinations of results and failures.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Destinations {
    /// The target of failures.
    #[serde(deserialize_with = "block")]
    pub on_failure: Destination,
    /// The target of results.
    #[serde(deserialize_with = "block")]
    pub on_success: Destination,
}

/// A target of results or failures.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Destination {
    /// A queue, topic, function, bucket or event bus.
    #[serde(alias = "destination_arn", deserialize_with = "given")]
    pub destination: Option<String>,
}

/// An `aws_lambda_function_event_invoke_config`: rules for asynchronous invocations.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventInvokeConfig {
    /// The function by name or ARN.
    pub function_name: String,
    /// Version or alias.
    #[serde(deserialize_with = "given")]
    pub qualifier: Option<String>,
    /// Retries after a failure; 2 unless it is set.
    pub maximum_retry_attempts: Option<u64>,
    /// Largest age of an event in seconds.
    pub maximum_event_age_in_seconds: Option<u64>,
    /// Destinations of results and failures.
    #[serde(deserialize_with = "block")]
    pub destination_config: Destinations,
}

kind!(
    EventInvokeConfig,
    "aws_lambda_function_event_invoke_config",
    "function_name"
);

/// The `dead_letter_config` of a function: the destination of events that it failed to handle.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeadLetters {
    /// A queue or a topic.
    #[serde(deserialize_with = "given")]
    pub target_arn: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Resource;
    use crate::index::Index;

    #[test]
    fn a_mapping_of_a_stream_is_read() {
        let resource = Resource {
            address: "m".into(),
            mode: "managed".into(),
            kind: "aws_lambda_event_source_mapping".into(),
            values: json!({
                "uuid": "u", "event_source_arn": "arn:s", "function_name": "orders", "batch_size": 10,
                "function_response_types": ["ReportBatchItemFailures"], "maximum_retry_attempts": -1,
                "filter_criteria": [{"filter": [{"pattern": "{}"}]}], "enabled": true,
                "destination_config": [{"on_failure": [{"destination_arn": "arn:q"}]}], "scaling_config": [],
            }),
            obstacle: None,
        };
        let all = [resource];
        let mappings = Index::of(&all).applied::<EventSourceMapping>().unwrap();
        let mapping = &mappings[0];
        assert!(mapping.reports_batch_item_failures());
        assert_eq!(mapping.filter_criteria.filter[0].pattern.as_deref(), Some("{}"));
        assert_eq!(
            mapping.destination_config.on_failure.destination.as_deref(),
            Some("arn:q")
        );
        assert_eq!(mapping.maximum_retry_attempts, Some(-1));
    }
}
