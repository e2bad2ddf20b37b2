//! An applied state → what sends events to functions.

use std::time::Duration;

use anyhow::{Error, Result};
use portcullis_terraform_json::events::pattern::Pattern;
use portcullis_terraform_json::events::schedule::Expression;
use portcullis_terraform_json::events::{EventRule, EventTarget, Schedule as Scheduled};
use portcullis_terraform_json::index::{Index, Kind, Part};
use portcullis_terraform_json::lambda::{
    Destination, EventInvokeConfig, EventSourceMapping, Function, FunctionReference,
};
use portcullis_terraform_json::s3::BucketNotification;
use portcullis_terraform_json::sns::TopicSubscription;
use portcullis_terraform_json::sqs::Queue;

use super::{Mapping, Polled, Rule, Schedule, Sources, Stream};
use crate::data_plane::api::Unsupported;
use crate::data_plane::events::arn::Arn;
use crate::data_plane::events::destination;
use crate::data_plane::events::permissions::{Permissions, check};
use crate::data_plane::events::target::Target;
use crate::data_plane::iam::Roles;

/// Invocations of a queue's mapping at a time: Lambda begins with five.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>.
const CONCURRENCY: u64 = 5;

/// Permissions that a mapping needs.
/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html#events-dynamodb-permissions>.
const QUEUE_ACTIONS: [&str; 3] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
];
const STREAM_ACTIONS: [&str; 3] = [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
];

impl Sources {
    /// Reads the sources of a state.
    pub fn read(index: &Index, permissions: &Permissions) -> Result<Self> {
        let roles = Roles::of(index);
        let mut sources = Self::default();
        let functions = applied::<Function>(index)?;
        let queues = applied::<Queue>(index)?;
        for part in applied::<EventSourceMapping>(index)? {
            let name = FunctionReference::parse(&part.function_name).name;
            let role = role_of(&functions, &name);
            match mapping(&part, &queues, role, &roles) {
                Ok(Some(mut mapping)) => {
                    if let Polled::Stream(stream) = &mut mapping.kind {
                        sources.keep_allowed(&part, &mut stream.on_failure, role, &roles);
                    }
                    sources.mappings.push(mapping);
                }
                Ok(None) => {}
                Err(reason) => sources.note(&part, reason),
            }
        }
        let targets = applied::<EventTarget>(index)?;
        for part in applied::<EventRule>(index)? {
            sources.rule(&part, &targets);
        }
        for part in applied::<Scheduled>(index)? {
            sources.schedule(&part, &roles);
        }
        sources.asynchronous(&functions, &applied(index)?, &roles);
        sources.pushed(index, permissions)?;
        Ok(sources)
    }

    /// Notes what pushes events to functions without their permission. Others are checked with each event, too.
    fn pushed(&mut self, index: &Index, permissions: &Permissions) -> Result<()> {
        let of = |arn: &str| FunctionReference::parse(arn);
        let account = |arn: &str| arn.split(':').nth(4).unwrap_or_default().to_owned();
        for part in applied::<BucketNotification>(index)? {
            let bucket = format!("arn:aws:s3:::{}", part.bucket);
            for notified in &part.lambda_function {
                let (service, account) = ("s3.amazonaws.com", account(&notified.arn));
                let checked = check(permissions, service, &of(&notified.arn), &bucket, &account);
                checked.unwrap_or_else(|missing| self.note(&part, missing));
            }
        }
        for part in applied::<TopicSubscription>(index)? {
            if part.protocol == "lambda" {
                let (service, account) = ("sns.amazonaws.com", account(&part.topic_arn));
                let checked = check(
                    permissions,
                    service,
                    &of(&part.endpoint),
                    &part.topic_arn,
                    &account,
                );
                checked.unwrap_or_else(|missing| self.note(&part, missing));
            }
        }
        let rules = applied::<EventRule>(index)?;
        for part in applied::<EventTarget>(index)? {
            let rule = rules
                .iter()
                .find(|rule| rule.name == part.rule && rule.bus() == part.bus());
            if let (Some(rule), true) = (rule, part.arn.contains(":lambda:")) {
                let (service, account) = ("events.amazonaws.com", account(&rule.arn));
                let checked = check(permissions, service, &of(&part.arn), &rule.arn, &account);
                checked.unwrap_or_else(|missing| self.note(&part, missing));
            }
        }
        Ok(())
    }

