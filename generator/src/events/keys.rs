//! The keys of an entry of `on`.

use serde_json::Value as Json;

use crate::events::{FilterOn, ObjectEvent, StartingPosition};
use crate::json_rule::JsonRule;
use crate::resources::cloudwatch_event_rule::{BUS, PATTERN_CHARACTERS};
use crate::resources::lambda_event_source_mapping::{
    BATCH, FILTER_CHARACTERS, MAX_AGE_SECONDS, MAX_CONCURRENCY, PARALLELIZATION, RETRIES, WINDOW_SECONDS,
};
use crate::resources::s3_bucket_notification::PART_OF_KEY;
use crate::resources::scheduler_schedule::{INPUT_BYTES, SCHEDULE, TIMEZONE};
use crate::resources::sns_topic_subscription::FILTER_BYTES;
use crate::review::Meaning::Elsewhere;
use crate::spec::declaration::Absent::{Derived, Nothing};
use crate::spec::declaration::Kind::{self, Choice, Choices, Flag, Jsons, Text};
use crate::spec::declaration::{EVERYWHERE, Literal, default, keys, number};
use crate::spec::field::{Given, Placed, Set, Word};
use crate::text_rule::{ANY_TEXT, NAME_64};
use portcullis_terraform_json::events::pattern::Pattern;

/// A pattern of EventBridge: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
static PATTERN: JsonRule = JsonRule {
    noun: "an event pattern",
    is_table: true,
    check: |json| pattern(json, PATTERN_CHARACTERS),
    help: "write it as in `{ source = [\"aws.s3\"], detail-type = [\"Object Created\"] }`",
};

/// A pattern of Lambda's: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
static FILTER: JsonRule = JsonRule {
    noun: "a filter",
    is_table: true,
    check: |json| pattern(json, FILTER_CHARACTERS),
    help: "write it as in `{ eventName = [\"INSERT\"] }` for a table, or `{ body = { kind = [\"order\"] } }` for a queue",
};

/// A filter policy of SNS: <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>
static FILTER_POLICY: JsonRule = JsonRule {
    noun: "a filter policy",
    is_table: true,
    check: |json| pattern(json, FILTER_BYTES),
    help: "write it as in `{ kind = [\"order\"] }`",
};

static INPUT: JsonRule = JsonRule {
    noun: "a value of JSON",
    is_table: false,
    check: |json| match json.to_string().len() {
        0..=INPUT_BYTES => Ok(()),
        bytes => Err(format!("it may have {INPUT_BYTES} bytes, not {bytes}")),
    },
    help: "put it into a bucket, and let the function read it from there",
};

/// Checks that AWS takes a pattern, with so many characters at most.
fn pattern(json: &Json, most: usize) -> Result<(), String> {
    let text = json.to_string();
    let characters = text.chars().count();
    if json.as_object().is_some_and(serde_json::Map::is_empty) {
        return Err("it must name a field".into());
    }
    if characters > most {
        return Err(format!("it may have {most} characters, not {characters}"));
    }
    Pattern::parse(&text).map(|_| ())
}

