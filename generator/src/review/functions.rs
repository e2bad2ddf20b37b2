//! Functions: new ones, those that are gone with their logs, and who makes them run.

use std::collections::BTreeSet;

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::review::requests::{Routing, Shift};
use crate::review::words::{code, list};
use crate::service::{Auth, ChangeKind, Function, Route, Service};

pub(super) fn facts(comparison: &Comparison, base: &Routing, shifts: &[Shift]) -> Vec<Fact> {
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

/// The keys of a function's routes.
fn routes(service: &Service, function: &str) -> impl Iterator<Item = String> {
    let routes = service
        .routes
        .iter()
        .filter(move |(_, route)| route.function == function);
    routes.map(|((path, method), _)| path.key(*method))
}
