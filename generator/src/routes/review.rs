//! Routes: by their keys, which are new, gone and changed; by requests, which are open now, and which are not any more.

use std::collections::{BTreeMap, BTreeSet};

use crate::lambda_authorizers::review as lambda_authorizers;
use crate::review::comparison::{Comparison, callers};
use crate::review::pairs::RouteName;
use crate::review::{ChangeKind, Fact, Shifted};
use crate::routes::shifted_requests::{Entry, Shift};
use crate::routes::{Auth, Route, Segment};
use crate::service::Service;

pub(crate) fn facts(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = new(comparison).collect();
    facts.extend(gone(comparison, shifts));
    facts.extend(answered_by_another(comparison));
    facts.extend(parameters(comparison));
    facts.extend(opened(comparison, shifts));
    facts.extend(guarded(comparison, shifts));
    facts.extend(asked_otherwise(comparison, shifts));
    facts.extend(of_no_request(comparison, shifts));
    facts.extend(scopes(comparison, shifts));
    facts.extend(api_keys(comparison, shifts));
    facts
}

/// A route that a comparison names.
fn of<'a>(service: &'a Service, (path, method): &RouteName) -> &'a Route {
    service
        .routes
        .get(path, *method)
        .expect("a comparison names routes of its services")
}

fn new(comparison: &Comparison) -> impl Iterator<Item = Fact> {
    comparison.routes.new.iter().map(|name| {
        let route = of(comparison.head, name);
        Fact::RouteAdded {
            route: name.0.key(name.1),
            function: route.function.clone(),
            callers: callers(comparison.head, &route.auth),
        }
    })
}

/// The requests of a removed route go to other routes now, or to none.
fn gone(comparison: &Comparison, shifts: &[Shift]) -> impl Iterator<Item = Fact> {
    comparison.routes.gone.iter().map(|name| {
        let is_of = |before: Entry| (before.path, before.method) == (&name.0, name.1);
        let heirs = shifts.iter().filter(|shift| shift.before.is_some_and(is_of));
        Fact::RouteRemoved {
            route: name.0.key(name.1),
            callers: callers(comparison.base, &of(comparison.base, name).auth),
            heirs: heirs.filter_map(|shift| Some(shift.after?.key())).collect(),
        }
    })
}

fn answered_by_another(comparison: &Comparison) -> impl Iterator<Item = Fact> {
    comparison.routes.kept.iter().filter_map(|(base, head)| {
        let before = &of(comparison.base, base).function;
        let after = &of(comparison.head, head).function;
        let is_another = comparison.functions.kept.get(before) != Some(after);
        is_another.then(|| Fact::RouteFunctionChanged {
            route: head.0.key(head.1),
            before: before.clone(),
            after: after.clone(),
        })
    })
}

fn parameters(comparison: &Comparison) -> Vec<Fact> {
    let mut readers: BTreeMap<String, (&Segment, &Segment, Vec<String>)> = BTreeMap::new();
    for (base, head) in comparison.routes.renamed() {
        let paths = base
            .0
            .resources()
            .zip(base.0.segments().iter().zip(head.0.segments()));
        for (path, (before, after)) in paths.filter(|(_, (before, after))| before != after) {
            let function = &of(comparison.head, head).function;
            let (.., functions) = readers
                .entry(path.to_string())
                .or_insert((before, after, Vec::new()));
            if !functions.contains(function) {
                functions.push(function.clone());
            }
        }
    }
    let facts = readers
        .into_iter()
        .map(|(path, (before, after, functions))| Fact::RouteParameterRenamed {
            path,
            before: before.to_string(),
            after: after.to_string(),
            functions,
        });
    facts.collect()
}

/// Requests that required a sign-in or an authorizer are public.
fn opened(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    each(
        shifts,
        |before, after| *before != Auth::None && *after == Auth::None,
        |shift, before, after, requests| {
            let is_guarded = |entry: Option<Entry>| entry.is_some_and(|entry| entry.route.auth != Auth::None);
            let kept: BTreeSet<String> = shifts
                .iter()
                .filter(|other| is_guarded(other.before) && is_guarded(other.after) && shift.holds(other))
                .map(Shift::requests)
                .collect();
            Fact::RouteOpened(Shifted {
                kept: kept.into_iter().collect(),
                ..shifted(comparison, before, after, requests)
            })
        },
    )
}

/// Public requests require a sign-in or an authorizer.
fn guarded(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    each(
        shifts,
        |before, after| *before == Auth::None && *after != Auth::None,
        |_, before, after, requests| Fact::RouteGuarded(shifted(comparison, before, after, requests)),
    )
}

/// Another authorizer decides about requests, or the user pool instead of one.
fn asked_otherwise(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    each(
        shifts,
        |before, after| {
            let are_guarded = [before, after].iter().all(|auth| **auth != Auth::None);
            are_guarded && !admit_the_same(comparison, before, after)
        },
        |_, before, after, requests| {
            Fact::RouteAuthorizerChanged(shifted(comparison, before, after, requests))
        },
    )
}

/// Returns whether the same callers get in, as far as it is known without the functions of authorizers.
fn admit_the_same(comparison: &Comparison, before: &Auth, after: &Auth) -> bool {
    match (before, after) {
        (Auth::Authorizer(before), Auth::Authorizer(after)) => {
            let (old, new) = (&comparison.base.authorizers, &comparison.head.authorizers);
            // Changes of one authorizer are facts of it.
            before == after || lambda_authorizers::are_alike(comparison, &old[before], &new[after])
        }
        (before, after) => before == after,
    }
}

