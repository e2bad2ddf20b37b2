//! The ways from routes to functions and data: from a route to its function, and from there to functions that it
//! invokes.
//!
//! A function reaches data by `uses` and by `may`. What code does with its rights is unknown, so a way here is what is
//! possible at most.

pub(crate) mod meaning;
pub(crate) mod reachable_by;
pub(crate) mod review;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use portcullis_terraform_json::aws::arn_like;

use crate::functions::Function;
use crate::functions::statement::Statement;
use crate::references::{Reference, Template, Values};
use crate::resources::iam_actions::covers;
use crate::resources::lambda_permission::ACTION as INVOKE;
use crate::routes::{Auth, Route, RoutePath};
use crate::service::{Method, Service};
use crate::uses::{Attribute, Datum};

/// A way from a route to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The key of the route: `GET /orders`.
    pub route: String,
    /// The callers that it admits.
    pub auth: Auth,
    /// The functions on the way: first the one that handles the route.
    pub functions: Vec<String>,
}

/// Every way from a route to a function of a service.
pub(crate) struct Reach<'a> {
    service: &'a Service,
    /// The values of references, by environment.
    values: Vec<Values>,
    /// The functions that may invoke a function, by that function's name.
    invokers: BTreeMap<&'a str, BTreeSet<&'a str>>,
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

    fn all_invokers(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let functions = &self.service.functions;
        let mut invokers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, function) in functions {
            for resource in resources(&function.may, |action| covers(action, INVOKE)) {
                let invoked = functions.keys().filter(|other| {
                    let arn = Template::of_reference(Reference::FunctionArn(other.to_string()), "");
                    self.is_on(resource, &arn, ':')
                });
                for other in invoked.filter(|other| *other != name) {
                    invokers.entry(other).or_default().insert(name);
                }
            }
        }
        invokers
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
        let mut chains: VecDeque<Vec<&str>> = VecDeque::from([vec![function]]);
        let mut seen = BTreeSet::from([function]);
        let mut ways = Vec::new();
        while let Some(chain) = chains.pop_front() {
            let first = chain[0];
            let way = |(path, method, route): (&RoutePath, Method, &Route)| Way {
                route: path.key(method),
                auth: route.auth,
                functions: chain.iter().map(ToString::to_string).collect(),
            };
            ways.extend(self.service.routes.of_function(first).map(way));
            for invoker in self.invokers.get(first).into_iter().flatten() {
                if seen.insert(invoker) {
                    chains.push_back([&[*invoker][..], &chain].concat());
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
        let [service, _] = datum.kind.declaration().arn;
        let arn = Template::of_reference(Reference::Datum(datum.clone(), Attribute::Arn), "");
        let is_of_service = |action: &str| {
            let (of, _) = action.split_once(':').unwrap_or((action, ""));
            of == service || of == "*"
        };
        for statement in &function.may {
            if resources(std::slice::from_ref(statement), is_of_service).any(|one| self.is_on(one, &arn, '/'))
            {
                does.extend(
                    statement
                        .actions
                        .iter()
                        .filter(|action| is_of_service(action))
                        .cloned(),
                );
            }
        }
        does
    }
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
