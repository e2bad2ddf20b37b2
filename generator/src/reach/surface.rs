//! The ways to data in a surface. So a spec, a plan and a state have the same answer if they have the same surface.

use std::collections::BTreeMap;

use crate::queues::surface::dead_letter_arn;
use crate::reach::model::{Data, Function, Invokers, Model, Source};
use crate::reach::right::{Right, is_of};
use crate::surface::names::arn;
use crate::surface::types::{
    self, Event, Invoker, Question, Reached, ReachedBy, Step, Surface, UNKNOWN, bus_and_rule, objects_source,
    stream_source,
};
use crate::uses::{Datum, Kind};

/// Callers without a token.
const PUBLIC: &str = "public";
/// Signed-in users.
const SIGNED_IN: &str = "user_pool";
/// A source of events.
const EVENTS: &str = "events";
/// Something in AWS.
const PRINCIPAL: &str = "principal";
/// Something that is unknown.
const OPEN: &str = "?";

/// Returns the ways to all data of a surface. Principals that may invoke functions by IAM alone are not in a surface.
pub(crate) fn reached(surface: &Surface) -> Vec<Reached> {
    let model = model(surface);
    let invokers = Invokers::of([&model]);
    let names = model.functions.keys();
    let callers: BTreeMap<&str, _> = names
        .map(|name| (name.as_str(), callers(surface, &model, name)))
        .collect();
    let reached = model.data.iter().map(|data| {
        let mut by: Vec<ReachedBy> = Vec::new();
        for (name, function) in &model.functions {
            let actions = actions(surface, name, function, data);
            if actions.is_empty() {
                continue;
            }
            let verbs = verbs(function, data);
            for steps in invokers.ways_to(name) {
                let callers = steps.first().and_then(|first| callers.get(&*first.function));
                let steps: Vec<Step> = steps.iter().map(step).collect();
                let callers = callers.into_iter().flatten();
                by.extend(callers.map(|(callers, entry)| ReachedBy {
                    callers: callers.clone(),
                    entry: entry.clone(),
                    steps: steps.clone(),
                    verbs: verbs.clone(),
                    actions: actions.clone(),
                }));
            }
        }
        by.sort();
        by.dedup();
        Reached {
            data: data.datum.to_string(),
            by,
        }
    });
    reached.collect()
}

fn step(step: &crate::reach::Step) -> Step {
    Step {
        through: step.through.as_ref().map(ToString::to_string),
        function: step.function.clone(),
    }
}

fn model(surface: &Surface) -> Model {
    let data = data(surface);
    let mut model = Model::default();
    for function in &surface.functions {
        // Two functions of a name can't be told apart, so each counts for both.
        let both: &mut Function = model.functions.entry(function.name.clone()).or_default();
        both.arn.clone_from(&function.arn);
        both.rights.extend(rights(function));
        for event in &function.events {
            let source = source(event, &data);
            let is_of_topic =
                matches!(&source, Some(Source::Data { datum, .. }) if datum.kind == Kind::Topics);
            // SNS sends to a topic's destination. To that of a stream, Lambda sends with the rights of the function.
            both.failures
                .extend(event.failures.clone().filter(|_| !is_of_topic));
            both.sources.extend(source);
        }
        both.failures
            .extend(function.failure_destinations.iter().cloned());
    }
    model.data = data;
    model
}

fn data(surface: &Surface) -> Vec<Data> {
    let of = |kind, name: &String, arn: &String| Data {
        datum: Datum::new(kind, name),
        arn: arn.clone(),
        failed_messages: None,
    };
    let tables = surface.tables.iter();
    let tables = tables.map(|table| of(Kind::Tables, &table.name, &table.arn));
    let buckets = surface.buckets.iter();
    let buckets = buckets.map(|bucket| of(Kind::Buckets, &bucket.name, &bucket.arn));
    let queues = surface.queues.iter().map(|queue| Data {
        failed_messages: queue.dead_letters.as_deref().map(dead_letter_arn).map(Into::into),
        ..of(Kind::Queues, &queue.name, &queue.arn)
    });
    let topics = surface.topics.iter();
    let topics = topics.map(|topic| of(Kind::Topics, &topic.name, &topic.arn));
    tables.chain(buckets).chain(queues).chain(topics).collect()
}

/// The statements of a function's role that allow something. Those that deny are not subtracted.
fn rights(function: &types::Function) -> impl Iterator<Item = Right> {
    let allow = function
        .statements
        .iter()
        .filter(|statement| statement.effect == "Allow");
    allow.map(|statement| Right {
        verbs: Vec::new(),
        actions: statement.actions.clone(),
        not_actions: statement.not_actions.clone(),
        resources: statement.resources.clone(),
        not_resources: statement.not_resources.clone(),
    })
}

/// The source of an event, if functions may cause it.
fn source(event: &Event, data: &[Data]) -> Option<Source> {
    if let Some((bus, _)) = bus_and_rule(&event.source) {
        let arn = match bus.starts_with("arn:") {
            true => bus.to_owned(),
            false => arn("events", &format!("event-bus/{bus}")),
        };
        return Some(Source::Rule {
            bus: bus.to_owned(),
            arn,
            patterns: event.patterns.clone(),
        });
    }
    let own = data.iter().find(|data| event.source == source_of(data))?;
    Some(Source::Data {
        datum: own.datum.clone(),
        undelivered: event.failures.clone().filter(|_| own.datum.kind == Kind::Topics),
    })
}

