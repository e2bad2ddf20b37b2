//! A plan → the tables and buckets that it would lose with what they contain.

use std::collections::BTreeMap;

use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};
use serde_json::Value;

use super::environment::{Of, looks_in};
use super::loss::{Ending, Event, Loss, Store};
use crate::identifier::Identifier;
use crate::review::{ChangeId, ChangeKind};
use crate::service::Service;
use crate::spec::toml_text;
use crate::{buckets, tables};

/// A kind of store, in Terraform and in the spec.
struct Known {
    store: Store,
    /// Its type in Terraform.
    kind: &'static str,
    /// Its table in the spec.
    table: &'static str,
    /// The Terraform name of a generated one, by its address.
    label: fn(&str) -> Option<&str>,
    /// The argument that has its name in AWS.
    name: &'static str,
    /// The names in a spec.
    names: fn(&Service) -> Vec<&String>,
    /// Returns `true` if AWS refuses to delete it as it was before a change.
    is_protected: fn(&Value) -> bool,
}

const KNOWN: [Known; 2] = [
    Known {
        store: Store::Table,
        kind: "aws_dynamodb_table",
        table: "tables",
        label: |address| address.strip_prefix(tables::in_service::ADDRESS),
        name: "name",
        names: |service| service.tables.keys().collect(),
        is_protected: |before| before["deletion_protection_enabled"] == true,
    },
    Known {
        store: Store::Bucket,
        kind: "aws_s3_bucket",
        table: "buckets",
        label: buckets::surface::label,
        name: "bucket",
        names: |service| service.buckets.keys().collect(),
        is_protected: |before| before["force_destroy"] != true,
    },
];

/// Returns the losses of a plan, in its order.
pub(super) fn losses(plan: &ParsedPlan, of: Option<Of<'_>>) -> Vec<Loss> {
    let reading = Reading { plan, of };
    let changes = plan.changes.iter().filter(|change| change.mode == "managed");
    changes.filter_map(|change| reading.loss(change)).collect()
}

struct Reading<'a> {
    plan: &'a ParsedPlan,
    of: Option<Of<'a>>,
}

impl Reading<'_> {
    fn loss(&self, change: &Change) -> Option<Loss> {
        let known = KNOWN.iter().find(|known| known.kind == change.kind)?;
        let store = known.store;
        let of = self.of;
        let label = (known.label)(&change.address).zip(of);
        let own = label.map(|(label, of)| own(of.service, of.name, known, label, &change.before));
        let address = change.address.clone();
        let mut moved = Vec::new();
        let event = match &change.action {
            Action::Create => {
                let gone = self.gone(change)?;
                let name = text(&gone.before, known.name).to_owned();
                let [region, account] = place(&gone.before);
                if let Some(of) = of {
                    if !region.is_empty() && of.environment.region != region {
                        moved.push(ChangeId::new(ChangeKind::RegionChanged, of.name));
                    }
                    let pinned = of.environment.account.as_deref();
                    if !account.is_empty() && pinned.is_some_and(|pinned| pinned != account) {
                        moved.push(ChangeId::new(ChangeKind::AccountChanged, of.name));
                    }
                }
                let looks_in = looks_in(of, self.plan.root.region.as_deref());
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
                let ending = Ending::of(change, |argument| {
                    let own = own.as_ref()?;
                    match argument {
                        "region" => Some(format!("environments.{}.region", of?.name)),
                        "hash_key" => Some(format!("{own}.partition_key")),
                        "range_key" => Some(format!("{own}.sort_key")),
                        _ => None,
                    }
                })?;
                if let Some(of) = of
                    && change.replace_paths.iter().any(|path| path == "region")
                {
                    moved.push(ChangeId::new(ChangeKind::RegionChanged, of.name));
                }
                Event::DataEnds {
                    store,
                    address,
                    ending,
                }
            }
        };
        let is_ours = own.is_some();
        let of = own.unwrap_or_else(|| change.address.clone());
        let mut ids = moved;
        ids.push(ChangeId::new(event.kind(), of));
        // `force_destroy` is off by default, and AWS deletes an empty bucket. Only for ours, the spec says that it is protected.
        let can_be_protected = store == Store::Table || is_ours;
        let protected = can_be_protected && change.action.destroys() && (known.is_protected)(&change.before);
        Some(Loss {
            event,
            is_ours,
            keep: None,
            ids,
            protected,
            pool: None,
        })
    }

    /// Returns the former resource at an address that is created again, if Terraform did not find it.
    fn gone(&self, change: &Change) -> Option<&Change> {
        let mut drift = self.plan.drift.iter();
        drift.find(|drift| {
            drift.mode == "managed" && drift.address == change.address && drift.action.destroys()
        })
    }
}

/// Its key in the spec, such as `tables.orders`. If the spec no longer has it, its name in AWS says it, which may end with
/// an account.
fn own(service: &Service, environment: &str, known: &Known, label: &str, before: &Value) -> String {
    let in_spec = (known.names)(service);
    let in_spec = in_spec
        .into_iter()
        .find(|name| Identifier::new(name).as_str() == label);
    let prefix = service.name_in_aws(environment, "");
    let in_aws = text(before, known.name).strip_prefix(&prefix).unwrap_or_default();
    let without_account = in_aws
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .strip_suffix('-');
    let in_aws = [Some(in_aws), without_account].into_iter().flatten();
    let in_aws = in_aws.filter(|name| Identifier::new(name).as_str() == label);
    toml_text::key(&[
        known.table,
        in_aws.chain(in_spec.map(String::as_str)).next().unwrap_or(label),
    ])
}

/// The generated buckets that a plan knows, by name in AWS, with their keys in the spec. Not those that it creates, which
/// contain nothing.
pub(super) fn own_buckets<'p>(plan: &'p ParsedPlan, of: Of<'_>) -> BTreeMap<&'p str, String> {
    let of = |change: &'p Change| {
        let known = KNOWN.iter().find(|known| known.store == Store::Bucket)?;
        let label = (known.label)(&change.address)?;
        let name = text(&change.before, known.name);
        Some((name, own(of.service, of.name, known, label, &change.before)))
    };
    let stay = plan.changes.iter().filter(|change| !change.action.destroys());
    stay.filter_map(of).filter(|(name, _)| !name.is_empty()).collect()
}

/// The region and account of something, from its ARN: `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`. That of a bucket has
/// neither, and the provider writes its region beside it.
fn place(values: &Value) -> [String; 2] {
    let arn: Vec<&str> = text(values, "arn").split(':').collect();
    let [region, account] = [3, 4].map(|index| arn.get(index).copied().unwrap_or_default());
    let region = if region.is_empty() {
        text(values, "region")
    } else {
        region
    };
    [region.to_owned(), account.to_owned()]
}

pub(super) fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