keys! {
    /// An event that invokes the function, beside its routes. It has exactly one of `schedule`, `event`, `bucket`, `topic`,
    /// `queue` and `table`.
    EventTable {
        /// Times at which the function runs: `rate(5 minutes)`, or `cron(0 3 * * ? *)` with minutes, hours, day of the month, month, day
        /// of the week and year.
        schedule: Given<String> = Text(&SCHEDULE), Nothing, EVERYWHERE, Elsewhere;
        /// Time zone of the schedule, such as `Europe/Berlin`. The schedule follows its daylight saving time.
        timezone: Set<String> = Text(&TIMEZONE), default(Literal::Text("UTC")), EVERYWHERE, Elsewhere;
        /// The function's input: any value, which becomes JSON. Without it, the function gets an event of EventBridge
        /// Scheduler.
        input: Given<Json> = Kind::Json(&INPUT), Nothing, EVERYWHERE, Elsewhere;
        /// Pattern of the events of EventBridge that invoke the function. See
        /// [event patterns](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html).
        event: Given<Json> = Kind::Json(&PATTERN), Nothing, EVERYWHERE, Elsewhere;
        /// Name of the event bus that the events come from. Portcullis doesn't create it.
        bus: Set<String> = Text(&BUS), default(Literal::Text("default")), EVERYWHERE, Elsewhere;
        /// A topic whose messages invoke the function. A topic with `fifo` can't.
        topic: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// [Filter policy](https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html) of the topic's messages.
        filter: Given<Json> = Kind::Json(&FILTER_POLICY), Nothing, EVERYWHERE, Elsewhere;
        /// Part of a message that `filter` is about.
        filter_on: Set<FilterOn> = Choice(FilterOn::CHOICES), default(Literal::Text("attributes")), EVERYWHERE, Elsewhere;
        /// A bucket whose objects invoke the function. S3 may invoke it for this bucket alone.
        bucket: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// Changes of objects that invoke the function. If the bucket has versions, `removed` includes the marker that hides an
        /// object. S3's own deletions are `expired`.
        events: Given<Vec<Placed<ObjectEvent>>> = Choices(ObjectEvent::CHOICES), Derived("`[\"created\"]`"), EVERYWHERE, Elsewhere;
        /// Beginning of the objects' keys, such as `in/`.
        prefix: Given<String> = Text(&PART_OF_KEY), Nothing, EVERYWHERE, Elsewhere;
        /// End of the objects' keys, such as `.pdf`.
        suffix: Given<String> = Text(&PART_OF_KEY), Nothing, EVERYWHERE, Elsewhere;
        /// Name of the schedule or rule: `<service>-<environment>-<function>.<name>` in AWS. A function with several of a kind,
        /// or several for a bucket, must name them.
        name: Given<String> = Text(&NAME_64), Derived("`schedule` or `event`"), EVERYWHERE, Elsewhere;
        /// A queue whose messages invoke the function. Lambda deletes a message that the function handled.
        queue: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// A table whose changes invoke the function. The table must have a `stream`.
        table: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// Most records in a batch.
        batch: Given<u32> = number(BATCH, "records"), Derived("10 of a queue, 100 of a table"), EVERYWHERE, Elsewhere;
        /// Time in which Lambda fills a batch.
        window_seconds: Set<u32> = number(WINDOW_SECONDS, "seconds"), default(Literal::Number(0)), EVERYWHERE, Elsewhere;
        /// Patterns of the records that invoke the function, at most five. A record must fit one of them. Other records of a
        /// table are skipped, and other messages of a queue are deleted.
        filters: Given<Vec<Placed<Json>>> = Jsons(&FILTER), Nothing, EVERYWHERE, Elsewhere;
        /// The function reports which records of a batch failed, so that only these are tried again. A function that
        /// returns nothing reports none.
        partial_failures: Set<bool> = Flag, default(Literal::Flag(true)), EVERYWHERE, Elsewhere;
        /// Records that a new stream event begins with. Another one replaces it.
        starting_position: Set<StartingPosition> = Choice(StartingPosition::CHOICES), default(Literal::Text("trim_horizon")),
            EVERYWHERE, Elsewhere;
        /// Lambda splits a failed batch in two before it tries again.
        bisect: Set<bool> = Flag, default(Literal::Flag(false)), EVERYWHERE, Elsewhere;
        /// Times that Lambda tries a failed batch again before it drops the batch. Without it, Lambda tries until the
        /// records expire after 24 hours, and the records behind them wait.
        retries: Given<u32> = number(RETRIES, "tries"), Nothing, EVERYWHERE, Elsewhere;
        /// Age after which Lambda drops a record instead of handing it over.
        max_age_seconds: Given<u32> = number(MAX_AGE_SECONDS, "seconds"), Nothing, EVERYWHERE, Elsewhere;
        /// Queue that gets failed batches of a table after the last try, or messages of a topic that SNS can't deliver:
        /// `queues.NAME`. Without it, they are dropped.
        on_failure: Given<String> = Text(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// Most batches of messages that are handled at the same time.
        max_concurrency: Given<u32> = number(MAX_CONCURRENCY, "invocations"), Nothing, EVERYWHERE, Elsewhere;
        /// Batches of a shard that are handled at the same time.
        parallelization: Set<u32> = number(PARALLELIZATION, "batches"), default(Literal::Number(1)), EVERYWHERE, Elsewhere;
    }
}
