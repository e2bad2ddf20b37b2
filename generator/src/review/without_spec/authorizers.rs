//! Authorizers that are there before and after a plan.

use std::collections::BTreeSet;

use crate::review::without_spec::fact::{AuthorizerChange, PlanFact};
use crate::review::without_spec::requests::Named;
use crate::review::without_spec::sides::Api;
use crate::surface::{Authorizer, Surface};

/// Returns the facts about the authorizers of an API. New ones admit callers only if a route names them.
pub(super) fn facts(before: &Api, after: &Api, named: &Named<'_>) -> Vec<PlanFact> {
    let (Ok(old), Ok(new)) = (&before.surface, &after.surface) else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    for authorizer in &new.authorizers {
        let Some(former) = find(old, &authorizer.name) else {
            continue;
        };
        let pools = [before, after].map(|api| api.pools.get(&authorizer.name).cloned().unwrap_or_default());
        let changes = changes(former, authorizer, pools);
        facts.extend(changes.into_iter().map(|change| PlanFact::Authorizer {
            of: named.route(&authorizer.name),
            change,
        }));
    }
    facts
}

fn find<'s>(surface: &'s Surface, name: &str) -> Option<&'s Authorizer> {
    surface.authorizers.iter().find(|other| other.name == name)
}

fn changes(before: &Authorizer, after: &Authorizer, pools: [BTreeSet<String>; 2]) -> Vec<AuthorizerChange> {
    let Authorizer {
        name: _, // the same
        kind,
        header,
        ttl_seconds,
        pools: _, // `pools` tells two pools of one project apart
        validation,
        function,
    } = after;
    let mut changes = Vec::new();
    let [old, new] = &pools;
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        one.difference(other).cloned().collect()
    };
    let (gained, lost) = (only(new, old), only(old, new));
    if !gained.is_empty() {
        changes.push(AuthorizerChange::Admits(gained));
    } else if !lost.is_empty() {
        changes.push(AuthorizerChange::NoLongerAdmits(lost));
    }
    if before.kind != *kind {
        changes.push(AuthorizerChange::DecidedBy {
            before: Some(before.kind.clone()),
            after: Some(kind.clone()),
        });
    } else if before.function != *function {
        changes.push(AuthorizerChange::DecidedBy {
            before: before.function.clone(),
            after: function.clone(),
        });
    }
    if before.validation != *validation {
        changes.push(AuthorizerChange::Validation {
            before: before.validation.clone(),
            after: validation.clone(),
        });
    }
    if before.ttl_seconds != *ttl_seconds {
        changes.push(AuthorizerChange::Ttl {
            before: before.ttl_seconds,
            after: *ttl_seconds,
        });
    }
    if before.header != *header {
        changes.push(AuthorizerChange::Source {
            before: before.header.clone(),
            after: header.clone(),
        });
    }
    changes
}
