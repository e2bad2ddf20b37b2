//! The events that a spec asks for.

use serde_json::Value;

use crate::events::{Event, Objects, Queue, Rule, Schedule, Stream, Topic, in_service, names, permissions};
use crate::functions::in_service as functions;
use crate::references::{Template, Values};
use crate::resources::{lambda_alias, lambda_permission, scheduler_schedule};
use crate::service::{Environment, Service};
use crate::surface::names::Names;
use crate::surface::types::{self, Invoker, Statement};

/// Returns the events that invoke a function in an environment.
pub(crate) fn events(
    service: &Service,
    environment: &Environment,
    function: &str,
    values: &Values,
    names_here: &Names,
) -> Vec<types::Event> {
    let events = &service.functions[function].on;
    let text = |template: &Template| names_here.without(&template.text(values));
    let qualifier = functions::alias(service, function).map(|_| lambda_alias::LIVE.to_owned());
    let event = |event: &Event| match event {
        Event::Schedule(schedule) => {
            let Schedule {
                schedule,
                name,
                timezone,
                input,
            } = schedule;
            let statement = in_service::may_invoke(service, function);
            types::Event {
                source: types::schedule_source(&names::in_aws(function, name).text(values)),
                qualifier: qualifier.clone(),
                expression: Some(schedule.clone()),
                timezone: Some(timezone.clone()),
                input: input.as_ref().map(composed),
                role: Some(types::Role {
                    assumed_by: vec![trusted(text)],
                    permissions_boundary: environment.permissions_boundary.clone(),
                    statements: vec![Statement {
                        effect: "Allow".into(),
                        actions: statement.actions,
                        not_actions: Vec::new(),
                        resources: statement.resources.iter().map(text).collect(),
                        not_resources: Vec::new(),
                        condition: None,
                    }],
                    managed_policies: Vec::new(),
                }),
                ..types::Event::default()
            }
        }
        Event::Rule(rule) => {
            let Rule { event, name, bus } = rule;
            types::Event {
                source: types::rule_source(bus, &names::in_aws(function, name).text(values)),
                qualifier: qualifier.clone(),
                patterns: vec![composed(event)],
                ..types::Event::default()
            }
        }
        Event::Stream(stream) => {
            let Stream {
                table,
                batch: _,          // how many at a time
                window_seconds: _, // when
                filters,
                partial_failures: _,  // what is tried again
                starting_position: _, // since when
                bisect: _,            // what is tried again
                retries: _,           // how often
                max_age_seconds: _,   // how long
                parallelization: _,   // how many at a time
                on_failure,
            } = stream;
            types::Event {
                source: types::stream_source(table),
                qualifier: qualifier.clone(),
                patterns: filters.iter().map(composed).collect(),
                failures: on_failure.as_ref().map(|to| text(&Template::arn_of(to))),
                ..types::Event::default()
            }
        }
        Event::Topic(topic) => {
            let Topic {
                topic,
                filter,
                filter_on,
                on_failure,
            } = topic;
            let filter = filter.as_ref().map(composed);
            types::Event {
                source: text(&Template::arn_of(topic)),
                qualifier: qualifier.clone(),
                patterns: filter
                    .map(|filter| types::filter_policy(filter_on.in_aws(), filter))
                    .into_iter()
                    .collect(),
                failures: on_failure.as_ref().map(|to| text(&Template::arn_of(to))),
                ..types::Event::default()
            }
        }
        Event::Objects(objects) => {
            let Objects {
                bucket,
                name: _, // in an id
                events,
                prefix,
                suffix,
            } = objects;
            types::Event {
                source: types::objects_source(bucket),
                qualifier: qualifier.clone(),
                patterns: vec![types::objects(
                    events.iter().map(|event| event.in_aws()),
                    prefix,
                    suffix,
                )],
                ..types::Event::default()
            }
        }
        Event::Queue(queue) => {
            let Queue {
                queue,
                batch: _,          // how many at a time
                window_seconds: _, // when
                filters,
                partial_failures: _, // what is tried again
                max_concurrency: _,  // how many at a time
            } = queue;
            types::Event {
                source: text(&Template::arn_of(queue)),
                qualifier: qualifier.clone(),
                patterns: filters.iter().map(composed).collect(),
                ..types::Event::default()
            }
        }
    };
    let mut found: Vec<types::Event> = Vec::new();
    for event in events.iter().map(event) {
        types::join(&mut found, event);
    }
    let mut events = found;
    events.sort_by(|one, other| one.source.cmp(&other.source));
    events
}

/// Describes the trust policy of the role of schedules as a surface does.
fn trusted(text: impl Fn(&Template) -> String) -> String {
    let condition = serde_json::json!({
        "ArnLike": {"aws:SourceArn": text(&names::schedule_group_arn())},
        "StringEquals": {"aws:SourceAccount": "${account}"},
    });
    format!("Service:{} if {condition}", scheduler_schedule::PRINCIPAL)
}

/// Returns the principals that may invoke a function because of its events.
pub(crate) fn invokers(
    service: &Service,
    function: &str,
    values: &Values,
    names_here: &Names,
) -> Vec<Invoker> {
    let qualifier = functions::alias(service, function).map(|_| lambda_alias::LIVE.to_owned());
    let permissions = permissions::of_function(function, &service.functions[function].on);
    permissions
        .into_iter()
        .filter_map(|(_, permission)| permission)
        .map(|permission| Invoker {
            principal: permission.principal.into(),
            action: lambda_permission::ACTION.into(),
            source: Some(names_here.without(&permission.source.text(values))),
            source_account: permission.of_account.then(|| "${account}".to_owned()),
            principal_org_id: None,
            function_url_auth_type: None,
            qualifier: qualifier.clone(),
        })
        .collect()
}

/// A value with its texts as Terraform composes them.
fn composed(value: &Value) -> Value {
    match value {
        Value::String(text) => types::composed(text).into(),
        Value::Array(items) => items.iter().map(composed).collect(),
        Value::Object(entries) => {
            let entries = entries.iter();
            entries
                .map(|(name, value)| (types::composed(name), composed(value)))
                .collect()
        }
        other => other.clone(),
    }
}