    /// Drops a destination that the function's role does not allow, and says so.
    fn keep_allowed<Values>(
        &mut self,
        part: &Part<Values>,
        destination: &mut Option<Arn>,
        role: &str,
        roles: &Roles,
    ) {
        let Some(to) = destination else { return };
        let reason = match destination::action(to) {
            None => format!(
                "the destination `{}` gets nothing: its service is not emulated",
                to.text
            ),
            Some(action) if !roles.allow(role, action, &to.text) => format!(
                "the destination `{}` gets nothing: the function's role {}",
                to.text,
                roles.refusal(role, &[format!("`{action}`")])
            ),
            Some(_) => return,
        };
        *destination = None;
        self.note(part, reason);
    }

    fn asynchronous(
        &mut self,
        functions: &[Part<Function>],
        configurations: &[Part<EventInvokeConfig>],
        roles: &Roles,
    ) {
        for function in functions {
            let role = function.role.as_deref().unwrap_or_default();
            let mut to = function
                .dead_letter_config
                .target_arn
                .as_deref()
                .and_then(Arn::parse);
            self.keep_allowed(function, &mut to, role, roles);
            let of = self
                .asynchronous
                .entry(function.function_name.clone())
                .or_default();
            of.dead_letters = to;
        }
        for part in configurations {
            let name = FunctionReference::parse(&part.function_name).name;
            let role = role_of(functions, &name);
            let (mut failure, mut success) = (
                arn(&part.destination_config.on_failure),
                arn(&part.destination_config.on_success),
            );
            self.keep_allowed(part, &mut failure, role, roles);
            self.keep_allowed(part, &mut success, role, roles);
            let of = self.asynchronous.entry(name).or_default();
            of.retries = part.maximum_retry_attempts.unwrap_or(2);
            // An emulator may leave it out, which the provider reads as 0. AWS takes 60 and more.
            if let Some(seconds) = part.maximum_event_age_in_seconds.filter(|seconds| *seconds > 0) {
                of.maximum_age = Duration::from_secs(seconds);
            }
            (of.on_failure, of.on_success) = (failure, success);
        }
    }

    fn note<Values>(&mut self, part: &Part<Values>, reason: String) {
        let address = part.resource.address.clone();
        self.undelivered.push(Unsupported { address, reason });
    }

    fn rule(&mut self, part: &Part<EventRule>, targets: &[Part<EventTarget>]) {
        let mut own = Vec::new();
        for target in targets
            .iter()
            .filter(|target| target.rule == part.name && target.bus() == part.bus())
        {
            match Target::of_rule(target) {
                Ok(target) => own.push(target),
                Err(reason) => self.note(target, reason),
            }
        }
        match part.schedule_expression.as_deref().map(Expression::parse) {
            Some(Ok(expression)) => {
                if let Some(arn) = Arn::parse(&part.arn) {
                    self.schedules.push(Schedule {
                        address: part.resource.address.clone(),
                        arn,
                        text: part.schedule_expression.clone().unwrap_or_default(),
                        expression,
                        enabled: part.is_enabled(),
                        targets: own.clone(),
                    });
                }
            }
            Some(Err(reason)) => self.note(part, reason),
            None => {}
        }
        match part.event_pattern.as_deref().map(Pattern::parse) {
            Some(Ok(pattern)) if part.is_enabled() => self.rules.push(Rule {
                arn: part.arn.clone(),
                bus: part.bus().to_owned(),
                pattern,
                targets: own,
            }),
            Some(Err(reason)) => self.note(part, reason),
            _ => {}
        }
    }

    fn schedule(&mut self, part: &Part<Scheduled>, roles: &Roles) {
        let expression = match Expression::parse(&part.schedule_expression) {
            Ok(expression) => expression,
            Err(reason) => return self.note(part, reason),
        };
        let zone = part.schedule_expression_timezone.as_deref().unwrap_or("UTC");
        if zone != "UTC" && matches!(expression, Expression::Cron(_) | Expression::At(_)) {
            self.note(
                part,
                format!("the time zone `{zone}` is not emulated, so UTC counts"),
            );
        }
        if part.flexible_time_window.mode.as_deref() == Some("FLEXIBLE") {
            self.note(
                part,
                "the flexible time window is not emulated: it runs on time".to_owned(),
            );
        }
        let target = match Target::of_schedule(part) {
            Ok(target) => target,
            Err(reason) => return self.note(part, reason),
        };
        let role = part.target.role_arn.as_deref().unwrap_or_default();
        if let Err(reason) = target.allowed_by(role, roles) {
            return self.note(part, reason);
        }
        if let Some(arn) = Arn::parse(&part.arn) {
            self.schedules.push(Schedule {
                address: part.resource.address.clone(),
                arn,
                text: part.schedule_expression.clone(),
                expression,
                enabled: part.state.as_deref() != Some("DISABLED"),
                targets: vec![target],
            });
        }
    }
}

