//! The ways from routes to functions and data: from a route to its function, and from there to functions that it
//! invokes. It invokes them by a call of Lambda, by a change of data whose events invoke them, or by events of EventBridge.
//!
//! A function reaches data by `uses` and by `may`. What code does with its rights is unknown, so a way here is what is
//! possible at most.

pub(crate) mod meaning;
mod model;
pub(crate) mod reachable_by;
pub(crate) mod review;
mod right;
pub(crate) mod surface;
#[cfg(test)]
mod tests;
mod way;

use crate::events::Event;
use crate::events::names::bus_arn;
use crate::functions::Function;
use crate::functions::role_of;
use crate::queues::{self, with_failed};
use crate::reach::model::{Data, Invokers, Model, Source};
use crate::reach::right::{Right, is_of};
use crate::references::{Reference, Template, Values};
use crate::routes::Auth;
use crate::service::{Environment, Service};
use crate::surface::names::Names;
use crate::uses::{self, Datum, Kind};
pub(crate) use way::chain;
pub use way::{Step, Way};

/// Every way from a route to a function of a service.
pub(crate) struct Reach<'a> {
    service: &'a Service,
    /// The service in each environment.
    models: Vec<Model>,
    invokers: Invokers,
}

impl<'a> Reach<'a> {
    pub(crate) fn of(service: &'a Service) -> Self {
        let environments = service.environments.values();
        let models: Vec<Model> = environments
            .map(|environment| model(service, environment))
            .collect();
        Self {
            service,
            invokers: Invokers::of(&models),
            models,
        }
    }

    /// The ways from routes and authorizers to a function. There is one for each, over as few functions as possible.
    pub(crate) fn ways(&self, function: &str) -> Vec<Way> {
        let ways = self.invokers.ways_to(function).into_iter();
        ways.flat_map(|steps| {
            let first = steps.first().map_or("", |step| &step.function);
            let routes = self.service.routes.of_function(first);
            let routes = routes.map(|(path, method, route)| (path.key(method), route.auth.clone()));
            // The function of an authorizer runs before it is known who calls.
            let authorizers = self.service.authorizers.iter();
            let authorizers = authorizers.filter(|(_, authorizer)| authorizer.function == *first);
            let authorizers =
                authorizers.map(|(name, _)| (Auth::Authorizer(name.clone()).to_string(), Auth::None));
            let routes: Vec<_> = routes.chain(authorizers).collect();
            routes.into_iter().map(move |(route, auth)| Way {
                route,
                auth,
                steps: steps.clone(),
            })
        })
        .collect()
    }

    /// The ways from public routes to a function.
    pub(crate) fn public_ways(&self, function: &str) -> Vec<Way> {
        let mut ways = self.ways(function);
        ways.retain(|way| way.auth == Auth::None);
        ways
    }

    /// The functions that reach data, each with the verbs and actions that it may use.
    pub(crate) fn functions_on(&self, datum: &Datum) -> Vec<(&'a str, Vec<String>)> {
        let functions = self.service.functions.keys();
        let does = functions.map(|name| (name.as_str(), self.does(name, datum)));
        does.filter(|(_, does)| !does.is_empty()).collect()
    }

    fn does(&self, function: &str, datum: &Datum) -> Vec<String> {
        // What is unknown counts as allowed.
        if let Some(role) = &self.service.functions[function].role {
            return vec![role_of::phrase(role)];
        }
        let [service, _] = datum.kind.declaration().arn;
        let mut all: Vec<String> = Vec::new();
        for model in &self.models {
            let data = model.data.iter().find(|data| data.datum == *datum);
            let rights = model.functions.get(function).map(|function| &function.rights);
            let Some((data, rights)) = data.zip(rights) else {
                continue;
            };
            for right in rights.iter().filter(|right| right.is_on(&data.arn, '/')) {
                let verbs = right.verbs.iter().map(ToString::to_string);
                let actions = right.actions.iter().filter(|action| is_of(service, action));
                let actions = actions.filter(|_| right.verbs.is_empty());
                for does in verbs.chain(actions.cloned()) {
                    if !all.contains(&does) {
                        all.push(does);
                    }
                }
            }
        }
        all
    }
}

