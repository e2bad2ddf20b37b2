//! The events' part of `modules/service`: `events.tf`.

use crate::asynchronous::in_service as asynchronous;
use crate::events::{Event, Queue, Rule, Schedule, Stream, names, permissions};
use crate::functions::in_service as functions;
use crate::functions::statement::{self, Statement};
use crate::functions::{Function, common};
use crate::hcl::{Block, Expression, commented, json, reference};
use crate::identifier::Identifier;
use crate::references::{Reference, Template};
use crate::resources::lambda_event_source_mapping::{self as mapping, Arguments};
use crate::resources::{
    cloudwatch_event_rule, cloudwatch_event_target, iam_role, iam_role_policy, lambda_permission,
    scheduler_schedule, sqs_queue,
};
use crate::service::Service;
use crate::tables::in_service as tables;
use crate::uses::{Attribute, Datum};

/// The blocks that make each event invoke its function, after the role of the function's schedules.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let functions = service.functions.iter();
    functions
        .flat_map(|(name, function)| {
            let role = function
                .on
                .iter()
                .any(|event| matches!(event, Event::Schedule(_)));
            let role = role.then(|| self::role(service, name)).into_iter().flatten();
            role.chain(
                function
                    .on
                    .iter()
                    .flat_map(|event| event_blocks(service, name, event)),
            )
            .chain(asynchronous::block(service, name, function))
        })
        .collect()
}

/// Returns `true` if a schedule invokes the function.
pub(crate) fn has_schedule(function: &Function) -> bool {
    function
        .on
        .iter()
        .any(|event| matches!(event, Event::Schedule(_)))
}

/// The blocks of an event, the first with a comment that says what it does.
fn event_blocks(service: &Service, function: &str, event: &Event) -> Vec<Block> {
    let label = names::label(function, event);
    let mut blocks: Vec<Block> = permission(service, function, event).into_iter().collect();
    match event {
        Event::Schedule(schedule) => blocks.push(self::schedule(service, function, &label, schedule)),
        Event::Rule(rule) => {
            let needs = reference(format!(
                "{}.{}",
                lambda_permission::TYPE.name,
                names::permission(&label)
            ));
            blocks.extend(self::rule(service, function, &label, rule, needs));
        }
        Event::Stream(stream) => blocks.push(self::stream(service, function, &label, stream)),
        Event::Queue(queue) => blocks.push(self::queue(service, function, &label, queue)),
    }
    let title = format!("{function} is invoked by {}.", event.phrase());
    if let Some(first) = blocks.first_mut() {
        *first = commented(first.clone(), &title);
    }
    blocks
}

fn permission(service: &Service, function: &str, event: &Event) -> Option<Block> {
    let permissions::Permission {
        label,
        principal,
        source,
    } = permissions::of_event(function, event)?;
    Some(lambda_permission::resource_block(lambda_permission::Arguments {
        label: &label,
        function: &functions::name(function),
        alias: functions::alias_name(service, function),
        principal,
        source: source.in_service(service),
        source_account: None,
    }))
}

/// The role of a function's schedules, which may invoke that function and nothing else.
fn role(service: &Service, function: &str) -> Vec<Block> {
    let label = names::schedules(function);
    let role = iam_role::resource_block_of(
        label.as_str(),
        names::role(function).in_service(service),
        trust(|text| text.in_service(service)),
        common::PERMISSIONS_BOUNDARY.is_used(service),
    );
    let policy = statement::policy(&[may_invoke(service, function)], |on| on.in_service(service));
    let address = reference(format!("{}.{label}.name", iam_role::TYPE.name));
    vec![
        commented(
            role,
            &format!("The role of the schedules of {function}. Only EventBridge Scheduler takes it on."),
        ),
        iam_role_policy::resource_block_of(label.as_str(), INVOKE, address, policy),
    ]
}

/// The name of the role's policy in AWS.
const INVOKE: &str = "invoke";

