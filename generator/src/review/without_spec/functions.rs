//! Functions: who runs them, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::ChangeKind;
use crate::review::without_spec::fact::PlanFact;
use crate::review::without_spec::guard::Guard;
use crate::review::without_spec::rights::{beyond, is_usual_policy};
use crate::review::without_spec::sides::Side;
use crate::surface::types::Event;
use crate::surface::{Function, Invoker, Question, UNKNOWN};

/// Public routes by function.
type PublicRoutes = BTreeMap<String, BTreeSet<String>>;

/// Returns the public routes of each function. `name` adds the name of an API, which is given by its address.
fn public_routes(side: &Side, name: &dyn Fn(&str, &str) -> String) -> PublicRoutes {
    let mut routes = PublicRoutes::new();
    for (address, surface) in side.surfaces() {
        for route in &surface.routes {
            let function = route.function.as_ref().filter(|_| Guard::of(route).is_public());
            if let Some(function) = function {
                let route = name(address, &format!("{} {}", route.method, route.path));
                routes.entry(function.clone()).or_default().insert(route);
            }
        }
    }
    routes
}

/// Returns the facts about functions. Every surface of a side has the same functions.
pub(super) fn facts(before: &Side, after: &Side, name: &dyn Fn(&str, &str) -> String) -> Vec<PlanFact> {
    // ARNs are named from the point of view of an API, so both sides take the same one.
    let shared = after.surfaces().find_map(|(address, surface)| {
        let api = before.apis.get(address)?;
        Some((api.surface.as_ref().ok()?, surface))
    });
    let [old, new] = match shared {
        Some((old, new)) => [Some(old), Some(new)],
        None => [before, after].map(|side| side.surfaces().map(|(_, surface)| surface).next()),
    };
    let [old, new] = [old, new].map(|surface| surface.map_or(&[][..], |surface| &surface.functions));
    let (was_public, public) = (public_routes(before, name), public_routes(after, name));
    let apis: BTreeSet<&str> = [before, after]
        .into_iter()
        .flat_map(|side| side.apis.values().map(|api| api.id.as_str()))
        .filter(|id| !id.is_empty())
        .collect();
    let mut facts = Vec::new();
    for function in new {
        let former = old.iter().find(|other| other.name == function.name);
        let routes = public.get(&function.name).cloned().unwrap_or_default();
        let has_open_rights = after.surfaces().any(|(_, surface)| {
            let mut unknown = surface.unknown.iter();
            unknown.any(|one| one.question == Question::Rights && one.of.contains(&function.name))
        });
        let reading = Reading {
            has_open_rights,
            function: &function.name,
            routes: &routes,
            apis: &apis,
        };
        reading.compare(former, function, &mut facts);
        let was_closed = was_public.get(&function.name).is_none_or(BTreeSet::is_empty);
        if former.is_some() && was_closed {
            facts.extend(reading.opened(before, name));
        }
    }
    let gone = old
        .iter()
        .filter(|one| new.iter().all(|other| other.name != one.name));
    facts.extend(gone.map(|function| PlanFact::FunctionRemoved {
        function: function.name.clone(),
    }));
    facts
}

struct Reading<'a> {
    /// True if a plan leaves open what it may do, which a fact of its own says.
    has_open_rights: bool,
    function: &'a str,
    /// The public routes that lead to it.
    routes: &'a BTreeSet<String>,
    /// The ids of the REST APIs of the project.
    apis: &'a BTreeSet<&'a str>,
}