/// A service in an environment.
fn model(service: &Service, environment: &Environment) -> Model {
    let values = Values::of(service, environment);
    let names = Names::of_environment(environment, &values);
    let text = |template: &Template| names.without(&template.text(&values));
    let arn = |datum: &Datum| text(&Template::arn_of(datum));
    let functions = service.functions.iter();
    let functions = functions.map(|(name, own)| {
        let function = model::Function {
            arn: text(&Template::of_reference(Reference::FunctionArn(name.clone()), "")),
            rights: rights(own, text),
            sources: own.on.iter().filter_map(|event| source(event, text)).collect(),
            failures: own
                .on
                .iter()
                .filter_map(Event::on_failure)
                .chain(&own.on_failure)
                .map(arn)
                .collect(),
        };
        (name.clone(), function)
    });
    let data = data(service);
    let data = data.into_iter().map(|datum| Data {
        arn: arn(&datum),
        failed_messages: failed_messages(service, &datum).map(|failed| arn(&failed)),
        datum,
    });
    Model {
        functions: functions.collect(),
        data: data.collect(),
    }
}

/// All data of a service.
fn data(service: &Service) -> Vec<Datum> {
    let tables = service.tables.keys().map(|name| Datum::new(Kind::Tables, name));
    let buckets = service.buckets.keys().map(|name| Datum::new(Kind::Buckets, name));
    let queues = with_failed(&service.queues);
    let queues = queues
        .iter()
        .map(|(name, queue)| Datum::new(Kind::Queues, name).with_suffix(queue.suffix()));
    let topics = service.topics.iter();
    let topics = topics.map(|(name, topic)| Datum::new(Kind::Topics, name).with_suffix(topic.suffix()));
    tables.chain(buckets).chain(queues).chain(topics).collect()
}

/// The queue to which failed messages of a queue move.
pub(crate) fn failed_messages(service: &Service, datum: &Datum) -> Option<Datum> {
    let queue = service
        .queues
        .get(&datum.name)
        .filter(|queue| datum.kind == Kind::Queues && queue.failed_after.is_some())?;
    Some(Datum::new(Kind::Queues, &queues::failed(&datum.name)).with_suffix(queue.suffix()))
}

/// Returns what a function may do by `uses` and `may`.
fn rights(function: &Function, text: impl Fn(&Template) -> String) -> Vec<Right> {
    let uses = function.uses.iter().map(|(datum, verbs)| Right {
        verbs: verbs.clone(),
        actions: uses::actions(datum.kind, verbs)
            .into_iter()
            .map(Into::into)
            .collect(),
        resources: vec![text(&Template::arn_of(datum))],
        ..Right::default()
    });
    let may = function.may.iter().map(|statement| Right {
        actions: statement.actions.clone(),
        resources: statement.resources.iter().map(&text).collect(),
        ..Right::default()
    });
    uses.chain(may).collect()
}

/// The source of an event, if functions may cause it.
fn source(event: &Event, text: impl Fn(&Template) -> String) -> Option<Source> {
    match event {
        Event::Schedule(_) => None,
        Event::Rule(rule) => Some(Source::Rule {
            bus: rule.bus.clone(),
            arn: text(&bus_arn(&rule.bus)),
            patterns: vec![rule.event.clone()],
        }),
        Event::Topic(topic) => Some(Source::Data {
            datum: topic.topic.clone(),
            undelivered: topic.on_failure.as_ref().map(|to| text(&Template::arn_of(to))),
        }),
        Event::Stream(_) | Event::Queue(_) | Event::Objects(_) => event.datum().map(|datum| Source::Data {
            datum,
            undelivered: None,
        }),
    }
}
