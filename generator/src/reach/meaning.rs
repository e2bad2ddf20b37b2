//! `reachable_by`: who may reach data at most.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_foreign_text::printable::code;

use crate::diagnostic::{Diagnostic, Span};
use crate::reach::reachable_by::{ReachableBy, SIGNED_IN, canonical};
use crate::reach::{Reach, Step, Way, chain};
use crate::routes::Auth;
use crate::sentences::list::list;
use crate::service::Service;
use crate::service::meaning::Resolver;
use crate::spec::{Placed, Spec};
use crate::uses::Datum;
use crate::uses::declared::{self, Declared};

impl Resolver<'_> {
    /// Reports routes that reach data which only others may reach, and entries that name no route.
    pub(crate) fn reachable_by(&mut self, spec: &Spec, service: &Service) {
        let mut limited = declared::all(spec);
        limited.retain(|declared| declared.reachable_by.value.is_some());
        if limited.is_empty() {
            return;
        }
        let reach = Reach::of(service);
        let authorizers = service.authorizers.keys();
        let authorizers = authorizers.map(|name| Auth::Authorizer(name.clone()).to_string());
        let routes = service.routes.iter();
        let keys: Vec<String> = routes
            .map(|(path, method, _)| path.key(method))
            .chain(authorizers)
            .collect();
        let mut seen = BTreeSet::new();
        for Declared {
            datum,
            reachable_by: given,
            ..
        } in limited
        {
            let Some((reachable_by, place)) = ReachableBy::of(given).zip(given.span.clone()) else {
                continue;
            };
            let entries = given.value.iter().flatten();
            let wrong: Vec<_> = entries.filter_map(|entry| wrong(entry, &keys, spec)).collect();
            if !wrong.is_empty() {
                // What else follows is not reported. The queue of failed messages has the key of its queue.
                if seen.insert(place.start) {
                    wrong.into_iter().for_each(|wrong| self.report(wrong));
                }
                continue;
            }
            for (function, does) in reach.functions_on(&datum) {
                let mut ways = reach.ways(function);
                ways.retain(|way| !reachable_by.admits(&way.route, &way.auth));
                self.others(spec, &datum, &place, &does, &ways);
            }
        }
    }

    /// Reports routes that reach data by one function and may not: one error for each way over functions.
    fn others(&mut self, spec: &Spec, datum: &Datum, place: &Span, does: &[String], ways: &[Way]) {
        let mut by_steps: BTreeMap<&[Step], Vec<&str>> = BTreeMap::new();
        for way in ways {
            by_steps.entry(&way.steps).or_default().push(&way.route);
        }
        for (steps, routes) in by_steps {
            let places = spec.routes.iter().filter(|(key, _)| {
                let key = canonical(&key.value);
                routes.iter().any(|route| *route == key)
            });
            let authorizers = spec.authorizers.iter().filter(|(name, _)| {
                let key = Auth::Authorizer(name.value.clone()).to_string();
                routes.contains(&key.as_str())
            });
            let authorizers = authorizers.map(|(name, _)| name.span.clone());
            let mut places = places.map(|(key, _)| key.span.clone()).chain(authorizers);
            let (Some(first), [route, others @ ..]) = (places.next(), &routes[..]) else {
                continue;
            };
            let and = match others {
                [] => String::new(),
                [_] => " and another route".into(),
                others => format!(" and {} other routes", others.len()),
            };
            let last = steps.last().map_or("", |step| &step.function);
            let summary = format!("{}{and} must not reach `{datum}`", code(route));
            let mut report = Diagnostic::new(first, summary).label(format!(
                "{} may {}",
                chain(steps),
                list(does.iter().cloned())
            ));
            report = places.fold(report, |report, other| report.related(other, "and here"));
            self.report(report.related(place.clone(), "who may reach it").help(format!(
                "add {} to `reachable_by`, or take `{datum}` from the function {}",
                code(&format!("\"{route}\"")),
                code(last)
            )));
        }
    }
}

/// The error about an entry that names neither a route nor signed-in users.
fn wrong(entry: &Placed<String>, keys: &[String], spec: &Spec) -> Option<Diagnostic> {
    let text = canonical(&entry.value);
    if text == SIGNED_IN && spec.user_pool.is_none() {
        let summary = "`reachable_by` must not be `user_pool` without `[user_pool]`";
        let report = Diagnostic::new(entry.span.clone(), summary);
        let help = "name routes, as in `reachable_by = [\"GET /orders\"]`";
        Some(report.help(help).missing("user_pool"))
    } else if text != SIGNED_IN && !keys.contains(&text) {
        let all = keys.iter().map(String::as_str).chain([SIGNED_IN]);
        let summary = format!("unknown route {} in `reachable_by`", code(&entry.value));
        let report = Diagnostic::new(entry.span.clone(), summary).similar(&text, "a route", all);
        let help = "write the key of a route, or `user_pool` for every route with `auth = \"user_pool\"`";
        Some(report.help(help))
    } else {
        None
    }
}