impl Reading<'_> {
    /// A function that no public route led to is public through routes that did not lead to it before. The others are
    /// facts of their requests.
    fn opened(&self, before: &Side, name: &dyn Fn(&str, &str) -> String) -> Option<PlanFact> {
        let led_here = |route: &String| {
            before.surfaces().any(|(address, surface)| {
                let mut routes = surface.routes.iter();
                routes.any(|other| {
                    let key = name(address, &format!("{} {}", other.method, other.path));
                    other.function.as_deref() == Some(self.function) && key == *route
                })
            })
        };
        let routes: Vec<String> = self
            .routes
            .iter()
            .filter(|route| !led_here(route))
            .cloned()
            .collect();
        (!routes.is_empty()).then(|| PlanFact::FunctionOpened {
            function: self.function.to_owned(),
            routes,
        })
    }

    fn compare(&self, before: Option<&Function>, after: &Function, facts: &mut Vec<PlanFact>) {
        let nothing = nothing();
        if before.is_none() {
            facts.push(PlanFact::FunctionAdded {
                function: self.function.to_owned(),
            });
        }
        let before = before.unwrap_or(&nothing);
        let Function {
            name: _,        // the same
            arn: _,         // made of the name
            code: _,        // decides nothing about callers and rights
            handler: _,     // the same
            runtime: _,     // the same
            environment: _, // texts that a function reads
            layers: _,      // code that runs with the function's
            // Its role decides about AWS, and a network only about other hosts.
            subnets: _,
            security_groups: _,
            failure_destinations: _, // the role must allow them
            assumed_by,
            role,
            permissions_boundary,
            statements,
            managed_policies,
            invokers,
            events,
            url_auth,
        } = after;
        let function = || self.function.to_owned();
        let gained = beyond(statements, &before.statements);
        if !gained.is_empty() {
            facts.push(PlanFact::MayMore {
                function: function(),
                gained,
                public: self.routes.iter().cloned().collect(),
            });
        }
        let lost = beyond(&before.statements, statements);
        if !lost.is_empty() && !self.has_open_rights {
            facts.push(PlanFact::MayLess {
                function: function(),
                lost,
            });
        }
        let new = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|item| !other.contains(item)).cloned().collect()
        };
        let policies = new(managed_policies, &before.managed_policies);
        let policies = policies
            .into_iter()
            .filter(|arn| !is_usual_policy(&with_partition(arn)));
        let role = role.clone().filter(|role| before.role.as_ref() != Some(role));
        facts.extend(policies.chain(role).map(|arn| PlanFact::RightsUnknown {
            function: function(),
            arn,
        }));
        if before.permissions_boundary != *permissions_boundary && before.name == *self.function {
            facts.push(PlanFact::Boundary {
                function: function(),
                before: before.permissions_boundary.clone(),
                after: permissions_boundary.clone(),
            });
        }
        let mut principals = new(assumed_by, &before.assumed_by);
        principals.retain(|principal| principal != "Service:lambda.amazonaws.com");
        if !principals.is_empty() {
            facts.push(PlanFact::AssumedBy {
                function: function(),
                principals,
            });
        }
        let added = invokers.iter().filter(|one| !before.invokers.contains(one));
        facts.extend(
            added
                .filter(|one| !self.is_own(one))
                .map(|invoker| PlanFact::Invoker {
                    function: function(),
                    invoker: invoker.clone(),
                }),
        );
        self.events(&before.events, events, facts);
        let auth = url_auth
            .clone()
            .filter(|auth| before.url_auth.as_ref() != Some(auth));
        facts.extend(auth.map(|auth| PlanFact::FunctionUrl {
            function: function(),
            auth,
        }));
    }

    /// Returns whether a permission only lets what is a fact of its own invoke the function: API Gateway for an API of
    /// this project, and events from a source. What a plan leaves open is among the surface's unknown values.
    fn is_own(&self, invoker: &Invoker) -> bool {
        let Some(source) = invoker.source.as_deref() else {
            return false;
        };
        let is_api = invoker.principal == "apigateway.amazonaws.com"
            && (source.starts_with("${api}")
                || source.contains(":execute-api:") && self.apis.iter().any(|id| source.contains(id)));
        let is_event = invoker.principal.ends_with(".amazonaws.com")
            && invoker.principal != "apigateway.amazonaws.com"
            && source.starts_with("arn:");
        is_api || is_event || source == UNKNOWN
    }

    fn events(&self, before: &[Event], after: &[Event], facts: &mut Vec<PlanFact>) {
        let push = |facts: &mut Vec<PlanFact>, event: &Event, kind| {
            facts.push(PlanFact::Event {
                function: self.function.to_owned(),
                source: event.source.clone(),
                kind,
            });
        };
        let find = |events: &[Event], event: &Event| {
            let mut events = events.iter();
            events
                .find(|other| (&other.source, &other.qualifier) == (&event.source, &event.qualifier))
                .cloned()
        };
        for event in after {
            match find(before, event) {
                None => push(facts, event, ChangeKind::EventAdded),
                Some(former) if former == *event => {}
                // Which patterns take more events, is not compared.
                Some(former) if former.patterns != event.patterns => {
                    push(facts, event, ChangeKind::EventWidened);
                }
                Some(_) => push(facts, event, ChangeKind::EventChanged),
            }
        }
        for event in before.iter().filter(|event| find(after, event).is_none()) {
            push(facts, event, ChangeKind::EventRemoved);
        }
    }
}

/// An ARN with a partition, which surfaces leave out.
fn with_partition(arn: &str) -> String {
    arn.replace("${partition}", "aws")
}

/// A function that does not exist yet.
fn nothing() -> Function {
    Function {
        name: String::new(),
        arn: String::new(),
        code: String::new(),
        handler: String::new(),
        runtime: String::new(),
        subnets: Vec::new(),
        security_groups: Vec::new(),
        layers: Vec::new(),
        environment: BTreeMap::new(),
        assumed_by: Vec::new(),
        role: None,
        permissions_boundary: None,
        statements: Vec::new(),
        managed_policies: Vec::new(),
        invokers: Vec::new(),
        events: Vec::new(),
        failure_destinations: Vec::new(),
        url_auth: None,
    }
}
