//! Routes by their keys, and requests whose callers change even if no key does.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::without_spec::fact::PlanFact;
use crate::review::without_spec::guard::{Guard, Handler, Relation};
use crate::routes::shifted_requests::{Entry, Routing, Shift, shifts};
use crate::routes::{Method, RoutePath};
use crate::surface::{Route, Surface};

/// Adds the name of an API to the names of its routes, if a plan has several APIs.
pub(super) struct Named<'a>(pub(super) Option<&'a str>);

impl Named<'_> {
    pub(super) fn route(&self, route: &str) -> String {
        match self.0 {
            Some(api) => format!("{api}: {route}"),
            None => route.to_owned(),
        }
    }
}

/// A route as the comparison needs it.
struct Known {
    guard: Guard,
    handler: Handler,
}

/// A route with a path that can be read.
struct Placed {
    path: RoutePath,
    method: Method,
    known: Known,
}

/// The routes of one side.
struct Side {
    routes: Vec<Placed>,
    /// Paths with a method `OPTIONS` of their own, which `ANY` then doesn't handle.
    options: Vec<String>,
    /// Methods that are compared by their keys alone: `OPTIONS`, and paths that can't be read.
    others: BTreeMap<String, Known>,
}

impl Side {
    fn of(surface: Option<&Surface>) -> Self {
        let mut side = Self {
            routes: Vec::new(),
            options: Vec::new(),
            others: BTreeMap::new(),
        };
        for route in surface.into_iter().flat_map(|surface| &surface.routes) {
            // Other facts are about routes without a path.
            if route.path == "?" || route.method == "?" {
                continue;
            }
            let known = Known {
                guard: Guard::of(route),
                handler: Handler::of(route),
            };
            match (RoutePath::parse(&route.path), Method::parse(&route.method)) {
                (Ok(path), Some(method)) => side.routes.push(Placed { path, method, known }),
                _ => {
                    if route.method == "OPTIONS" {
                        side.options.push(route.path.clone());
                    }
                    if !is_preflight(route) {
                        side.others
                            .insert(format!("{} {}", route.method, route.path), known);
                    }
                }
            }
        }
        side
    }

    fn routing(&self) -> Routing<'_, Known> {
        let methods = self.routes.iter().map(|placed| {
            let entry = Entry {
                path: &placed.path,
                method: placed.method,
                route: &placed.known,
            };
            (placed.path.to_string(), placed.method.as_str(), Some(entry))
        });
        let options = self.options.iter().map(|path| (path.clone(), "OPTIONS", None));
        Routing::of_methods(methods.chain(options))
    }

    fn by_key(&self) -> BTreeMap<(String, Method), &Placed> {
        let routes = self.routes.iter();
        routes
            .map(|placed| ((placed.path.anonymous(), placed.method), placed))
            .collect()
    }
}

/// Returns whether a method only answers preflights.
fn is_preflight(route: &Route) -> bool {
    route.method == "OPTIONS" && route.function.is_none() && route.integration == "MOCK"
}

/// Returns the facts about the routes of an API. `before` is none for a new one.
pub(super) fn facts(before: Option<&Surface>, after: &Surface, named: &Named<'_>) -> Vec<PlanFact> {
    let [base, head] = [before, Some(after)].map(Side::of);
    let shifts = shifts(&base.routing(), &head.routing())
        .into_iter()
        .map(Requests::of)
        .collect::<Vec<_>>();
    let mut facts = Vec::new();
    let (old, new) = (base.by_key(), head.by_key());
    for (key, placed) in &new {
        let Placed { path, method, known } = placed;
        let route = path.key(*method);
        match old.get(key) {
            None if known.guard.is_uncertain() => {}
            None => facts.push(added(named, &route, known)),
            Some(former) => facts.extend(handled(named, &route, &former.known, known)),
        }
    }
    for (key, placed) in &old {
        if !new.contains_key(key) {
            let route = placed.path.key(placed.method);
            let heirs = shifts.iter().filter(|shift| shift.from.as_ref() == Some(&route));
            let heirs: BTreeSet<String> = heirs.filter_map(|shift| shift.to.clone()).collect();
            facts.push(PlanFact::RouteRemoved {
                route: named.route(&route),
                guard: placed.known.guard.clone(),
                heirs: heirs.into_iter().collect(),
            });
        }
    }
    facts.extend(moved(&shifts, named));
    facts.extend(by_key_alone(&base.others, &head.others, named));
    facts
}

