//! The user pool, and the clients that sign users in to it.

use serde_json::Value;

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::review::words::{code, list};
use crate::service::{ChangeKind, Client};
use crate::spec::field::Word;
use crate::user_pool::AuthFlow;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.user_pool, &comparison.head.user_pool);
    let is_replaced = before.name != after.name;
    let mut facts = Vec::new();
    if is_replaced {
        let sentence =
            "the pool would be **replaced**: every user is lost (because `user_pool.name` changed)";
        let names = [&before.name, &after.name].map(|name| Value::from(name.as_str()));
        let fact = comparison.fact(ChangeKind::PoolReplaced, "user_pool", sentence);
        facts.push(fact.values(Some(&names[0]), Some(&names[1])));
    }
    let clients = &comparison.clients;
    for name in &clients.new {
        let flows = list(flows(&after.clients[name]).map(code));
        let sentence = format!("client {} is new: it may sign users in by {flows}", code(name));
        facts.push(comparison.fact(ChangeKind::ClientAdded, name, sentence));
    }
    for name in &clients.gone {
        let sentence = format!(
            "client {} is **deleted**: programs that hold its id can't sign in any more",
            code(name)
        );
        facts.push(comparison.fact(ChangeKind::ClientDeleted, name, sentence));
    }
    for (before, name) in clients.renamed() {
        let id = if is_replaced {
            "its id goes with the pool"
        } else {
            "its id stays"
        };
        let sentence = format!("client {} is called {} now: {id}", code(before), code(name));
        facts.push(
            comparison
                .fact(ChangeKind::ClientRenamed, name, sentence)
                .states(Some(before), Some(name)),
        );
    }
    for (base, name) in &clients.kept {
        facts.extend(flow_facts(
            comparison,
            name,
            &before.clients[base],
            &after.clients[name],
        ));
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

fn flow_facts(comparison: &Comparison, name: &str, before: &Client, after: &Client) -> Vec<Fact> {
    let only = |one: &Client, other: &Client| -> Vec<String> {
        let other: Vec<_> = flows(other).collect();
        flows(one)
            .filter(|flow| !other.contains(flow))
            .map(code)
            .collect()
    };
    let (more, less) = (only(after, before), only(before, after));
    let mut facts = Vec::new();
    if !more.is_empty() {
        let sentence = format!("client {} may sign users in by {} too", code(name), list(more));
        facts.push(comparison.fact(ChangeKind::ClientFlowAdded, name, sentence));
    }
    if !less.is_empty() {
        let sentence = format!(
            "client {} can't sign users in by {} any more",
            code(name),
            list(less)
        );
        facts.push(comparison.fact(ChangeKind::ClientFlowRemoved, name, sentence));
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