/// The trust policy of the role of schedules. It admits EventBridge Scheduler, for schedules of this account:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html>
pub(crate) fn trust(value: impl Fn(&Template) -> Expression) -> Expression {
    let account = Template::of_reference(Reference::Account, "");
    iam_role::assume_role_policy_for(
        scheduler_schedule::PRINCIPAL,
        value(&account),
        value(&names::schedule_group_arn()),
    )
}

/// The statement that lets the role of schedules invoke a function.
pub(crate) fn may_invoke(service: &Service, function: &str) -> Statement {
    let arn = functions::arn(service, function);
    Statement::new([lambda_permission::ACTION.to_owned()], [arn], "")
}

fn schedule(service: &Service, function: &str, label: &Identifier, schedule: &Schedule) -> Block {
    let Schedule {
        schedule,
        name,
        timezone,
        input,
    } = schedule;
    let policy = format!("{}.{}", iam_role_policy::TYPE.name, names::schedules(function));
    scheduler_schedule::resource_block(scheduler_schedule::Arguments {
        label,
        name: names::in_aws(function, name).in_service(service),
        expression: schedule,
        timezone,
        target: functions::arn(service, function).in_service(service),
        role: names::role_arn(function).in_service(service),
        input: input.as_ref().map(json),
        depends_on: vec![reference(policy), functions::target(service, function)],
    })
}

fn rule(service: &Service, function: &str, label: &Identifier, rule: &Rule, needs: Expression) -> [Block; 2] {
    let Rule { event, name, bus: _ } = rule;
    let bus = permissions::bus(rule);
    let name = names::in_aws(function, name).in_service(service);
    let arn = functions::arn(service, function).in_service(service);
    [
        cloudwatch_event_rule::resource_block(label, name, bus, json(event)),
        cloudwatch_event_target::resource_block(label, bus.is_some(), arn, vec![needs]),
    ]
}

fn stream(service: &Service, function: &str, label: &Identifier, stream: &Stream) -> Block {
    let Stream {
        table,
        batch,
        window_seconds,
        filters,
        partial_failures,
        starting_position,
        bisect,
        retries,
        max_age_seconds,
        parallelization,
        on_failure,
    } = stream;
    mapping::resource_block(Arguments {
        label,
        source: reference(format!("{}.stream_arn", tables::address(table))),
        function: functions::arn(service, function).in_service(service),
        batch: *batch,
        window_seconds: *window_seconds,
        partial_failures: *partial_failures,
        filters: filters.iter().map(json).collect(),
        stream: Some(mapping::Stream {
            starting_position: starting_position.in_aws(),
            bisect: *bisect,
            retries: *retries,
            max_age_seconds: *max_age_seconds,
            parallelization: *parallelization,
        }),
        on_failure: on_failure.as_ref().map(|to| arn(to).in_service(service)),
        max_concurrency: None,
        depends_on: needs(service, function)
            .into_iter()
            .chain(on_failure.as_ref().map(address))
            .collect(),
    })
}

fn queue(service: &Service, function: &str, label: &Identifier, queue: &Queue) -> Block {
    let Queue {
        queue,
        batch,
        window_seconds,
        filters,
        partial_failures,
        max_concurrency,
    } = queue;
    mapping::resource_block(Arguments {
        label,
        source: arn(queue).in_service(service),
        function: functions::arn(service, function).in_service(service),
        batch: *batch,
        window_seconds: *window_seconds,
        partial_failures: *partial_failures,
        filters: filters.iter().map(json).collect(),
        stream: None,
        on_failure: None,
        max_concurrency: *max_concurrency,
        depends_on: needs(service, function)
            .into_iter()
            .chain([address(queue)])
            .collect(),
    })
}

/// The address of a queue, which Lambda wants to be there.
fn address(queue: &Datum) -> Expression {
    reference(sqs_queue::address(&Identifier::new(&queue.name)))
}

/// The ARN of data.
pub(crate) fn arn(datum: &Datum) -> Template {
    Template::of_reference(Reference::Datum(datum.clone(), Attribute::Arn), "")
}

/// The blocks that Terraform creates first: Lambda refuses a mapping whose role may not poll yet.
fn needs(service: &Service, function: &str) -> Vec<Expression> {
    vec![
        functions::policy_address(function),
        functions::target(service, function),
    ]
}
