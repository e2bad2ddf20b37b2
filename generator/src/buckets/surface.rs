//! Buckets: what protects their objects, and which of these end by themselves.

use std::collections::BTreeSet;

use portcullis_terraform_json::index::{Kind, Part};
use portcullis_terraform_json::s3;

use crate::surface::names::{Names, arn_of};
use crate::surface::policy;
use crate::surface::resources::{Resources, text};
use crate::surface::types::Bucket;
use crate::uses;

/// The beginning of the addresses of generated buckets. A bucket elsewhere admits no callers by itself. Its policy
/// does, and surfaces show that.
pub(crate) const ADDRESS: &str = "module.service.module.bucket_";
/// The end of these addresses.
const END: &str = ".aws_s3_bucket.this";

/// The Terraform name of a generated bucket, by its address.
pub(crate) fn label(address: &str) -> Option<&str> {
    address.strip_prefix(ADDRESS)?.strip_suffix(END)
}

/// The generated buckets, with everything that is attached to one, wherever it stands.
pub(crate) fn buckets(resources: &mut Resources<'_>, names: &Names) -> Vec<Bucket> {
    let mut buckets: Vec<Part<s3::Bucket>> = resources.index.parts();
    buckets.retain(|bucket| label(&bucket.resource.address).is_some());
    buckets
        .iter()
        .map(|bucket| self::bucket(resources, names, bucket))
        .collect()
}

fn bucket<'a>(resources: &mut Resources<'a>, names: &Names, bucket: &Part<'a, s3::Bucket>) -> Bucket {
    resources.account(bucket.resource);
    let versioning: Vec<s3::BucketVersioning> = attached(resources, bucket);
    let blocks: Vec<s3::PublicAccessBlock> = attached(resources, bucket);
    let ownership: Vec<s3::OwnershipControls> = attached(resources, bucket);
    let policies: Vec<s3::BucketPolicy> = attached(resources, bucket);
    let encryption: Vec<s3::Encryption> = attached(resources, bucket);
    let lifecycle: Vec<s3::Lifecycle> = attached(resources, bucket);
    let cors: Vec<s3::BucketCors> = attached(resources, bucket);
    let by_default = || {
        encryption
            .iter()
            .map(|one| &one.rule.apply_server_side_encryption_by_default)
    };
    let rules = || {
        lifecycle
            .iter()
            .flat_map(|one| &one.rule)
            .filter(|rule| rule.is_enabled())
    };
    let policy = policies
        .iter()
        .flat_map(|one| policy::sentences(&one.policy, names));
    let cors = cors.iter().flat_map(|one| &one.cors_rule);
    let cors = cors.map(|rule| cors_rule(&rule.allowed_methods, &rule.allowed_origins));
    Bucket {
        name: name_of(bucket, names),
        arn: arn_of(uses::Kind::Buckets, &names.in_text(&bucket.bucket)),
        public_access_blocked: !blocks.is_empty() && blocks.iter().all(closes),
        object_ownership: all_of(ownership.iter().map(|one| &one.rule.object_ownership)),
        policy: sorted(policy),
        sse_algorithm: all_of(by_default().map(|one| &one.sse_algorithm)),
        kms_key: all_of(by_default().map(|one| &one.kms_master_key_id)),
        versioning: all_of(versioning.iter().map(|one| &one.versioning_configuration.status)),
        expire_days: days(rules().map(|rule| rule.expiration.days)),
        expire_old_versions_days: days(
            rules().map(|rule| rule.noncurrent_version_expiration.noncurrent_days),
        ),
        cors: sorted(cors),
        deletion_protection: !bucket.force_destroy,
    }
}

/// Returns the name of a bucket in the spec.
pub(crate) fn name_of(bucket: &s3::Bucket, names: &Names) -> String {
    let name = names.in_text(names.own(&bucket.bucket, &bucket.tags_all));
    name.strip_suffix("-${account}").unwrap_or(&name).to_owned()
}

/// Returns `true` if an access block leaves no way to open a bucket to the public.
fn closes(block: &s3::PublicAccessBlock) -> bool {
    let s3::PublicAccessBlock {
        bucket: _, // the one that is asked about
        block_public_acls,
        block_public_policy,
        ignore_public_acls,
        restrict_public_buckets,
    } = *block;
    block_public_acls && block_public_policy && ignore_public_acls && restrict_public_buckets
}

/// The values of everything that is attached to a bucket. Two resources of a type overwrite each other, so both show.
fn all_of<'v>(values: impl Iterator<Item = &'v Option<String>>) -> Option<String> {
    let values = sorted(values.flatten().cloned());
    (!values.is_empty()).then(|| values.join(", "))
}

/// Returns the resources attached to a bucket, by its name. In a first plan, a name is known.
fn attached<'a, Values: Kind>(resources: &mut Resources<'a>, bucket: &s3::Bucket) -> Vec<Values> {
    let mut parts: Vec<Part<'a, Values>> = resources.index.parts();
    parts.retain(|part| !bucket.bucket.is_empty() && text(part.resource, "bucket") == bucket.bucket);
    let found = |part: Part<'a, Values>| {
        resources.account(part.resource);
        part.values
    };
    parts.into_iter().map(found).collect()
}

/// The least of days, if there are some. The provider writes 0 for none.
fn days(all: impl Iterator<Item = u32>) -> Option<u32> {
    all.filter(|days| *days > 0).min()
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    texts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A rule of CORS, as in `GET, PUT from https://app.example.com`.
pub(crate) fn cors_rule(methods: &[String], origins: &[String]) -> String {
    let [methods, origins] = [methods, origins].map(|texts| sorted(texts.iter().cloned()).join(", "));
    format!("{methods} from {origins}")
}
