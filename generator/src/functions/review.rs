//! Functions: new ones, those that are gone with their logs, and who makes them run.

use std::collections::BTreeSet;

use crate::resources::lambda_permission;
use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::review::words::{code, list};
use crate::routes::permissions::{self, Calls, Permission};
use crate::routes::requests::{Routing, Shift};
use crate::service::{Auth, ChangeKind, Function, Route, Service};

pub(crate) fn facts(comparison: &Comparison, base: &Routing, shifts: &[Shift]) -> Vec<Fact> {
    let functions = &comparison.functions;
    let mut facts = Vec::new();
    for name in &functions.new {
        let answers = match routes(comparison.head, name).count() {
            0 => "no route uses it".into(),
            1 => "it answers one route".into(),
            count => format!("it answers {count} routes"),
        };
        let sentence = format!("function {} is new: {answers}", code(name));
        facts.push(comparison.fact(ChangeKind::FunctionAdded, name, sentence));
    }
    for name in &functions.gone {
        let sentence = format!("function {} is deleted, with its role", code(name));
        facts.push(comparison.fact(ChangeKind::FunctionRemoved, name, sentence));
    }
    for (before, name) in functions.renamed() {
        let sentence = format!(
            "function {} is called {} now: AWS has no rename, so function, role and log group are **replaced**",
            code(before),
            code(name)
        );
        let fact = comparison.fact(ChangeKind::FunctionRenamed, name, sentence);
        facts.push(fact.states(Some(before), Some(name)));
    }
    let without_logs = functions
        .gone
        .iter()
        .chain(functions.renamed().map(|(before, _)| before));
    facts.extend(without_logs.map(|name| {
        let sentence = format!(
            "the log group of function {} is **deleted**, with all that it holds",
            code(name)
        );
        comparison.fact(ChangeKind::LogsDeleted, name, sentence)
    }));
    facts.extend(opened(comparison, base, shifts));
    facts.extend(permissions(comparison));
    let settings = |function: &Function| Function {
        formerly: None,
        ..function.clone()
    };
    facts.extend(
        comparison.formerly_missing("functions", functions, |before, name| {
            settings(&comparison.base.functions[before]) == settings(&comparison.head.functions[name])
                && routes(comparison.base, before).eq(routes(comparison.head, name))
        }),
    );
    facts
}

/// Functions that only who signed in could reach, and that run now for requests of anyone's that they did not answer
/// before. Those that they did are told by the routes.
fn opened(comparison: &Comparison, base: &Routing, shifts: &[Shift]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (before, name) in &comparison.functions.kept {
        let reached: Vec<Auth> = base
            .reached()
            .filter(|entry| entry.route.function == *before)
            .map(|entry| entry.route.auth)
            .collect();
        if reached.is_empty() || reached.contains(&Auth::None) {
            continue;
        }
        let requests: BTreeSet<String> = shifts
            .iter()
            .filter(|shift| {
                let is_open = |after: &Route| after.function == *name && after.auth == Auth::None;
                shift.after.is_some_and(|after| is_open(after.route))
                    && shift.before.is_none_or(|entry| entry.route.function != *before)
            })
            .map(|shift| code(&shift.requests()))
            .collect();
        if !requests.is_empty() {
            let sentence = format!(
                "function {} runs for anyone who calls {}: before, only who signed in could reach it",
                code(name),
                list(requests)
            );
            facts.push(comparison.fact(ChangeKind::FunctionOpened, name, sentence));
        }
    }
    facts
}

/// Functions whose permissions became patterns, and those whose patterns are gone.
fn permissions(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let kept = functions
        .kept
        .iter()
        .map(|(before, name)| (Some(before.as_str()), name));
    let renamed = functions
        .renamed()
        .map(|(before, name)| (Some(before.as_str()), name));
    let new = functions.new.iter().map(|name| (None, name));
    let patterns = |service: &Service, function: &str| -> Vec<Permission> {
        let permissions = permissions::of_function(service, function).into_iter();
        permissions
            .filter(|permission| !permission.is_of_a_route())
            .collect()
    };
    let mut facts = Vec::new();
    let mut names: Vec<_> = kept.chain(renamed).chain(new).collect();
    names.sort();
    names.dedup();
    for (before, name) in names {
        let before = before.map_or(Vec::new(), |before| patterns(comparison.base, before));
        let after = patterns(comparison.head, name);
        let is_in =
            |calls: &Calls, permissions: &[Permission]| permissions.iter().any(|other| other.calls == *calls);
        let sources = |of: &[Permission], service: &Service, others: &[Permission]| {
            let of = of.iter().filter(|permission| !is_in(&permission.calls, others));
            list(of.map(|permission| code(&permission.source(&service.api.stage))))
        };
        if after.iter().any(|permission| !is_in(&permission.calls, &before)) {
            let sentence = format!(
                "function {} has {} routes, and permissions for each of them pass the {} bytes of its policy: API \
                 Gateway may invoke it for {}",
                code(name),
                routes(comparison.head, name).count(),
                lambda_permission::POLICY_BYTES,
                sources(&after, comparison.head, &before)
            );
            facts.push(comparison.fact(ChangeKind::PermissionsWidened, name, sentence));
        } else if after.len() < before.len() {
            let sentence = format!(
                "API Gateway may no longer invoke function {} for {}",
                code(name),
                sources(&before, comparison.base, &after)
            );
            facts.push(comparison.fact(ChangeKind::PermissionsNarrowed, name, sentence));
        }
    }
    facts
}

/// The keys of a function's routes.
fn routes(service: &Service, function: &str) -> impl Iterator<Item = String> {
    let routes = service
        .routes
        .iter()
        .filter(move |(_, route)| route.function == function);
    routes.map(|((path, method), _)| path.key(*method))
}
