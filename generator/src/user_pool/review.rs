//! The user pool, and the clients that sign users in to it.

use std::collections::BTreeSet;

use crate::review::Fact;
use crate::review::comparison::{Comparison, counting};
use crate::service::{Client, OwnUserPool, UserPool};
use crate::spec::field::Word;
use crate::user_pool::AuthFlow;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    use UserPool::{Existing, Own};
    match (&comparison.base.user_pool, &comparison.head.user_pool) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![Fact::PoolAdded {
            existing: existing(comparison),
        }],
        (Some(Own(_)), None | Some(Existing { .. })) => vec![Fact::PoolRemoved {
            existing: existing(comparison),
        }],
        (Some(Own(before)), Some(Own(after))) => of_own(comparison, before, after),
        (Some(Existing { .. }), Some(_)) => changed(comparison),
        (Some(Existing { arn }), None) => comparison
            .setting(&["user_pool", "existing"], Some(arn), None)
            .into_iter()
            .collect(),
    }
}

/// The ARNs of the existing pools of the environments that count.
fn existing(comparison: &Comparison) -> Vec<String> {
    let head = comparison.head;
    let arns = counting(head).filter_map(|name| head.environments[name].existing_user_pool.clone());
    let arns: BTreeSet<String> = arns.collect();
    arns.into_iter().collect()
}

/// Environments whose signed-in users are those of another pool.
fn changed(comparison: &Comparison) -> Vec<Fact> {
    let environments = comparison.environments.iter();
    let facts = environments.filter_map(|name| {
        let (before, after) = comparison.environment(name);
        let (before, after) = (&before.existing_user_pool, &after.existing_user_pool);
        (before != after).then(|| Fact::PoolChanged {
            environment: (*name).into(),
            before: before.clone(),
            after: after.clone(),
            signs_in: comparison.signs_in(),
        })
    });
    facts.collect()
}

fn of_own(comparison: &Comparison, before: &OwnUserPool, after: &OwnUserPool) -> Vec<Fact> {
    let is_replaced = before.name != after.name;
    let mut facts = Vec::new();
    if is_replaced {
        facts.push(Fact::PoolReplaced {
            before: before.name.clone(),
            after: after.name.clone(),
        });
    }
    let clients = &comparison.clients;
    facts.extend(clients.new.iter().map(|name| Fact::ClientAdded {
        client: name.clone(),
        flows: flows(&after.clients[name]).collect(),
    }));
    facts.extend(
        clients
            .gone
            .iter()
            .map(|name| Fact::ClientDeleted { client: name.clone() }),
    );
    let (new, gone) = (&after.groups, &before.groups);
    let is_new = new.keys().filter(|group| !gone.contains_key(*group)).cloned();
    let is_gone = gone.keys().filter(|group| !new.contains_key(*group)).cloned();
    facts.extend(is_new.map(|group| Fact::GroupAdded { group }));
    facts.extend(is_gone.map(|group| Fact::GroupDeleted { group }));
    facts.extend(clients.renamed().map(|(before, after)| Fact::ClientRenamed {
        before: before.clone(),
        after: after.clone(),
        with_pool: is_replaced,
    }));
    for (base, name) in &clients.kept {
        let (before, after) = (&before.clients[base], &after.clients[name]);
        facts.extend(flow_facts(name, before, after));
    }
    let settings = |client: &Client| Client {
        formerly: None,
        ..client.clone()
    };
    facts.extend(
        comparison.formerly_missing("user_pool.clients", clients, |base, name| {
            settings(&before.clients[base]) == settings(&after.clients[name])
        }),
    );
    facts
}

fn flow_facts(name: &str, before: &Client, after: &Client) -> Vec<Fact> {
    let only = |one: &Client, other: &Client| -> Vec<&'static str> {
        let other: Vec<_> = flows(other).collect();
        flows(one).filter(|flow| !other.contains(flow)).collect()
    };
    let (more, less) = (only(after, before), only(before, after));
    let mut facts = Vec::new();
    if !more.is_empty() {
        facts.push(Fact::ClientFlowAdded {
            client: name.into(),
            flows: more,
        });
    }
    if !less.is_empty() {
        facts.push(Fact::ClientFlowRemoved {
            client: name.into(),
            flows: less,
        });
    }
    facts
}

/// The flows of a client in the words of the spec.
fn flows(client: &Client) -> impl Iterator<Item = &'static str> {
    let known = AuthFlow::ALL.iter().zip(AuthFlow::CHOICES);
    known
        .filter(|(flow, _)| client.explicit_auth_flows.contains(&flow.explicit_auth_flow()))
        .map(|(_, choice)| choice.name)
}
