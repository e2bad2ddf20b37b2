//! Events: what invokes a function beside its routes.
//!
//! An entry of `on` has one source. Lambda polls streams and queues with the rights of the function's role. Rules of EventBridge,
//! buckets and topics need a permission of the function, and schedules take on a role of their own that may invoke it.

pub(crate) mod access_test;
pub(crate) mod bucket_meaning;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod names;
pub(crate) mod notifications;
pub(crate) mod permissions;
pub(crate) mod picture;
pub(crate) mod queue_meaning;
pub(crate) mod review;
pub(crate) mod rights;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod topic_meaning;

use crate::uses::{Datum, Kind};
use serde::Serialize;
use serde_json::Value;

use crate::sentences::list::list;
use crate::spec::declaration::choices;

/// Something that invokes a function.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// A schedule of EventBridge Scheduler.
    Schedule(Schedule),
    /// A rule of EventBridge.
    Rule(Rule),
    /// The stream of a table.
    Stream(Stream),
    /// A queue.
    Queue(Queue),
    /// A bucket.
    Objects(Objects),
    /// A topic.
    Topic(Topic),
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    /// `rate(…)` or `cron(…)`.
    pub schedule: String,
    /// Its name, which is unique in its function.
    #[serde(skip)]
    pub name: String,
    /// The time zone of the expression.
    pub timezone: String,
    /// The input of the function. Without it, the function gets an event of EventBridge Scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// The pattern of its events.
    pub event: Value,
    /// Its name, which is unique in its function.
    #[serde(skip)]
    pub name: String,
    /// The name of the bus that the events come from.
    pub bus: String,
}

/// The stream of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stream {
    /// The table.
    pub table: String,
    /// Records of a batch.
    pub batch: u32,
    /// Seconds that Lambda waits for a batch to fill.
    pub window_seconds: u32,
    /// Patterns of the records; none is every record.
    pub filters: Vec<Value>,
    /// The function reports which records failed.
    pub partial_failures: bool,
    /// The records that come first.
    pub starting_position: StartingPosition,
    /// Lambda splits a failed batch.
    pub bisect: bool,
    /// Tries after the first one. `None` sets no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Seconds after which a record is too old. `None` sets no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Batches of a shard at a time.
    pub parallelization: u32,
    /// The queue that gets batches after the last try. Without one, Lambda drops them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<Datum>,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Queue {
    /// The queue.
    pub queue: Datum,
    /// Messages of a batch.
    pub batch: u32,
    /// Seconds that Lambda waits for a batch to fill.
    pub window_seconds: u32,
    /// Patterns of the messages; none is every message.
    pub filters: Vec<Value>,
    /// True if the function reports which messages failed.
    pub partial_failures: bool,
    /// Most invocations at a time. Without a value, the account's limit holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<u32>,
}

/// Objects of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Objects {
    /// The bucket.
    pub bucket: String,
    /// Its name, which is unique in its function and bucket. The first may have none.
    #[serde(skip)]
    pub name: Option<String>,
    /// Their changes, sorted.
    pub events: Vec<ObjectEvent>,
    /// The beginning of their keys.
    pub prefix: String,
    /// The end of their keys.
    pub suffix: String,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Topic {
    /// The topic.
    pub topic: Datum,
    /// The pattern of its messages; none is every message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Value>,
    /// The part of a message that the pattern is about.
    pub filter_on: FilterOn,
    /// The queue that gets messages that SNS can't deliver. Without one, SNS drops them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<Datum>,
}

choices! {
    /// The part of a message that a filter of SNS is about.
    ///
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html>
    FilterOn {
        /// Its attributes.
        Attributes = "attributes" | "MessageAttributes";
        /// Its text, as JSON.
        Body = "body" | "MessageBody";
    }
}

impl FilterOn {
    /// SNS's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::Attributes => "MessageAttributes",
            Self::Body => "MessageBody",
        }
    }
}

choices! {
    /// A change of an object.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>
    ObjectEvent {
        /// It is new, or overwritten.
        Created = "created" | "s3:ObjectCreated:*";
        /// A caller deleted it.
        Removed = "removed" | "s3:ObjectRemoved:*";
        /// S3 deleted it, because its time was over.
        Expired = "expired" | "s3:LifecycleExpiration:*";
    }
}

