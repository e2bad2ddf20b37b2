//! The permissions of functions that their events need.

use crate::events::{Event, Rule, names};
use crate::identifier::Identifier;
use crate::references::{Template, Values};
use crate::resources::cloudwatch_event_rule::DEFAULT_BUS;
use crate::resources::lambda_permission::{ACTION, statement_id_prefix};
use crate::service::{Environment, Service};

/// The service that invokes functions for rules.
const EVENTS: &str = "events.amazonaws.com";

/// Leave for a service to invoke a function for one source.
pub(crate) struct Permission {
    /// Its name in Terraform.
    pub(crate) label: Identifier,
    /// The service.
    pub(crate) principal: &'static str,
    /// The ARN of the source. It names the account, so nothing else has to.
    pub(crate) source: Template,
}

/// The permission that an event needs.
pub(crate) fn of_event(function: &str, event: &Event) -> Option<Permission> {
    match event {
        Event::Rule(rule) => Some(Permission {
            label: names::permission(&names::label(function, event)),
            principal: EVENTS,
            source: names::rule_arn(bus(rule), function, &rule.name),
        }),
        // A schedule takes on a role, and Lambda polls streams and queues by itself.
        Event::Schedule(_) | Event::Stream(_) | Event::Queue(_) => None,
    }
}

/// The bytes of each of these in the function's policy, beside those of every statement.
pub(crate) fn bytes(service: &Service, environment: &Environment, function: &str) -> Vec<usize> {
    let events = &service.functions[function].on;
    let region = &environment.region;
    let values = || Values::example(&service.name, &service.api.stage, &environment.name, region);
    let bytes = |permission: Permission| {
        let id = statement_id_prefix(&permission.label);
        id.len() + permission.principal.len() + ACTION.len() + permission.source.text(&values()).len()
    };
    let permissions = events.iter().filter_map(|event| of_event(function, event));
    permissions.map(bytes).collect()
}

/// The bus of a rule, if it is not the default one.
pub(crate) fn bus(rule: &Rule) -> Option<&str> {
    Some(rule.bus.as_str()).filter(|bus| *bus != DEFAULT_BUS)
}
