//! The assertions about what invokes functions beside their routes, and with which input.

use serde_json::Value;

use crate::events::{Event, in_service, names, notifications, permissions};
use crate::functions::in_service as functions;
use crate::functions::{common, statement};
use crate::hcl::{Block, Expression, call, commented, equal, expression, json, reference, string, to_set};
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked::{self, ENVIRONMENT};
use crate::references::{Reference, Template, Values};
use crate::resources::{
    cloudwatch_event_rule, cloudwatch_event_target, iam_role, iam_role_policy, lambda_alias,
    lambda_event_source_mapping, lambda_permission, scheduler_schedule, sns_topic_subscription,
};
use crate::service::Service;

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let values = mocked::values(service);
    let mut blocks = Vec::new();
    for (name, function) in &service.functions {
        if in_service::has_schedule(function) {
            blocks.push(role(service, name, &values));
        }
        for (event, permission) in permissions::of_function(name, &function.on) {
            blocks.extend(self::event(service, name, event, permission, &values));
        }
    }
    blocks.extend(notifications::tests(service));
    blocks
}

/// The role of a function's schedules.
fn role(service: &Service, function: &str, values: &Values) -> Block {
    let label = names::schedules(function);
    let text = |template: &Template| string(template.text(values));
    let of = |kind: &str, attribute: &str| format!("{kind}.{label}.{attribute}");
    let name = text(&names::role(function));
    let policy = statement::bare_policy(&[in_service::may_invoke(service, function)], text);
    let conditions = [
        is(of(iam_role::TYPE.name, "name"), name.clone()),
        is(
            of(iam_role::TYPE.name, "assume_role_policy"),
            in_service::trust(text),
        ),
        is(of(iam_role_policy::TYPE.name, "role"), name),
        is(of(iam_role_policy::TYPE.name, "policy"), policy),
    ];
    let common = common::in_test(service).filter(|(name, _)| *name == common::PERMISSIONS_BOUNDARY.name);
    let common = common.map(|(name, value)| is(of(iam_role::TYPE.name, name), string(value)));
    let must = must(
        &format!("The role of the schedules of `{function}`"),
        &format!("be for EventBridge Scheduler only and only let it invoke `{function}`"),
        conditions.into_iter().chain(common),
    );
    commented(must, &format!("The role of the schedules of {function}"))
}

