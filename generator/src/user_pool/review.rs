//! The user pool, and the clients that sign users in to it.

use crate::review::Fact;
use crate::review::comparison::Comparison;
use crate::service::Client;
use crate::spec::field::Word;
use crate::user_pool::AuthFlow;

pub(crate) fn facts(comparison: &Comparison) -> Vec<Fact> {
    let (before, after) = (&comparison.base.user_pool, &comparison.head.user_pool);
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