fn added(named: &Named<'_>, route: &str, known: &Known) -> PlanFact {
    PlanFact::RouteAdded {
        route: named.route(route),
        guard: known.guard.clone(),
        handler: Some(known.handler.clone()),
    }
}

fn handled(named: &Named<'_>, route: &str, before: &Known, after: &Known) -> Option<PlanFact> {
    let (before, after) = (&before.handler, &after.handler);
    let is_another = before != after && !after.is_uncertain();
    is_another.then(|| PlanFact::RouteHandler {
        route: named.route(route),
        before: before.clone(),
        after: after.clone(),
    })
}

/// Requests that a route of before and one of after handle.
struct Requests {
    requests: String,
    from: Option<String>,
    to: Option<String>,
    guards: Option<[Guard; 2]>,
    handler: Option<Handler>,
}

impl Requests {
    fn of(shift: Shift<'_, Known>) -> Self {
        let guards = shift.before.zip(shift.after);
        Self {
            requests: shift.requests(),
            from: shift.before.map(|entry| entry.key()),
            to: shift.after.map(|entry| entry.key()),
            guards: guards.map(|(before, after)| [&before, &after].map(|entry| entry.route.guard.clone())),
            handler: shift.after.map(|entry| entry.route.handler.clone()),
        }
    }
}

/// The requests that have other callers, each once.
fn moved(shifts: &[Requests], named: &Named<'_>) -> Vec<PlanFact> {
    let mut facts = BTreeMap::new();
    for shift in shifts {
        let (Some([before, after]), Some(from), Some(to)) = (&shift.guards, &shift.from, &shift.to) else {
            continue;
        };
        let relation = Guard::relation(before, after);
        if relation == Relation::Same {
            continue;
        }
        let key = (relation as u8, shift.requests.clone());
        facts.entry(key).or_insert_with(|| PlanFact::Requests {
            requests: named.route(&shift.requests),
            from: Some(from.clone()).filter(|from| *from != shift.requests && from != to),
            to: Some(to.clone()).filter(|to| *to != shift.requests),
            before: before.clone(),
            after: after.clone(),
            handler: shift.handler.clone(),
            relation,
        });
    }
    facts.into_values().collect()
}

/// Methods that are compared by their keys alone.
fn by_key_alone(
    before: &BTreeMap<String, Known>,
    after: &BTreeMap<String, Known>,
    named: &Named<'_>,
) -> Vec<PlanFact> {
    let mut facts = Vec::new();
    for (route, known) in after {
        let Some(former) = before.get(route) else {
            if !known.guard.is_uncertain() {
                facts.push(added(named, route, known));
            }
            continue;
        };
        facts.extend(handled(named, route, former, known));
        let relation = Guard::relation(&former.guard, &known.guard);
        if relation != Relation::Same {
            facts.push(PlanFact::Requests {
                requests: named.route(route),
                from: None,
                to: None,
                before: former.guard.clone(),
                after: known.guard.clone(),
                handler: Some(known.handler.clone()),
                relation,
            });
        }
    }
    let gone = before.iter().filter(|(route, _)| !after.contains_key(*route));
    facts.extend(gone.map(|(route, known)| PlanFact::RouteRemoved {
        route: named.route(route),
        guard: known.guard.clone(),
        heirs: Vec::new(),
    }));
    facts
}