/// The assertions about an event and its permission, if it has any of its own.
fn event(
    service: &Service,
    function: &str,
    event: &Event,
    permission: Option<permissions::Permission>,
    values: &Values,
) -> Option<Block> {
    let label = names::label(function, event);
    let text = |template: &Template| string(template.text(values));
    let target = text(&functions::arn(service, function));
    let of = |kind: &'static str| {
        let label = label.clone();
        move |attribute: &str| format!("{kind}.{label}.{attribute}")
    };
    let permission = permission.into_iter();
    let mut conditions: Vec<_> = permission
        .flat_map(|permission| self::permission(service, function, permission, values))
        .collect();
    match event {
        Event::Schedule(schedule) => {
            let of = of(scheduler_schedule::TYPE.name);
            conditions.extend([
                is(of("schedule_expression"), string(&schedule.schedule)),
                is(of("schedule_expression_timezone"), string(&schedule.timezone)),
                is(of("target[0].arn"), target),
                is(of("target[0].role_arn"), text(&names::role_arn(function))),
                is(
                    of("target[0].input"),
                    schedule.input.as_ref().map_or_else(Expression::null, json),
                ),
            ]);
        }
        Event::Rule(rule) => {
            let of_target = of(cloudwatch_event_target::TYPE.name);
            let of = of(cloudwatch_event_rule::TYPE.name);
            let name = names::in_aws(function, &rule.name);
            conditions.extend([
                is(of("name"), text(&name)),
                is(of("event_pattern"), json(&rule.event)),
                is(of_target("rule"), text(&name)),
                is(of_target("arn"), target),
            ]);
            if let Some(bus) = permissions::bus(rule) {
                conditions.push(is(of("event_bus_name"), string(bus)));
                conditions.push(is(of_target("event_bus_name"), string(bus)));
            }
        }
        Event::Stream(stream) => {
            let of = of(lambda_event_source_mapping::TYPE.name);
            conditions.push(is(of("function_name"), target));
            conditions.push(is(of("batch_size"), stream.batch));
            if stream.partial_failures {
                conditions.push(reports_failures(&of));
            }
            conditions.push(patterns(&of("filter_criteria"), &stream.filters));
            let destination = "destination_config[0].on_failure[0].destination_arn";
            conditions.push(match &stream.on_failure {
                Some(to) => is(of(destination), text(&Template::arn_of(to))),
                None => equal(call("length", [reference(of("destination_config"))]), 0),
            });
        }
        Event::Topic(topic) => {
            let of = of(sns_topic_subscription::TYPE.name);
            let filter = topic.filter.as_ref();
            let scope = filter.map(|_| string(topic.filter_on.in_aws()));
            conditions.extend([
                is(of("topic_arn"), text(&Template::arn_of(&topic.topic))),
                is(of("protocol"), string(sns_topic_subscription::LAMBDA)),
                is(of("endpoint"), target),
                is(of("filter_policy"), filter.map_or_else(Expression::null, json)),
                is(
                    of("redrive_policy"),
                    topic.on_failure.as_ref().map_or_else(Expression::null, |to| {
                        sns_topic_subscription::redrive_policy(text(&Template::arn_of(to)))
                    }),
                ),
            ]);
            conditions.extend(scope.map(|scope| is(of("filter_policy_scope"), scope)));
        }
        // `notifications` has the rest.
        Event::Objects(_) => {}
        Event::Queue(queue) => {
            let of = of(lambda_event_source_mapping::TYPE.name);
            conditions.extend([
                is(of("function_name"), target),
                is(of("event_source_arn"), text(&Template::arn_of(&queue.queue))),
                is(of("batch_size"), queue.batch),
                patterns(&of("filter_criteria"), &queue.filters),
            ]);
            if queue.partial_failures {
                conditions.push(reports_failures(&of));
            }
        }
    }
    let title = format!("{function} is invoked by {}", event.phrase());
    if conditions.is_empty() {
        return None;
    }
    let must = must(
        &format!("`{function}`"),
        &format!("be invoked by {} alone, as the spec says", event.phrase()),
        conditions,
    );
    Some(commented(must, &title))
}

/// The function of a mapping reports which records failed.
fn reports_failures(of: impl Fn(&str) -> String) -> Expression {
    equal(call("length", [reference(of("function_response_types"))]), 1)
}

/// The patterns of a mapping are these. The provider has them as a set.
fn patterns(criteria: &str, patterns: &[Value]) -> Expression {
    if patterns.is_empty() {
        return equal(call("length", [reference(criteria)]), 0);
    }
    let found = expression(&format!("{criteria}[0].filter[*].pattern"));
    equal(call("toset", [found]), to_set(patterns.iter().map(json)))
}

/// A permission allows one service to invoke the function for one source.
fn permission(
    service: &Service,
    function: &str,
    permission: permissions::Permission,
    values: &Values,
) -> Vec<Expression> {
    let permissions::Permission {
        label,
        principal,
        source,
        of_account,
    } = permission;
    let of = |attribute: &str| format!("{}.{label}.{attribute}", lambda_permission::TYPE.name);
    let alias = functions::alias(service, function);
    let qualifier = alias.map(|_| is(of("qualifier"), string(lambda_alias::LIVE)));
    let account = of_account.then(|| {
        let account = Reference::Account.text(values);
        is(of("source_account"), string(account))
    });
    [
        is(of("action"), string(lambda_permission::ACTION)),
        is(
            of("function_name"),
            string(service.function_name(ENVIRONMENT, function)),
        ),
        is(of("principal"), string(principal)),
        is(of("source_arn"), string(source.text(values))),
    ]
    .into_iter()
    .chain(account)
    .chain(qualifier)
    .collect()
}
