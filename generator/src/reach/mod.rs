//! The ways from routes to functions and data: from a route to its function, and from there to functions that it
//! invokes. It invokes them by a call of Lambda, or by a change of data whose events invoke them.
//!
//! A function reaches data by `uses` and by `may`. What code does with its rights is unknown, so a way here is what is
//! possible at most.

pub(crate) mod meaning;
pub(crate) mod reachable_by;
pub(crate) mod review;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::aws::arn_like;

use crate::events::Event;
use crate::functions::Function;
use crate::functions::statement::Statement;
use crate::queues;
use crate::queues::policy::topics_of;
use crate::references::{Reference, Template, Values};
use crate::resources::iam_actions::covers;
use crate::resources::lambda_permission::ACTION as INVOKE;
use crate::routes::{Auth, Route, RoutePath};
use crate::service::{Method, Service};
use crate::uses::{Datum, Kind};

/// A way from a route to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The key of the route: `GET /orders`.
    pub route: String,
    /// The callers that it admits.
    pub auth: Auth,
    /// The functions on the way: first the one that handles the route.
    pub steps: Vec<Step>,
}

/// A function on a way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The data by which the function before invokes it. `None` if a route or that function itself does.
    pub through: Option<Datum>,
    /// The function.
    pub function: String,
}

impl Step {
    fn first(function: &str) -> Self {
        Self {
            through: None,
            function: function.to_owned(),
        }
    }
}

/// Names each function, behind the data by which it is invoked: `` `orders` → `tables.orders` → `stock` ``.
pub(crate) fn chain(steps: &[Step]) -> String {
    let names = steps.iter().flat_map(|Step { through, function }| {
        let through = through.as_ref().map(ToString::to_string);
        through.into_iter().chain([function.clone()])
    });
    let names: Vec<String> = names.map(|name| code(&name)).collect();
    names.join(" → ")
}

/// A function that may invoke another one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Invoker<'a> {
    function: &'a str,
    through: Option<Datum>,
}

/// Every way from a route to a function of a service.
pub(crate) struct Reach<'a> {
    service: &'a Service,
    /// The values of references, by environment.
    values: Vec<Values>,
    /// The functions that may invoke a function, by that function's name.
    invokers: BTreeMap<&'a str, BTreeSet<Invoker<'a>>>,
}

impl<'a> Reach<'a> {
    pub(crate) fn of(service: &'a Service) -> Self {
        let values = service.environments.values();
        let mut reach = Self {
            service,
            values: values
                .map(|environment| Values::of(service, environment))
                .collect(),
            invokers: BTreeMap::new(),
        };
        reach.invokers = reach.all_invokers();
        reach
    }

    fn all_invokers(&self) -> BTreeMap<&'a str, BTreeSet<Invoker<'a>>> {
        let functions = &self.service.functions;
        let mut invokers: BTreeMap<&str, BTreeSet<Invoker>> = BTreeMap::new();
        let mut add = |invoked: &'a str, function: &'a str, through: Option<Datum>| {
            if function != invoked {
                let invokers = invokers.entry(invoked).or_default();
                invokers.insert(Invoker { function, through });
            }
        };
        for (name, function) in functions {
            for resource in resources(&function.may, |action| covers(action, INVOKE)) {
                let invoked = functions.keys().filter(|other| {
                    let arn = Template::of_reference(Reference::FunctionArn(other.to_string()), "");
                    self.is_on(resource, &arn, ':')
                });
                invoked.for_each(|invoked| add(invoked, name, None));
            }
        }
        for (invoked, function) in functions {
            for datum in function.on.iter().filter_map(Event::datum) {
                let sources = self.sources(&datum);
                for (name, other) in functions {
                    let failures = other.on.iter().filter_map(Event::on_failure);
                    let mut failures = failures.chain(&other.on_failure);
                    if sources.iter().any(|source| self.changes(other, source))
                        || failures.any(|destination| *destination == datum)
                    {
                        add(invoked, name, Some(datum.clone()));
                    }
                }
            }
        }
        invokers
    }

    /// The data whose changes become events of other data: itself, a queue whose failed messages it keeps, and topics whose
    /// messages it keeps if SNS can't deliver them.
    fn sources(&self, datum: &Datum) -> Vec<Datum> {
        let queues = self.service.queues.iter().filter(|(name, queue)| {
            datum.kind == Kind::Queues && queue.failed_after.is_some() && queues::failed(name) == datum.name
        });
        let queues = queues.map(|(name, _)| Datum::new(Kind::Queues, name));
        let is_queue = datum.kind == Kind::Queues;
        let topics = is_queue
            .then(|| topics_of(self.service, &datum.name))
            .into_iter()
            .flatten();
        [datum.clone()]
            .into_iter()
            .chain(queues)
            .chain(topics.cloned())
            .collect()
    }

