//! A plan → the tables that it would lose with what they contain.

use serde_json::Value;

use super::loss::{Ending, Event, Loss, Store};
use crate::identifier::Identifier;
use crate::review::words;
use crate::review::{ChangeId, ChangeKind};
use crate::service::{Environment, Service};
use crate::tables::surface as tables;
use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};

/// What contains data, with its type, where generated HCL has it, and its table in the spec.
const STORES: [(Store, &str, &str, &str); 1] =
    [(Store::Table, "aws_dynamodb_table", tables::ADDRESS, "tables")];

/// What a plan would lose in an environment of a service, in the plan's order.
pub(super) fn losses(plan: &ParsedPlan, service: &Service, environment: &str) -> Vec<Loss> {
    let reading = Reading {
        plan,
        service,
        name: environment,
        environment: &service.environments[environment],
    };
    let changes = plan.changes.iter().filter(|change| change.mode == "managed");
    changes.filter_map(|change| reading.loss(change)).collect()
}

struct Reading<'a> {
    plan: &'a ParsedPlan,
    service: &'a Service,
    name: &'a str,
    environment: &'a Environment,
}

impl Reading<'_> {
    fn loss(&self, change: &Change) -> Option<Loss> {
        let stores = STORES.iter().find(|(_, kind, ..)| *kind == change.kind);
        let (store, _, prefix, table) = *stores?;
        let is_ours = change.address.starts_with(prefix);
        let own = is_ours.then(|| self.own(table, change));
        let address = change.address.clone();
        let mut moved = Vec::new();
        let event = match &change.action {
            Action::Create => {
                let gone = self.gone(change)?;
                let name = text(&gone.before, "name").to_owned();
                let [region, account] = place(&gone.before);
                if self.environment.region != region {
                    moved.push(ChangeId::new(ChangeKind::RegionChanged, self.name));
                }
                let pinned = self.environment.account.as_deref();
                if !account.is_empty() && pinned.is_some_and(|pinned| pinned != account) {
                    moved.push(ChangeId::new(ChangeKind::AccountChanged, self.name));
                }
                let looks_in = self.environment.region.clone();
                Event::DataNotFound {
                    store,
                    address,
                    name,
                    looks_in,
                    region,
                }
            }
            Action::Delete if change.deposed.is_some() => Event::DataEnds {
                store,
                address,
                ending: Ending::Deposed,
            },
            _ => {
                let ending = Ending::of(change, |argument| match (argument, &own) {
                    ("region", Some(_)) => Some(format!("environments.{}.region", self.name)),
                    ("hash_key", Some(own)) => Some(format!("{own}.partition_key")),
                    ("range_key", Some(own)) => Some(format!("{own}.sort_key")),
                    _ => None,
                })?;
                if change.replace_paths.iter().any(|path| path == "region") {
                    moved.push(ChangeId::new(ChangeKind::RegionChanged, self.name));
                }
                Event::DataEnds {
                    store,
                    address,
                    ending,
                }
            }
        };
        let of = own.unwrap_or_else(|| change.address.clone());
        let mut ids = moved;
        ids.push(ChangeId::new(event.kind(), of));
        let protected = change.action.destroys() && change.before["deletion_protection_enabled"] == true;
        Some(Loss {
            event,
            is_ours,
            keep: None,
            ids,
            protected,
            pool: None,
        })
    }

    /// Its key in the spec, such as `tables.orders`. If the spec no longer has it, its name in AWS says it.
    fn own(&self, table: &str, change: &Change) -> String {
        let label = change.address.rsplit('.').next().unwrap_or_default();
        let mut names = self.service.tables.keys();
        let known = names.find(|name| Identifier::new(name).as_str() == label);
        let prefix = self.service.name_in_aws(self.name, "");
        let before = text(&change.before, "name");
        let name = match before.strip_prefix(&prefix) {
            Some(name) if Identifier::new(name).as_str() == label => name,
            _ => known.map_or(label, String::as_str),
        };
        words::key(&[table, name])
    }

    /// What was there under an address that is created again: Terraform looked for it and did not find it.
    fn gone(&self, change: &Change) -> Option<&Change> {
        let mut drift = self.plan.drift.iter();
        drift.find(|drift| {
            drift.mode == "managed" && drift.address == change.address && drift.action.destroys()
        })
    }
}

/// The region and account of something, from its ARN: `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
fn place(values: &Value) -> [String; 2] {
    let arn: Vec<&str> = text(values, "arn").split(':').collect();
    [3, 4].map(|index| arn.get(index).copied().unwrap_or_default().to_owned())
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
