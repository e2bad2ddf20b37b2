//! The events' part of `modules/service`: `events.tf`.

use crate::asynchronous::in_service as asynchronous;
use crate::events::{Event, Queue, Rule, Schedule, Stream, Topic, names, notifications, permissions};
use crate::functions::in_service as functions;
use crate::functions::statement::{self, Statement};
use crate::functions::{Function, common};
use crate::hcl::{Block, Expression, commented, json, reference};
use crate::identifier::Identifier;
use crate::references::{Reference, Template};
use crate::resources::lambda_event_source_mapping::{self as mapping, Arguments};
use crate::resources::{
    cloudwatch_event_rule, cloudwatch_event_target, iam_role, iam_role_policy, lambda_permission,
    scheduler_schedule, sns_topic, sns_topic_subscription, sqs_queue,
};
use crate::service::Service;
use crate::tables::in_service as tables;
use crate::uses::Datum;

/// The blocks that make each event invoke its function, after the role of the function's schedules.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let functions = service.functions.iter();
    let of_functions = functions.flat_map(|(name, function)| {
        let role = has_schedule(function).then(|| self::role(service, name));
        let events = permissions::of_function(name, &function.on).into_iter();
        let events = events.flat_map(|(event, permission)| event_blocks(service, name, event, permission));
        role.into_iter()
            .flatten()
            .chain(events)
            .chain(asynchronous::block(service, name))
    });
    of_functions.chain(notifications::blocks(service)).collect()
}

/// Returns `true` if a schedule invokes the function.
pub(crate) fn has_schedule(function: &Function) -> bool {
    function
        .on
        .iter()
        .any(|event| matches!(event, Event::Schedule(_)))
}

/// The blocks of an event, behind its permission if no other event has it. The first has a comment that says what it does.
fn event_blocks(
    service: &Service,
    function: &str,
    event: &Event,
    permission: Option<permissions::Permission>,
) -> Vec<Block> {
    let label = names::label(function, event);
    let permission = permission.map(|permission| self::permission(service, function, permission));
    let mut blocks: Vec<Block> = permission.into_iter().collect();
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
        Event::Topic(topic) => blocks.push(self::topic(service, function, &label, topic)),
        // The bucket has one block with every function.
        Event::Objects(_) => {}
    }
    let title = format!("{function} is invoked by {}.", event.phrase());
    if let Some(first) = blocks.first_mut() {
        *first = commented(first.clone(), &title);
    }
    blocks
}

fn permission(service: &Service, function: &str, permission: permissions::Permission) -> Block {
    let permissions::Permission {
        label,
        principal,
        source,
        of_account,
    } = permission;
    let account = || Template::of_reference(Reference::Account, "").in_service(service);
    lambda_permission::resource_block(lambda_permission::Arguments {
        label: &label,
        function: &functions::name(function),
        alias: functions::alias_name(service, function),
        principal,
        source: source.in_service(service),
        source_account: of_account.then(account),
    })
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
        source: reference(tables::stream_arn(table)),
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
        on_failure: on_failure
            .as_ref()
            .map(|to| Template::arn_of(to).in_service(service)),
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
        source: Template::arn_of(queue).in_service(service),
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

fn topic(service: &Service, function: &str, label: &Identifier, topic: &Topic) -> Block {
    let Topic {
        topic,
        filter,
        filter_on,
        on_failure,
    } = topic;
    let permission = format!(
        "{}.{}",
        lambda_permission::TYPE.name,
        names::topic_permission(label)
    );
    let of_topic = sns_topic::address(&Identifier::new(&topic.name));
    let needs = [
        reference(permission),
        functions::target(service, function),
        reference(of_topic),
    ];
    sns_topic_subscription::resource_block(sns_topic_subscription::Arguments {
        label,
        topic: Template::arn_of(topic).in_service(service),
        function: functions::arn(service, function).in_service(service),
        filter: filter.as_ref().map(|filter| (json(filter), filter_on.in_aws())),
        dead_letters: on_failure
            .as_ref()
            .map(|to| Template::arn_of(to).in_service(service)),
        depends_on: needs
            .into_iter()
            .chain(on_failure.as_ref().map(address))
            .collect(),
    })
}

/// The address of a queue, which Lambda wants to be there.
fn address(queue: &Datum) -> Expression {
    reference(sqs_queue::address(&Identifier::new(&queue.name)))
}

/// The blocks that Terraform creates first: Lambda refuses a mapping whose role may not poll yet.
fn needs(service: &Service, function: &str) -> Vec<Expression> {
    let policy = functions::policy_address(service, function);
    policy
        .into_iter()
        .chain([functions::target(service, function)])
        .collect()
}