    /// Returns `true` if a function may change data so that events follow.
    fn changes(&self, function: &Function, datum: &Datum) -> bool {
        let verbs = datum.kind.declaration().verbs.iter();
        let mut verbs = verbs.filter(|verb| verb.causes_events);
        let used = function.uses.get(datum);
        verbs.any(|verb| {
            let is_allowed = |action: &str| verb.actions.iter().any(|one| covers(action, one));
            used.is_some_and(|used| used.contains(&verb.name))
                || self
                    .statements_on(function, datum)
                    .any(|statement| statement.actions.iter().any(|action| is_allowed(action)))
        })
    }

    /// Returns `true` if a resource of a statement is an ARN, or a part of it behind a separator, in an environment.
    fn is_on(&self, resource: &Template, arn: &Template, separator: char) -> bool {
        self.values.iter().any(|values| {
            let (pattern, arn) = (resource.text(values), arn.text(values));
            arn_like(&pattern, &arn) || has_parts(&pattern, &format!("{arn}{separator}"))
        })
    }

    /// The ways from routes to a function. There is one for each route, over as few functions as possible.
    pub(crate) fn ways(&self, function: &'a str) -> Vec<Way> {
        // From the end to the beginning: each function stands before the one that it invokes.
        let mut chains = VecDeque::from([(function, vec![Step::first(function)])]);
        let mut seen = BTreeSet::from([function]);
        let mut ways = Vec::new();
        while let Some((first, steps)) = chains.pop_front() {
            let way = |(path, method, route): (&RoutePath, Method, &Route)| Way {
                route: path.key(method),
                auth: route.auth,
                steps: steps.clone(),
            };
            ways.extend(self.service.routes.of_function(first).map(way));
            for Invoker { function, through } in self.invokers.get(first).into_iter().flatten() {
                if seen.insert(function) {
                    let mut steps = steps.clone();
                    steps[0].through.clone_from(through);
                    steps.insert(0, Step::first(function));
                    chains.push_back((function, steps));
                }
            }
        }
        ways
    }

    /// The ways from public routes to a function.
    pub(crate) fn public_ways(&self, function: &'a str) -> Vec<Way> {
        let mut ways = self.ways(function);
        ways.retain(|way| way.auth == Auth::None);
        ways
    }

    /// The functions that reach data, each with the verbs and actions that it may use.
    pub(crate) fn functions_on(&self, datum: &Datum) -> Vec<(&'a str, Vec<String>)> {
        let functions = self.service.functions.iter();
        let does = functions.map(|(name, function)| (name.as_str(), self.does(function, datum)));
        does.filter(|(_, does)| !does.is_empty()).collect()
    }

    fn does(&self, function: &Function, datum: &Datum) -> Vec<String> {
        let verbs = function.uses.get(datum).into_iter().flatten();
        let mut does: Vec<String> = verbs.map(ToString::to_string).collect();
        for statement in self.statements_on(function, datum) {
            let actions = statement.actions.iter();
            does.extend(actions.filter(|action| is_of(datum, action)).cloned());
        }
        does
    }

    /// The statements of `may` that allow an action of the data's service on it.
    fn statements_on(&self, function: &'a Function, datum: &Datum) -> impl Iterator<Item = &'a Statement> {
        let arn = Template::arn_of(datum);
        function.may.iter().filter(move |statement| {
            let mut resources = resources(std::slice::from_ref(statement), |action| is_of(datum, action));
            resources.any(|one| self.is_on(one, &arn, '/'))
        })
    }
}

/// Returns `true` if an action is one of the data's service.
fn is_of(datum: &Datum, action: &str) -> bool {
    let [service, _] = datum.kind.declaration().arn;
    let (of, _) = action.split_once(':').unwrap_or((action, ""));
    of == service || of == "*"
}

/// Returns `true` if a text with this beginning matches the pattern.
fn has_parts(pattern: &str, beginning: &str) -> bool {
    let mut ends = (1..=pattern.len()).filter(|end| pattern.is_char_boundary(*end));
    ends.any(|end| arn_like(&pattern[..end], beginning))
}

/// The resources of statements that have such an action.
fn resources(statements: &[Statement], is: impl Fn(&str) -> bool) -> impl Iterator<Item = &Template> {
    let with_action = statements
        .iter()
        .filter(move |statement| statement.actions.iter().any(|action| is(action)));
    with_action.flat_map(|statement| &statement.resources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_parts_of_what_it_begins_with() {
        let bucket = "arn:aws:s3:::shop-dev-uploads/";
        for pattern in [
            "arn:aws:s3:::shop-dev-uploads/*",
            "arn:aws:s3:::shop-*/new/*",
            "*",
            "arn:aws:s3:::shop*",
        ] {
            assert!(has_parts(pattern, bucket), "{pattern}");
        }
        for pattern in [
            "arn:aws:s3:::shop-dev-uploads",
            "arn:aws:s3:::shop-dev-uploads-old/*",
        ] {
            assert!(!has_parts(pattern, bucket), "{pattern}");
        }
    }
}