impl ObjectEvent {
    /// S3's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::Created => "s3:ObjectCreated:*",
            Self::Removed => "s3:ObjectRemoved:*",
            Self::Expired => "s3:LifecycleExpiration:*",
        }
    }

    /// As an adjective.
    fn phrase(self) -> &'static str {
        match self {
            Self::Created => "new",
            Self::Removed => "removed",
            Self::Expired => "expired",
        }
    }
}

choices! {
    /// The records that a stream begins with.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
    StartingPosition {
        /// The oldest that the stream still has.
        TrimHorizon = "trim_horizon" | "TRIM_HORIZON";
        /// The newest: earlier changes are not handled.
        Latest = "latest" | "LATEST";
    }
}

impl StartingPosition {
    /// Lambda's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::TrimHorizon => "TRIM_HORIZON",
            Self::Latest => "LATEST",
        }
    }
}

impl Event {
    /// The key of the spec that names its source.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Schedule(_) => "schedule",
            Self::Rule(_) => "event",
            Self::Stream(_) => "table",
            Self::Queue(_) => "queue",
            Self::Objects(_) => "bucket",
            Self::Topic(_) => "topic",
        }
    }

    /// The data whose changes or messages are its source.
    pub fn datum(&self) -> Option<Datum> {
        match self {
            Self::Schedule(_) | Self::Rule(_) => None,
            Self::Stream(stream) => Some(Datum::new(Kind::Tables, &stream.table)),
            Self::Queue(queue) => Some(queue.queue.clone()),
            Self::Objects(objects) => Some(Datum::new(Kind::Buckets, &objects.bucket)),
            Self::Topic(topic) => Some(topic.topic.clone()),
        }
    }

    /// The destination of events that the function failed to handle.
    pub fn on_failure(&self) -> Option<&Datum> {
        match self {
            // SNS, not the function, sends messages of a topic to a queue.
            Self::Schedule(_) | Self::Rule(_) | Self::Queue(_) | Self::Objects(_) | Self::Topic(_) => None,
            Self::Stream(stream) => stream.on_failure.as_ref(),
        }
    }

    /// Its name within its function: `table orders`, `schedule nightly`, or `schedule` if it has no name of its own.
    pub fn key(&self) -> String {
        if let Self::Objects(Objects {
            bucket,
            name: Some(name),
            ..
        }) = self
        {
            return format!("{} {bucket} {name}", self.kind());
        }
        let (kind, name) = (self.kind(), self.name());
        if name == kind {
            name.into()
        } else {
            format!("{kind} {name}")
        }
    }

    /// The name of its source in the spec.
    pub fn name(&self) -> &str {
        match self {
            Self::Schedule(schedule) => &schedule.name,
            Self::Rule(rule) => &rule.name,
            Self::Stream(stream) => &stream.table,
            Self::Queue(queue) => &queue.queue.name,
            Self::Objects(objects) => &objects.bucket,
            Self::Topic(topic) => &topic.topic.name,
        }
    }

    /// Names the event as sentences do after "is invoked by".
    pub fn phrase(&self) -> String {
        match self {
            Self::Schedule(schedule) => {
                let Schedule {
                    schedule, timezone, ..
                } = schedule;
                match timezone.as_str() {
                    "UTC" => format!("the schedule `{schedule}`"),
                    zone => format!("the schedule `{schedule}` in `{zone}`"),
                }
            }
            Self::Rule(Rule { bus, name, .. }) if name == self.kind() => {
                format!("events of the bus `{bus}` that fit its pattern")
            }
            Self::Rule(Rule { bus, name, .. }) => {
                format!("events of the bus `{bus}` that fit the pattern `{name}`")
            }
            Self::Stream(stream) => format!("changes of items of the table `{}`", stream.table),
            Self::Queue(queue) => format!("messages of the queue `{}`", queue.queue.name),
            Self::Objects(objects) => objects.phrase(),
            Self::Topic(topic) => format!("messages of the topic `{}`", topic.topic.name),
        }
    }
}

impl Objects {
    fn phrase(&self) -> String {
        let Self {
            bucket,
            name: _,
            events,
            prefix,
            suffix,
        } = self;
        let events = list(events.iter().map(|event| event.phrase().to_owned()));
        let which = match (prefix.as_str(), suffix.as_str()) {
            ("", "") => String::new(),
            (prefix, suffix) => format!(" `{prefix}*{suffix}`"),
        };
        format!("{events} objects{which} of the bucket `{bucket}`")
    }
}
