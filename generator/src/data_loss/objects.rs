//! A plan → objects of buckets that S3 would delete: old versions that it no longer keeps, and objects that expire
//! earlier. Beside a spec, only generated buckets count, with everything that is attached to them.

use portcullis_terraform_json::index::Kind;
use portcullis_terraform_json::plan::{Action, Change, ParsedPlan};
use portcullis_terraform_json::s3::{BucketVersioning, Lifecycle};
use serde_json::Value;

use super::data::{own_buckets, text};
use super::environment::Of;
use super::loss::{Event, Expiring, Loss};
use crate::review::ChangeId;
use crate::service::Bucket;

/// Returns the losses, in the plan's order.
pub(super) fn losses(plan: &ParsedPlan, of: Option<Of<'_>>) -> Vec<Loss> {
    let buckets = of.map(|of| (of, own_buckets(plan, of)));
    let mut losses = Vec::new();
    for change in plan.changes.iter().filter(|change| change.mode == "managed") {
        let own = match &buckets {
            None => None,
            Some((of, buckets)) => {
                let mut sides = [&change.after, &change.before].into_iter();
                match sides.find_map(|values| buckets.get(text(values, "bucket"))) {
                    Some(bucket) => Some((of, bucket)),
                    None => continue,
                }
            }
        };
        let address = change.address.clone();
        let loss = |event: Event, key: &str| {
            let subjects = match own {
                Some((of, bucket)) => ids(*of, bucket, key).to_vec(),
                None => vec![address.clone()],
            };
            let ids = subjects.into_iter().map(|of| ChangeId::new(event.kind(), of));
            Loss {
                is_ours: own.is_some(),
                keep: None,
                ids: ids.collect(),
                protected: false,
                pool: None,
                event,
            }
        };
        if change.kind == BucketVersioning::KIND && suspends(change) {
            let address = address.clone();
            losses.push(loss(Event::VersioningSuspended { address }, "versioning"));
        } else if change.kind == Lifecycle::KIND {
            for (objects, key) in [
                (Expiring::Objects, "expire_days"),
                (Expiring::OldVersions, "expire_old_versions_days"),
            ] {
                let [before, after] = [&change.before, &change.after].map(|values| days(values, objects));
                let Some(after) = after.filter(|after| before.is_none_or(|before| *after < before)) else {
                    continue;
                };
                let address = address.clone();
                losses.push(loss(
                    Event::ObjectsExpire {
                        address,
                        objects,
                        after,
                    },
                    key,
                ));
            }
        }
    }
    losses
}

/// The paths of a key of a bucket, in the environment and everywhere. The one that decides here is first.
fn ids(of: Of<'_>, bucket: &str, key: &str) -> [String; 2] {
    let everywhere = format!("{bucket}.{key}");
    let here = format!("environments.{}.{everywhere}", of.name);
    let name = bucket.strip_prefix("buckets.").unwrap_or(bucket);
    let value = |bucket: Option<&Bucket>| Some(serde_json::to_value(bucket?).ok()?[key].clone());
    let own = value(of.environment.buckets.get(name));
    if own.is_some() && own != value(of.service.buckets.get(name)) {
        [here, everywhere]
    } else {
        [everywhere, here]
    }
}

/// Returns `true` if a bucket stops keeping old versions. The provider suspends the versioning that it deletes.
fn suspends(change: &Change) -> bool {
    let is_on = |values: &Value| values["versioning_configuration"][0]["status"] == "Enabled";
    match change.action {
        Action::NoOp | Action::Read | Action::Create | Action::Forget => false,
        Action::Update | Action::Replace { .. } => is_on(&change.before) && !is_on(&change.after),
        Action::Delete | Action::Other(_) => is_on(&change.before),
    }
}

/// The least days after which objects end. The provider writes 0 for none.
fn days(values: &Value, objects: Expiring) -> Option<u64> {
    let rules = values["rule"].as_array().into_iter().flatten();
    let enabled = rules.filter(|rule| rule["status"] == "Enabled");
    let days = enabled.map(|rule| match objects {
        Expiring::Objects => &rule["expiration"][0]["days"],
        Expiring::OldVersions => &rule["noncurrent_version_expiration"][0]["noncurrent_days"],
    });
    days.filter_map(Value::as_u64).filter(|days| *days > 0).min()
}
