//! Plans that lose buckets or what they contain, and what the data-loss guard says to them.

use serde_json::{Value, json};

use super::data::service;
use super::{Refusal, TODAY, shown};
use crate::data_loss::{judge, losses};

const SCANS: &str = "module.service.module.bucket_page_scans.aws_s3_bucket.this";
const IN_AWS: &str = "keep-dev-page-scans-123456789012";
const WITH_SCANS: &str = "[buckets.page-scans]\n";

/// A change of a resource that has these values before and after it.
fn change(kind: &str, address: &str, actions: Value, before: Value, after: Value) -> Value {
    json!({
        "address": address, "mode": "managed", "type": kind, "name": "this",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
    })
}

fn bucket(address: &str, actions: Value, protected: bool) -> Value {
    let values = json!({
        "bucket": IN_AWS, "force_destroy": !protected, "arn": format!("arn:aws:s3:::{IN_AWS}"), "region": "us-east-1",
    });
    let stays = ["no-op", "create"]
        .iter()
        .any(|action| actions == json!([action]));
    let is_new = actions == json!(["create"]);
    let before = if is_new { Value::Null } else { values.clone() };
    change(
        "aws_s3_bucket",
        address,
        actions,
        before,
        if stays { values } else { Value::Null },
    )
}

fn judged(changes: &[Value], drift: Value, accepts: &[(&str, &str)], spec: &str) -> Option<Refusal> {
    let plan =
        json!({"format_version": "1.2", "resource_changes": changes, "resource_drift": drift}).to_string();
    let service = service(spec, accepts);
    judge(&losses(&shown(&plan), &service, "dev"), &service, "dev", TODAY)
}

#[track_caller]
fn assert_refused(changes: &[Value], says: &str, change: &str, of: &str) {
    let refusal = judged(changes, json!([]), &[], WITH_SCANS).expect("it is refused");
    assert!(refusal.message.contains(says), "{}", refusal.message);
    let entry = format!("{{ change = \"{change}\", of = \"{of}\"");
    assert!(refusal.help.contains(&entry), "{}", refusal.help);
    assert_eq!(judged(changes, json!([]), &[(change, of)], WITH_SCANS), None);
    for other in [(change, "buckets.others"), ("table_deleted", of)] {
        let refused = judged(changes, json!([]), &[other], WITH_SCANS);
        assert!(refused.is_some(), "{other:?} lets it go");
    }
}

#[test]
fn a_bucket_that_ends_is_refused_in_the_words_of_the_spec() {
    for (actions, says, kind) in [
        (
            json!(["delete"]),
            "is deleted: every object is lost",
            "bucket_deleted",
        ),
        (
            json!(["delete", "create"]),
            "is replaced: every object is lost",
            "bucket_replaced",
        ),
        (
            json!(["forget"]),
            "is removed from the state: the bucket stays in AWS",
            "bucket_deleted",
        ),
        (
            json!(["create", "forget"]),
            "may lose every object: Portcullis doesn't know the action `create, forget`",
            "bucket_deleted",
        ),
    ] {
        assert_refused(&[bucket(SCANS, actions, false)], says, kind, "buckets.page-scans");
    }
}

#[test]
fn a_bucket_that_the_spec_has_no_more_is_called_by_its_name_in_aws() {
    let plan = [bucket(SCANS, json!(["delete"]), false)];
    let accepted = [("bucket_deleted", "buckets.page-scans")];
    assert_eq!(judged(&plan, json!([]), &accepted, ""), None);
}

#[test]
fn a_protected_bucket_is_unprotected_first_and_aws_itself_keeps_that_of_other_hcl() {
    let accepted = |address, of| {
        judged(
            &[bucket(address, json!(["delete"]), true)],
            json!([]),
            &[("bucket_deleted", of)],
            WITH_SCANS,
        )
    };
    let refusal = accepted(SCANS, "buckets.page-scans").expect("it is refused");
    assert!(
        refusal.message.contains("`deletion_protection` is still on for"),
        "{}",
        refusal.message
    );
    let theirs = "aws_s3_bucket.theirs";
    assert_eq!(accepted(theirs, theirs), None);
    assert_refused(
        &[bucket(theirs, json!(["delete"]), true)],
        "is deleted",
        "bucket_deleted",
        theirs,
    );
}

#[test]
fn a_bucket_that_terraform_does_not_find_is_lost() {
    let drift = json!([bucket(SCANS, json!(["delete"]), true)]);
    let created = [bucket(SCANS, json!(["create"]), true)];
    let refusal = judged(&created, drift.clone(), &[], WITH_SCANS).expect("it is refused");
    assert!(
        refusal
            .message
            .contains("becomes a new bucket without any object: Terraform looks in `us-east-1`"),
        "{}",
        refusal.message
    );
    let accepted = [("bucket_replaced", "buckets.page-scans")];
    assert_eq!(judged(&created, drift, &accepted, WITH_SCANS), None);
    assert_eq!(
        judged(&created, json!([]), &[], WITH_SCANS),
        None,
        "it is the first"
    );
}