/// The source of events of data, as a surface names it.
fn source_of(data: &Data) -> String {
    match data.datum.kind {
        Kind::Tables => stream_source(&data.datum.name),
        Kind::Buckets => objects_source(&data.datum.name),
        Kind::Queues | Kind::Topics => data.arn.clone(),
    }
}

/// The actions that a function may call on data.
fn actions(surface: &Surface, name: &str, function: &Function, data: &Data) -> Vec<String> {
    let [service, _] = data.datum.kind.declaration().arn;
    let on_it = function.rights.iter().filter(|right| right.is_on(&data.arn, '/'));
    let mut actions: Vec<String> = on_it
        .flat_map(|right| {
            let named = right.actions.iter().filter(|action| is_of(service, action));
            let others = Some(&right.not_actions).filter(|not| !not.is_empty());
            let others = others.map(|not| format!("all but {}", not.join(", ")));
            named.cloned().chain(others)
        })
        .collect();
    if has_unknown_rights(surface, name) {
        actions.push(OPEN.into());
    }
    actions.sort();
    actions.dedup();
    actions
}

/// Returns `true` if a function may do more than its statements in a surface.
fn has_unknown_rights(surface: &Surface, name: &str) -> bool {
    let mut of_name = surface.functions.iter().filter(|function| function.name == name);
    let mut unknown = surface.unknown.iter();
    of_name.any(|function| function.role.is_some() || !function.managed_policies.is_empty())
        || unknown.any(|one| one.question == Question::Rights && one.of.iter().any(|of| of == name))
}

/// The verbs of which a function may call each action on data.
fn verbs(function: &Function, data: &Data) -> Vec<String> {
    let verbs = data.datum.kind.declaration().verbs.iter();
    let verbs = verbs.filter(|verb| {
        let mut actions = verb.actions.iter();
        actions.all(|action| function.may(action, &data.arn, '/'))
    });
    verbs.map(|verb| verb.name.to_owned()).collect()
}

/// Everything outside of the service's functions that invokes a function: its callers, and what names them.
fn callers(surface: &Surface, model: &Model, name: &str) -> Vec<(String, String)> {
    let pair = |callers: &str, entry: &str| (callers.to_owned(), entry.to_owned());
    let routes = surface
        .routes
        .iter()
        .filter(|route| route.function.as_deref() == Some(name));
    let mut all: Vec<(String, String)> = routes
        .map(|route| {
            let callers = match route.auth_type.as_str() {
                "NONE" => PUBLIC,
                "COGNITO_USER_POOLS" => SIGNED_IN,
                other => other,
            };
            pair(callers, &format!("{} {}", route.method, route.path))
        })
        .collect();
    let authorizers = surface.authorizers.iter();
    let authorizers = authorizers.filter(|authorizer| authorizer.function.as_deref() == Some(name));
    all.extend(authorizers.map(|authorizer| pair(PUBLIC, &format!("authorizer {}", authorizer.name))));
    for function in surface.functions.iter().filter(|function| function.name == name) {
        let events = function
            .events
            .iter()
            .filter(|event| match source(event, &model.data) {
                // Ways to that data are ways to this function, if anyone changes it.
                Some(source @ Source::Data { .. }) => {
                    let causes = model.causes(&source);
                    causes.iter().all(|other| *other == name)
                }
                Some(Source::Rule { .. }) | None => true,
            });
        all.extend(events.map(|event| pair(EVENTS, &event.source)));
        let url = function.url_auth.as_deref();
        all.extend(url.map(|auth| match auth {
            "NONE" => pair(PUBLIC, "function URL"),
            auth => pair(auth, "function URL"),
        }));
        let others = function
            .invokers
            .iter()
            .filter(|invoker| !is_listed(invoker, function, surface));
        all.extend(others.map(|invoker| {
            let callers = match (&*invoker.principal, &invoker.source, &invoker.principal_org_id) {
                ("*", None, None) => PUBLIC,
                _ => PRINCIPAL,
            };
            let source = invoker.source.iter().map(|source| format!(" for {source}"));
            (
                callers.to_owned(),
                invoker.principal.clone() + &source.collect::<String>(),
            )
        }));
    }
    all
}

/// Returns `true` if a caller in a function's own policy is a route or an event of it. A source that is unknown before the
/// apply is among the surface's `unknown`.
fn is_listed(invoker: &Invoker, function: &types::Function, surface: &Surface) -> bool {
    let Some(source) = invoker.source.as_deref() else {
        return false;
    };
    let mut events = function.events.iter();
    source == UNKNOWN
        || match invoker.principal.as_str() {
            "apigateway.amazonaws.com" => source.starts_with("${api}"),
            "events.amazonaws.com" => events.any(|event| {
                let rule = bus_and_rule(&event.source);
                rule.is_some_and(|(_, rule)| source.ends_with(&format!("/{rule}")))
            }),
            "s3.amazonaws.com" => {
                let bucket = surface.buckets.iter().find(|bucket| bucket.arn == source);
                bucket.is_some_and(|bucket| events.any(|event| event.source == objects_source(&bucket.name)))
            }
            "sns.amazonaws.com" => events.any(|event| event.source == source),
            _ => false,
        }
}
