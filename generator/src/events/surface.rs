//! The events that invoke functions beside their routes, read from resources.

use serde_json::Value;

use crate::functions::surface::{Attached, Called, rights};
use crate::surface::names::Names;
use crate::surface::resources::Resources;
use crate::surface::types::{self, Event, Function, Role};
use portcullis_terraform_json::dynamodb::Table;
use portcullis_terraform_json::events::{EventRule, EventTarget, Schedule};
use portcullis_terraform_json::iam;
use portcullis_terraform_json::index::{Kind, Part};
use portcullis_terraform_json::lambda::{EventSourceMapping, FunctionReference};
use portcullis_terraform_json::plan::Change;

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
    for (function, event) in found {
        if let Some(function) = functions.iter_mut().find(|other| other.name == function) {
            function.events.push(event);
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

/// A text as JSON; as a text if it is none.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