/// A change of what is attached to the bucket.
fn attached(kind: &str, actions: Value, before: Value, after: Value) -> Value {
    let of_bucket = |mut values: Value| {
        if !values.is_null() {
            values["bucket"] = json!(IN_AWS);
        }
        values
    };
    change(kind, "aws_x.theirs", actions, of_bucket(before), of_bucket(after))
}

#[test]
fn versions_that_a_bucket_no_longer_keeps_are_refused() {
    let status = |status: &str| json!({"versioning_configuration": [{"status": status}]});
    let versioning = |actions, before, after| attached("aws_s3_bucket_versioning", actions, before, after);
    let stays = bucket(SCANS, json!(["no-op"]), true);
    for (actions, after) in [
        (json!(["update"]), status("Suspended")),
        (json!(["delete"]), Value::Null),
    ] {
        assert_refused(
            &[stays.clone(), versioning(actions, status("Enabled"), after)],
            "suspends versioning",
            "versioning_suspended",
            "buckets.page-scans.versioning",
        );
    }
    for (bucket, actions, before, after) in [
        (&stays, json!(["update"]), status("Suspended"), status("Enabled")),
        (&stays, json!(["no-op"]), status("Enabled"), status("Enabled")),
        (&stays, json!(["delete"]), status("Suspended"), Value::Null),
        (
            &self::bucket("aws_s3_bucket.theirs", json!(["no-op"]), true),
            json!(["delete"]),
            status("Enabled"),
            Value::Null,
        ),
    ] {
        let plan = [bucket.clone(), versioning(actions, before, after)];
        assert_eq!(judged(&plan, json!([]), &[], WITH_SCANS), None, "{plan:?}");
    }
}

#[test]
fn objects_that_end_earlier_are_refused() {
    let rule = |action: &str, days: &str, count: u32, status: &str| json!({"rule": [{"status": status, action: [{days: count}]}]});
    let objects = |count| rule("expiration", "days", count, "Enabled");
    let versions = |count| {
        rule(
            "noncurrent_version_expiration",
            "noncurrent_days",
            count,
            "Enabled",
        )
    };
    let lifecycle = |actions, before, after| {
        [
            bucket(SCANS, json!(["no-op"]), true),
            attached("aws_s3_bucket_lifecycle_configuration", actions, before, after),
        ]
    };
    for (plan, says, key) in [
        (
            lifecycle(json!(["create"]), Value::Null, objects(30)),
            "deletes objects after 30 days",
            "expire_days",
        ),
        (
            lifecycle(json!(["update"]), objects(30), objects(29)),
            "deletes objects after 29 days",
            "expire_days",
        ),
        (
            lifecycle(json!(["update"]), objects(30), versions(1)),
            "deletes old versions after 1 day,",
            "expire_old_versions_days",
        ),
    ] {
        assert_refused(
            &plan,
            says,
            "objects_expire",
            &format!("buckets.page-scans.{key}"),
        );
    }
    let off = rule("expiration", "days", 1, "Disabled");
    for plan in [
        lifecycle(json!(["update"]), objects(30), objects(31)),
        lifecycle(json!(["update"]), versions(30), off),
        lifecycle(json!(["delete"]), objects(30), Value::Null),
        lifecycle(json!(["create"]), Value::Null, objects(0)),
    ] {
        assert_eq!(judged(&plan, json!([]), &[], WITH_SCANS), None, "{plan:?}");
    }
    let new = [
        bucket(SCANS, json!(["create"]), true),
        attached(
            "aws_s3_bucket_lifecycle_configuration",
            json!(["create"]),
            Value::Null,
            objects(30),
        ),
    ];
    assert_eq!(
        judged(&new, json!([]), &[], WITH_SCANS),
        None,
        "nothing is in it yet"
    );
}

/// A review names the key of the environment, if that overrides it, and one entry accepts both.
#[test]
fn objects_that_end_earlier_in_one_environment_are_refused_under_its_key() {
    const OWN: &str = "environments.dev.buckets.page-scans.expire_days";
    let rule = |days: u32| json!({"rule": [{"status": "Enabled", "expiration": [{"days": days}]}]});
    let plan = [
        bucket(SCANS, json!(["no-op"]), true),
        attached(
            "aws_s3_bucket_lifecycle_configuration",
            json!(["update"]),
            rule(30),
            rule(7),
        ),
    ];
    let spec = |everywhere: &str, here: u32| {
        format!("{WITH_SCANS}{everywhere}\n[environments.dev.buckets.page-scans]\nexpire_days = {here}\n")
    };
    for (spec, of) in [
        (spec("expire_days = 30\n", 7), OWN),
        (spec("", 7), OWN),
        // The environment's value is that of every environment.
        (spec("expire_days = 7\n", 7), "buckets.page-scans.expire_days"),
    ] {
        let refusal = judged(&plan, json!([]), &[], &spec).expect("it is refused");
        let entry = format!("{{ change = \"objects_expire\", of = \"{of}\"");
        assert!(refusal.help.contains(&entry), "{}", refusal.help);
        assert_eq!(judged(&plan, json!([]), &[("objects_expire", of)], &spec), None);
    }
}