fn shifted(comparison: &Comparison, before: Entry, after: Entry, requests: String) -> Shifted {
    let is_another = !is_same(comparison, before, after) && before.key() != requests;
    Shifted {
        from: is_another.then(|| before.key()),
        to: after.key(),
        function: after.route.function.clone(),
        before: callers(comparison.base, &before.route.auth),
        after: callers(comparison.head, &after.route.auth),
        kept: Vec::new(),
        requests,
    }
}

/// Routes with other callers that handle no request, before or after, because other routes take precedence.
fn of_no_request(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let reported: BTreeSet<String> = shifts
        .iter()
        .filter_map(|shift| shift.before.zip(shift.after))
        .filter(|(before, after)| is_same(comparison, *before, *after))
        .map(|(_, after)| after.key())
        .collect();
    let mut facts = Vec::new();
    for (base, head) in &comparison.routes.kept {
        let (before, after) = (of(comparison.base, base), of(comparison.head, head));
        let key = head.0.key(head.1);
        let is_reported = reported.contains(&key) && !admit_the_same(comparison, &before.auth, &after.auth);
        if before.auth != after.auth && !is_reported {
            facts.extend(comparison.setting(
                &["routes", &key, "auth"],
                Some(&before.auth),
                Some(&after.auth),
            ));
        }
    }
    facts
}

/// Requests that need a token before and after, and other scopes of it.
fn scopes(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let mut wider = BTreeMap::new();
    let mut reported = BTreeSet::new();
    for shift in shifts {
        let (Some(before), Some(after)) = (shift.before, shift.after) else {
            continue;
        };
        let need_tokens = [before, after]
            .iter()
            .all(|entry| entry.route.auth == Auth::UserPool);
        if !need_tokens || !after.route.has_wider_scopes_than(before.route) {
            continue;
        }
        let is_one = is_same(comparison, before, after);
        if is_one {
            reported.insert(after.key());
        }
        let so = match is_one {
            true => "other tokens are accepted than before",
            false => "its requests went to a route that needs one of the former scopes",
        };
        let requests = shift.requests();
        let json = |route| written(route).map(|scopes| serde_json::json!(scopes));
        wider.entry(requests.clone()).or_insert_with(|| Fact::Setting {
            path: ["routes", &requests, "scopes"].map(String::from).to_vec(),
            before: json(before.route),
            after: json(after.route),
            of: requests,
            is_secret: false,
            meaning: Some((ChangeKind::RouteScopesWider, so)),
            signs_in: true,
        });
    }
    let mut facts: Vec<Fact> = wider.into_values().collect();
    for (base, head) in &comparison.routes.kept {
        let (before, after) = (of(comparison.base, base), of(comparison.head, head));
        let key = head.0.key(head.1);
        if before.auth == after.auth && !reported.contains(&key) {
            facts.extend(comparison.setting(&["routes", &key, "scopes"], written(before), written(after)));
        }
    }
    facts
}

/// Public requests that no longer need an API key, and routes whose `api_key` is another one. A key is not an identity: with an
/// authorizer, the callers stay the same.
fn api_keys(comparison: &Comparison, shifts: &[Shift]) -> Vec<Fact> {
    let mut opened = BTreeMap::new();
    let mut reported = BTreeSet::new();
    for shift in shifts {
        let (Some(before), Some(after)) = (shift.before, shift.after) else {
            continue;
        };
        let lost = before.route.api_key && !after.route.api_key;
        // Requests that required more than a key are reported as public.
        if !lost || after.route.auth != Auth::None || before.route.auth != Auth::None {
            continue;
        }
        if is_same(comparison, before, after) {
            reported.insert(after.key());
        }
        let requests = shift.requests();
        opened.entry(requests.clone()).or_insert_with(|| Fact::Setting {
            path: ["routes", &requests, "api_key"].map(String::from).to_vec(),
            before: Some(true.into()),
            after: Some(false.into()),
            of: requests,
            is_secret: false,
            meaning: Some((
                ChangeKind::RouteApiKeyRemoved,
                "anyone may call it without a key, and no usage plan limits its requests",
            )),
            signs_in: comparison.signs_in(),
        });
    }
    let mut facts: Vec<Fact> = opened.into_values().collect();
    for (base, head) in &comparison.routes.kept {
        let (before, after) = (of(comparison.base, base), of(comparison.head, head));
        let key = head.0.key(head.1);
        if !reported.contains(&key) {
            let path = ["routes", &key, "api_key"];
            facts.extend(comparison.setting(&path, Some(before.api_key), Some(after.api_key)));
        }
    }
    facts
}

/// The scopes of a route as the spec has them.
fn written(route: &Route) -> Option<&BTreeSet<String>> {
    (!route.scopes.is_empty()).then_some(&route.scopes)
}

/// A fact for each `METHOD /path` whose requests go from a route to one with other callers, as `goes` says.
fn each<'a>(
    shifts: &[Shift<'a>],
    goes: impl Fn(&Auth, &Auth) -> bool,
    fact: impl Fn(&Shift<'a>, Entry<'a>, Entry<'a>, String) -> Fact,
) -> Vec<Fact> {
    let mut facts = BTreeMap::new();
    for shift in shifts {
        if let (Some(before), Some(after)) = (shift.before, shift.after)
            && goes(&before.route.auth, &after.route.auth)
        {
            let requests = shift.requests();
            facts
                .entry(requests.clone())
                .or_insert_with(|| fact(shift, before, after, requests));
        }
    }
    facts.into_values().collect()
}

/// Returns whether two routes are one, in both revisions.
fn is_same(comparison: &Comparison, before: Entry, after: Entry) -> bool {
    let name = |entry: Entry| (entry.path.clone(), entry.method);
    comparison.routes.kept.get(&name(before)) == Some(&name(after))
}
