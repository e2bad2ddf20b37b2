//! Functions: new ones, those that are gone with their logs, and who makes them run.

use std::collections::BTreeSet;

use crate::functions::statement::Statement;
use crate::functions::{log_groups, powers, secrets};
use crate::reach::Reach;
use crate::review::comparison::Comparison;
use crate::review::{ChangeKind, Fact};
use crate::routes::permissions::{self, Calls, Permission};
use crate::routes::shifted_requests::{Routing, Shift};
use crate::service::{Auth, Function, Route, Service};

/// `reaches` are those of the base and of the head.
pub(crate) fn facts(
    comparison: &Comparison,
    base: &Routing,
    shifts: &[Shift],
    reaches: [&Reach; 2],
) -> Vec<Fact> {
    let functions = &comparison.functions;
    let new = functions.new.iter().map(|name| Fact::FunctionAdded {
        function: name.clone(),
        routes: routes(comparison.head, name).count(),
    });
    let gone = functions.gone.iter().map(|name| Fact::FunctionRemoved {
        function: name.clone(),
    });
    let renamed = functions.renamed().map(|(before, after)| Fact::FunctionRenamed {
        before: before.clone(),
        after: after.clone(),
    });
    let mut facts: Vec<Fact> = new.chain(gone).chain(renamed).collect();
    let without_logs = functions
        .gone
        .iter()
        .chain(functions.renamed().map(|(before, _)| before))
        .chain(log_groups::given_up(comparison));
    facts.extend(without_logs.map(|name| Fact::LogsDeleted {
        function: name.clone(),
    }));
    facts.extend(opened(comparison, base, shifts));
    facts.extend(opened_with_rights(comparison, reaches));
    facts.extend(may(comparison, reaches[1]));
    facts.extend(permissions(comparison));
    facts.extend(architectures(comparison));
    facts.extend(existing_roles(comparison));
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

/// Functions that only signed-in users could reach, and that run now for public requests that they did not handle before.
/// Those that they did are facts of the routes.
fn opened(comparison: &Comparison, base: &Routing, shifts: &[Shift]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (before, name) in &comparison.functions.kept {
        let reached: Vec<Auth> = base
            .reached()
            .filter(|entry| entry.route.function == *before)
            .map(|entry| entry.route.auth.clone())
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
            .map(Shift::requests)
            .collect();
        if !requests.is_empty() {
            facts.push(Fact::FunctionOpened {
                function: name.clone(),
                requests: requests.into_iter().collect(),
            });
        }
    }
    facts
}

/// Functions that no route of the base handles or leads to, that public routes now run, and that may do something by `may`
/// or `secrets`. Other facts tell of `uses`.
fn opened_with_rights(comparison: &Comparison, [base, head]: [&Reach; 2]) -> Vec<Fact> {
    let kept = comparison.functions.kept.iter();
    let opened = kept.filter_map(|(before, name)| {
        let ways = head.public_ways(name);
        let is_opened = base.ways(before).is_empty() && !ways.is_empty();
        let may = is_opened && !named(&comparison.head.functions[name]).is_empty();
        let mut requests: Vec<String> = ways.into_iter().map(|way| way.route).collect();
        requests.sort();
        may.then(|| Fact::FunctionOpened {
            function: name.clone(),
            requests,
        })
    });
    opened.collect()
}

/// Functions whose roles allow more or less than before.
fn may(comparison: &Comparison, head: &Reach) -> Vec<Fact> {
    let functions = &comparison.functions;
    let renamed = functions.renamed();
    let kept = functions
        .kept
        .iter()
        .chain(renamed)
        .map(|(before, name)| (Some(before), name));
    let mut names: Vec<_> = kept
        .chain(functions.new.iter().map(|name| (None, name)))
        .collect();
    names.sort();
    names.dedup();
    let mut facts = Vec::new();
    for (before, name) in names {
        let after = named(&comparison.head.functions[name]);
        let before = before.map_or_else(Vec::new, |before| named(&comparison.base.functions[before]));
        let (more, less) = (powers::beyond(&after, &before), powers::beyond(&before, &after));
        if !more.is_empty() {
            facts.push(Fact::FunctionMayMore {
                function: name.clone(),
                reach: powers::reach(&more),
                grants: more,
                public: head.public_ways(name).into_iter().map(|way| way.route).collect(),
            });
        }
        if !less.is_empty() {
            facts.push(Fact::FunctionMayLess {
                function: name.clone(),
                grants: less,
            });
        }
    }
    facts
}

/// Returns the statements of a function by `secrets` and `may`. Other facts report `uses`.
fn named(function: &Function) -> Vec<Statement> {
    let mut statements = secrets::statements(&function.secrets);
    statements.extend(function.may.iter().cloned());
    statements
}

/// New and renamed functions with an existing role. Those of other functions are compared as settings.
fn existing_roles(comparison: &Comparison) -> Vec<Fact> {
    let functions = &comparison.functions;
    let new = functions.new.iter().map(|name| (None, name));
    let renamed = functions.renamed().map(|(before, name)| (Some(before), name));
    let roles = new.chain(renamed).filter_map(|(before, name)| {
        let before = before.and_then(|before| comparison.base.functions[before].role.clone());
        let after = comparison.head.functions[name].role.clone();
        let so = "Portcullis **doesn't know** what the existing role allows";
        let meaning = after.as_ref().map(|_| (ChangeKind::FunctionRoleUnknown, so));
        comparison.setting_with(&["functions", name, "role"], before, after, meaning)
    });
    let mut facts: Vec<Fact> = roles.collect();
    facts.sort_by_key(Fact::of);
    facts.dedup();
    facts
}

/// Functions that are built for another processor than before, other than by that of the service.
fn architectures(comparison: &Comparison) -> Vec<Fact> {
    let kept = comparison.functions.kept.iter();
    let changed = kept.filter_map(|(before, name)| {
        let of = |service: &Service, name: &String| {
            let function = &service.functions[name];
            (function.architecture, service.architecture_of(function))
        };
        let (written_before, before) = of(comparison.base, before);
        let (written, after) = of(comparison.head, name);
        let path = ["functions", name, "architecture"];
        comparison
            .setting(&path, written_before, written)
            .filter(|_| before != after)
    });
    changed.collect()
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
        permissions.filter(Permission::is_pattern).collect()
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
            of.map(|permission| permission.source(&service.api.stage))
                .collect()
        };
        if after.iter().any(|permission| !is_in(&permission.calls, &before)) {
            facts.push(Fact::PermissionsWidened {
                function: name.clone(),
                routes: routes(comparison.head, name).count(),
                patterns: sources(&after, comparison.head, &before),
            });
        } else if after.len() < before.len() {
            facts.push(Fact::PermissionsNarrowed {
                function: name.clone(),
                patterns: sources(&before, comparison.base, &after),
            });
        }
    }
    facts
}

/// The keys of a function's routes.
fn routes(service: &Service, function: &str) -> impl Iterator<Item = String> {
    let routes = service.routes.of_function(function);
    routes.map(|(path, method, _)| path.key(method))
}
