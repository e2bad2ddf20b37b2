//! The events that invoke functions beside their routes, read from resources.

use serde_json::Value;

use crate::buckets::surface::name_of;
use crate::events::FilterOn;
use crate::functions::surface::{Attached, Called, rights};
use crate::resources::sns_topic_subscription;
use crate::surface::names::Names;
use crate::surface::resources::Resources;
use crate::surface::types::{self, Event, Function, Role};
use portcullis_terraform_json::dynamodb::Table;
use portcullis_terraform_json::events::{EventRule, EventTarget, Schedule};
use portcullis_terraform_json::iam;
use portcullis_terraform_json::index::{Kind, Part};
use portcullis_terraform_json::lambda::{EventSourceMapping, FunctionReference};
use portcullis_terraform_json::plan::Change;
use portcullis_terraform_json::s3::{Bucket, BucketNotification};
use portcullis_terraform_json::sns::TopicSubscription;

/// The module with the generated blocks. An event elsewhere, such as in the own module, is not from the spec.
const MODULE: &str = "module.service.";

/// Adds to each function the events that invoke it. `changes` are those of a plan, and empty for a state.
pub(crate) fn add_events<'a>(
    functions: &mut [Function],
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
    changes: Option<&[Change]>,
) {
    let mut found = schedules(resources, names, called, changes);
    found.extend(rules(resources, called));
    found.extend(mappings(resources, names, called));
    found.extend(subscriptions(resources, names, called));
    found.extend(notifications(resources, names, called));
    for (function, event) in found {
        if let Some(function) = functions.iter_mut().find(|other| other.name == function) {
            types::join(&mut function.events, event);
        }
    }
    for function in functions {
        function
            .events
            .sort_by(|one, other| one.source.cmp(&other.source));
    }
}

/// The generated resources of a type.
fn generated<'a, Values: Kind>(resources: &Resources<'a>) -> Vec<Part<'a, Values>> {
    let mut parts: Vec<Part<Values>> = resources.index.parts();
    parts.retain(|part| {
        let in_module = part.resource.address.strip_prefix(MODULE);
        in_module.is_some_and(|address| address.starts_with(Values::KIND))
    });
    parts
}

/// The function of an ARN, and its alias.
fn invoked(called: &Called<'_>, arn: &str) -> Option<(String, Option<String>)> {
    let qualifier = FunctionReference::parse(arn).qualifier;
    Some((called.named(arn)?.to_owned(), qualifier))
}

fn schedules<'a>(
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
    changes: Option<&[Change]>,
) -> Vec<(String, Event)> {
    let schedules: Vec<Part<Schedule>> = generated(resources);
    if schedules.is_empty() {
        return Vec::new();
    }
    let attached = Attached::of(resources, called.functions(), changes);
    let roles: Vec<Part<iam::Role>> = generated(resources);
    let mut found = Vec::new();
    for schedule in schedules {
        let Some((function, qualifier)) = invoked(called, &schedule.target.arn) else {
            continue;
        };
        resources.account(schedule.resource);
        let arn = schedule.target.role_arn.as_deref().unwrap_or_default();
        let role = roles.iter().find(|role| is_role(role, arn, names));
        let role = role.map(|role| {
            let rights = rights(resources, role, &attached, names);
            Role {
                assumed_by: rights.assumed_by,
                permissions_boundary: role.permissions_boundary.clone(),
                statements: rights.statements,
                managed_policies: rights.managed_policies,
            }
        });
        let state = schedule.state.as_deref().filter(|state| *state != "ENABLED");
        found.push((
            function,
            Event {
                source: types::schedule_source(&schedule.name),
                qualifier,
                expression: Some(schedule.schedule_expression.clone()),
                timezone: schedule.schedule_expression_timezone.clone(),
                input: schedule.target.input.as_deref().map(json),
                role,
                state: state.map(Into::into),
                ..Event::default()
            },
        ));
    }
    found
}

/// Returns `true` if a role has this ARN. Before the apply, only the name in the ARN identifies the role.
fn is_role(role: &iam::Role, arn: &str, names: &Names) -> bool {
    let own = format!("arn:${{partition}}:iam::${{account}}:role/{}", role.name);
    role.arn == arn || names.without(arn) == own
}

