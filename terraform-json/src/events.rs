//! Rules of EventBridge, the schedules of EventBridge Scheduler, and what their expressions and patterns mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{block, given, kind, or_empty};

pub mod pattern;
pub mod schedule;

/// An `aws_cloudwatch_event_rule`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventRule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its event bus by name or ARN; `default` unless it is set.
    #[serde(deserialize_with = "given")]
    pub event_bus_name: Option<String>,
    /// `rate(…)` or `cron(…)`.
    #[serde(deserialize_with = "given")]
    pub schedule_expression: Option<String>,
    /// The events that it matches, as JSON.
    #[serde(deserialize_with = "given")]
    pub event_pattern: Option<String>,
    /// `ENABLED`, `DISABLED` or `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`.
    #[serde(deserialize_with = "given")]
    pub state: Option<String>,
    /// The older argument for the same.
    pub is_enabled: Option<bool>,
}

kind!(EventRule, "aws_cloudwatch_event_rule", "name", "arn");

impl EventRule {
    /// Returns whether the rule passes events on.
    pub fn is_enabled(&self) -> bool {
        match &self.state {
            Some(state) => state != "DISABLED",
            None => self.is_enabled != Some(false),
        }
    }

    /// The name of its event bus.
    pub fn bus(&self) -> &str {
        bus(self.event_bus_name.as_deref())
    }
}

/// The name of an event bus that is named by name or ARN.
fn bus(named: Option<&str>) -> &str {
    let named = named.unwrap_or("default");
    named.rsplit_once("event-bus/").map_or(named, |(_, name)| name)
}

/// An `aws_cloudwatch_event_target`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventTarget {
    /// The name of its rule.
    pub rule: String,
    /// The event bus of its rule.
    #[serde(deserialize_with = "given")]
    pub event_bus_name: Option<String>,
    /// Its id in the rule.
    #[serde(deserialize_with = "given")]
    pub target_id: Option<String>,
    /// The ARN of what gets the events.
    pub arn: String,
    /// The role that EventBridge takes on.
    #[serde(deserialize_with = "given")]
    pub role_arn: Option<String>,
    /// The JSON that the target gets in place of the event.
    #[serde(deserialize_with = "given")]
    pub input: Option<String>,
    /// The part of the event that the target gets.
    #[serde(deserialize_with = "given")]
    pub input_path: Option<String>,
    /// A text that is made of parts of the event.
    #[serde(deserialize_with = "or_empty")]
    pub input_transformer: Vec<InputTransformer>,
    /// Retries.
    #[serde(deserialize_with = "block")]
    pub retry_policy: Retries,
    /// The queue for events that can't be delivered.
    #[serde(deserialize_with = "block")]
    pub dead_letter_config: DeadLetterQueue,
}

kind!(EventTarget, "aws_cloudwatch_event_target", "rule", "arn");

impl EventTarget {
    /// The name of the event bus.
    pub fn bus(&self) -> &str {
        bus(self.event_bus_name.as_deref())
    }
}

/// A text that is made of parts of an event.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct InputTransformer {
    /// The parts by name, each a path into the event.
    #[serde(deserialize_with = "or_empty")]
    pub input_paths: BTreeMap<String, String>,
    /// The text, with `<name>` for parts.
    pub input_template: String,
}

/// Retries of a delivery.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Retries {
    /// Seconds.
    pub maximum_event_age_in_seconds: Option<u64>,
    /// Maximum number of retries.
    pub maximum_retry_attempts: Option<u64>,
}

/// The queue for events that can't be delivered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeadLetterQueue {
    /// The queue.
    #[serde(deserialize_with = "given")]
    pub arn: Option<String>,
}

/// An `aws_cloudwatch_event_bus`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EventBus {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

kind!(EventBus, "aws_cloudwatch_event_bus", "name", "arn");

/// An `aws_scheduler_schedule`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its group.
    #[serde(deserialize_with = "given")]
    pub group_name: Option<String>,
    /// `rate(…)`, `cron(…)` or `at(…)`.
    pub schedule_expression: String,
    /// The time zone of the expression; UTC unless it is set.
    #[serde(deserialize_with = "given")]
    pub schedule_expression_timezone: Option<String>,
    /// `ENABLED` or `DISABLED`.
    #[serde(deserialize_with = "given")]
    pub state: Option<String>,
    /// No invocation before.
    #[serde(deserialize_with = "given")]
    pub start_date: Option<String>,
    /// No invocation after.
    #[serde(deserialize_with = "given")]
    pub end_date: Option<String>,
    /// The tolerated delay after the time of the schedule.
    #[serde(deserialize_with = "block")]
    pub flexible_time_window: FlexibleTimeWindow,
    /// The target of the invocations.
    #[serde(deserialize_with = "block")]
    pub target: ScheduleTarget,
}

kind!(Schedule, "aws_scheduler_schedule", "name", "schedule_expression");

/// The tolerated delay of an invocation after the time of its schedule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct FlexibleTimeWindow {
    /// `OFF` or `FLEXIBLE`.
    #[serde(deserialize_with = "given")]
    pub mode: Option<String>,
    /// Minutes.
    pub maximum_window_in_minutes: Option<u64>,
}

/// The target of a schedule.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ScheduleTarget {
    /// Its ARN.
    pub arn: String,
    /// The role that the scheduler takes on.
    #[serde(deserialize_with = "given")]
    pub role_arn: Option<String>,
    /// The JSON that it gets.
    #[serde(deserialize_with = "given")]
    pub input: Option<String>,
    /// Retries.
    #[serde(deserialize_with = "block")]
    pub retry_policy: Retries,
    /// The queue for failed invocations.
    #[serde(deserialize_with = "block")]
    pub dead_letter_config: DeadLetterQueue,
}
