//! The permissions of functions that their events need.

use std::collections::BTreeSet;

use crate::events::{Event, Rule, names};
use crate::identifier::Identifier;
use crate::references::{Template, Values};
use crate::resources::cloudwatch_event_rule::DEFAULT_BUS;
use crate::resources::lambda_permission::{ACTION, OF_ACCOUNT, statement_id_prefix};
use crate::resources::{s3_bucket_notification, sns_topic_subscription};
use crate::service::{Environment, Service};
use crate::uses::{Datum, Kind};

/// The service that invokes functions for rules.
const EVENTS: &str = "events.amazonaws.com";

/// Leave for a service to invoke a function for one source.
pub(crate) struct Permission {
    /// Its name in Terraform.
    pub(crate) label: Identifier,
    /// The service.
    pub(crate) principal: &'static str,
    /// The ARN of the source.
    pub(crate) source: Template,
    /// True if the source must be of this account, because its ARN names none.
    pub(crate) of_account: bool,
}

/// The permission that an event needs.
fn of_event(function: &str, event: &Event) -> Option<Permission> {
    match event {
        Event::Rule(rule) => Some(Permission {
            label: names::permission(&names::label(function, event)),
            principal: EVENTS,
            source: names::rule_arn(bus(rule), function, &rule.name),
            of_account: false,
        }),
        Event::Topic(topic) => Some(Permission {
            label: names::topic_permission(&names::label(function, event)),
            principal: sns_topic_subscription::PRINCIPAL,
            source: Template::arn_of(&topic.topic),
            of_account: false,
        }),
        // After a bucket is deleted, another account may take its name, and must not invoke the function:
        // <https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html>
        Event::Objects(objects) => Some(Permission {
            label: names::bucket_permission(function, &objects.bucket),
            principal: s3_bucket_notification::PRINCIPAL,
            source: Template::arn_of(&Datum::new(Kind::Buckets, &objects.bucket)),
            of_account: true,
        }),
        // A schedule takes on a role, and Lambda polls streams and queues by itself.
        Event::Schedule(_) | Event::Stream(_) | Event::Queue(_) => None,
    }
}

/// The events of a function, each with the permission that it is the first to need.
pub(crate) fn of_function<'a>(function: &str, events: &'a [Event]) -> Vec<(&'a Event, Option<Permission>)> {
    let mut seen = BTreeSet::new();
    let mut is_new = |permission: &Permission| seen.insert(permission.label.to_string());
    let events = events.iter();
    events
        .map(|event| (event, of_event(function, event).filter(&mut is_new)))
        .collect()
}

/// The bytes of each of these in the function's policy, beside those of every statement.
pub(crate) fn bytes(service: &Service, environment: &Environment, function: &str) -> Vec<usize> {
    let events = &service.functions[function].on;
    let region = &environment.region;
    let values = || Values::example(&service.name, &service.api.stage, &environment.name, region);
    let bytes = |permission: Permission| {
        let id = statement_id_prefix(&permission.label);
        let account = if permission.of_account {
            OF_ACCOUNT.len()
        } else {
            0
        };
        id.len()
            + account
            + permission.principal.len()
            + ACTION.len()
            + permission.source.text(&values()).len()
    };
    let permissions = of_function(function, events).into_iter();
    permissions
        .filter_map(|(_, permission)| permission.map(bytes))
        .collect()
}

/// The bus of a rule, if it is not the default one.
pub(crate) fn bus(rule: &Rule) -> Option<&str> {
    Some(rule.bus.as_str()).filter(|bus| *bus != DEFAULT_BUS)
}