fn applied<'a, Values: Kind>(index: &Index<'a>) -> Result<Vec<Part<'a, Values>>> {
    index.applied().map_err(Error::msg)
}

/// A mapping that is polled; none if it is turned off. An error says why it delivers nothing.
fn mapping(
    part: &Part<EventSourceMapping>,
    queues: &[Part<Queue>],
    role: &str,
    roles: &Roles,
) -> Result<Option<Mapping>, String> {
    if part.enabled == Some(false) {
        return Ok(None);
    }
    let source = part.event_source_arn.as_deref().and_then(Arn::parse);
    let source = source.ok_or("its source is not emulated")?;
    let (kind, actions, batch_size) = match source.service.as_str() {
        "sqs" => {
            let applied = queues.iter().find(|queue| queue.arn == source.text);
            let url = applied.map_or_else(
                || {
                    format!(
                        "https://sqs.{}.amazonaws.com/{}/{}",
                        source.region, source.account, source.resource
                    )
                },
                |queue| queue.url.clone(),
            );
            let is_fifo = source.resource.ends_with(".fifo");
            let concurrency = part.scaling_config.maximum_concurrency.unwrap_or(CONCURRENCY);
            let concurrency = if is_fifo {
                1
            } else {
                concurrency.clamp(1, 64) as usize
            };
            (Polled::Queue { url, concurrency }, QUEUE_ACTIONS, 10)
        }
        "dynamodb" => (Polled::Stream(stream(part)), STREAM_ACTIONS, 100),
        other => return Err(format!("sources of the service `{other}` are not emulated")),
    };
    let denied: Vec<String> = actions
        .iter()
        .filter(|action| !roles.allow(role, action, &source.text))
        .map(|action| format!("`{action}`"))
        .collect();
    if !denied.is_empty() {
        return Err(format!(
            "it delivers nothing: the role of `{}` {} on `{}`",
            part.function_name,
            roles.refusal(role, &denied),
            source.text
        ));
    }
    let filters = part.filter_criteria.filter.iter();
    let filters = filters
        .filter_map(|filter| filter.pattern.as_deref())
        .map(Pattern::parse);
    let filters = filters.collect::<Result<_, _>>();
    let mut function = FunctionReference::parse(&part.function_name);
    if function.qualifier.is_none() {
        function.qualifier = FunctionReference::parse(&part.function_arn).qualifier;
    }
    Ok(Some(Mapping {
        address: part.resource.address.clone(),
        id: part.uuid.clone(),
        function,
        function_arn: part.function_arn.clone(),
        source,
        kind,
        batch_size: part
            .batch_size
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(batch_size)
            .max(1),
        window: Duration::from_secs(part.maximum_batching_window_in_seconds.unwrap_or(0)),
        reports_failures: part.reports_batch_item_failures(),
        filters: filters
            .map_err(|why| format!("it delivers nothing, because its filter is not emulated: {why}"))?,
    }))
}

fn stream(part: &EventSourceMapping) -> Stream {
    let limit = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    Stream {
        from_the_start: part.starting_position.as_deref() != Some("LATEST"),
        bisect: part.bisect_batch_on_function_error == Some(true),
        retries: limit(part.maximum_retry_attempts),
        maximum_age: limit(part.maximum_record_age_in_seconds)
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs),
        on_failure: arn(&part.destination_config.on_failure),
    }
}

fn arn(destination: &Destination) -> Option<Arn> {
    destination.destination.as_deref().and_then(Arn::parse)
}

fn role_of<'a>(functions: &'a [Part<Function>], name: &str) -> &'a str {
    let function = functions.iter().find(|function| function.function_name == name);
    function
        .and_then(|function| function.role.as_deref())
        .unwrap_or_default()
}