fn rules<'a>(resources: &mut Resources<'a>, called: &Called<'a>) -> Vec<(String, Event)> {
    let rules: Vec<Part<EventRule>> = generated(resources);
    let targets: Vec<Part<EventTarget>> = generated(resources);
    let mut found = Vec::new();
    for target in targets {
        let Some((function, qualifier)) = invoked(called, &target.arn) else {
            continue;
        };
        resources.account(target.resource);
        let rule = rules
            .iter()
            .find(|rule| rule.name == target.rule && rule.bus() == target.bus());
        rule.into_iter().for_each(|rule| resources.account(rule.resource));
        let pattern = rule.and_then(|rule| rule.event_pattern.as_deref());
        found.push((
            function,
            Event {
                source: types::rule_source(target.bus(), &target.rule),
                qualifier,
                expression: rule.and_then(|rule| rule.schedule_expression.clone()),
                patterns: pattern.map(json).into_iter().collect(),
                input: target.input.as_deref().map(json),
                ..Event::default()
            },
        ));
    }
    found
}

fn mappings<'a>(resources: &mut Resources<'a>, names: &Names, called: &Called<'a>) -> Vec<(String, Event)> {
    let mappings: Vec<Part<EventSourceMapping>> = generated(resources);
    let tables: Vec<Part<Table>> = resources.index.parts();
    let mut found = Vec::new();
    for mapping in mappings {
        let Some((function, qualifier)) = invoked(called, &mapping.function_name) else {
            continue;
        };
        resources.account(mapping.resource);
        let source = mapping.event_source_arn.as_deref().unwrap_or(types::UNKNOWN);
        let is_of = |table: &&Part<Table>| table.stream_arn.as_deref() == Some(source);
        let source = match tables.iter().find(is_of) {
            Some(table) => types::stream_source(names.own(&table.name, &table.tags_all)),
            None => names.without(source),
        };
        let failures = mapping.destination_config.on_failure.destination.as_deref();
        let filters = mapping.filter_criteria.filter.iter();
        let filters = filters.filter_map(|filter| filter.pattern.as_deref());
        found.push((
            function,
            Event {
                source,
                qualifier,
                patterns: filters.map(json).collect(),
                failures: failures.map(|arn| names.without(arn)),
                ..Event::default()
            },
        ));
    }
    found
}

/// The subscriptions of functions to topics. One with another target is not accounted for, so a surface shows it.
fn subscriptions<'a>(
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
) -> Vec<(String, Event)> {
    let subscriptions: Vec<Part<TopicSubscription>> = generated(resources);
    let mut found = Vec::new();
    for part in subscriptions {
        let Some((function, qualifier)) = invoked(called, &part.endpoint) else {
            continue;
        };
        if part.protocol != sns_topic_subscription::LAMBDA {
            continue;
        }
        resources.account(part.resource);
        let scope = part.filter_policy_scope.as_deref();
        let scope = scope.unwrap_or(FilterOn::Attributes.in_aws());
        let filter = part.filter_policy.as_deref();
        let redrive = part.redrive_policy.as_deref().map(json);
        let queue = |redrive: Value| match redrive["deadLetterTargetArn"].as_str() {
            Some(arn) => names.without(arn),
            None => redrive.to_string(),
        };
        found.push((
            function,
            Event {
                source: names.without(&part.topic_arn),
                qualifier,
                patterns: filter
                    .map(|filter| types::filter_policy(scope, json(filter)))
                    .into_iter()
                    .collect(),
                failures: redrive.map(queue),
                ..Event::default()
            },
        ));
    }
    found
}

/// The functions that each bucket invokes. A notification with another target is not accounted for, so a surface shows it.
fn notifications<'a>(
    resources: &mut Resources<'a>,
    names: &Names,
    called: &Called<'a>,
) -> Vec<(String, Event)> {
    let notifications: Vec<Part<BucketNotification>> = generated(resources);
    let buckets: Vec<Part<Bucket>> = resources.index.parts();
    let mut found = Vec::new();
    for part in notifications {
        let invoked: Option<Vec<_>> = part
            .lambda_function
            .iter()
            .map(|notified| Some((invoked(called, &notified.arn)?, notified)))
            .collect();
        let Some(invoked) = invoked else { continue };
        resources.account(part.resource);
        // Before the apply, the name is known, and not the ARN.
        let bucket = buckets.iter().find(|bucket| bucket.bucket == part.bucket);
        let source = bucket.map_or_else(
            || names.without(&part.bucket),
            |bucket| types::objects_source(&name_of(bucket, names)),
        );
        for ((function, qualifier), notified) in invoked {
            let filter = |text: &Option<String>| text.clone().unwrap_or_default();
            let events = notified.events.iter().map(String::as_str);
            let pattern = types::objects(
                events,
                &filter(&notified.filter_prefix),
                &filter(&notified.filter_suffix),
            );
            found.push((
                function,
                Event {
                    source: source.clone(),
                    qualifier,
                    patterns: vec![pattern],
                    ..Event::default()
                },
            ));
        }
    }
    found
}

/// A text as JSON; as a text if it is none.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
