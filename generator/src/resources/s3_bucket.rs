//! `aws_s3_bucket`: objects by key.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket>
//!
//! `bucket` forces a new bucket, which is empty: the data-loss guard refuses that. S3 refuses to delete a bucket that
//! contains objects. With `force_destroy` in the state, the provider empties it first.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, reference};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{BUCKET_KEY, BUCKET_LOGS, EXPIRY, NOTIFICATIONS, REPLICATION};
use crate::text_rule::TextRule;

/// The type.
///
/// The provider copies into most arguments what other resources set. With ACLs off, an ACL has no effect.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket",
    in_snapshot: false,
    // `logging`, `replication_configuration` and `website` are not classified: they hand objects or keys on.
    arguments: &[
        ("acceleration_status", Harmless),
        ("acl", Harmless),
        ("bucket", Shown),
        ("bucket_domain_name", Harmless),
        ("bucket_namespace", Harmless),
        ("bucket_prefix", Harmless),
        ("bucket_region", Harmless),
        ("bucket_regional_domain_name", Harmless),
        ("cors_rule", Harmless),
        ("force_destroy", Shown),
        ("grant", Harmless),
        ("hosted_zone_id", Harmless),
        ("lifecycle_rule", Harmless),
        ("object_lock_configuration", Harmless),
        ("object_lock_enabled", Harmless),
        ("policy", Harmless),
        ("request_payer", Harmless),
        ("server_side_encryption_configuration", Harmless),
        ("versioning", Harmless),
    ],
};

/// Characters of a bucket's name:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub const NAME_LENGTH: RangeInclusive<usize> = 3..=63;

/// Beginnings that no bucket's name may have; the same page. Names may not have certain ends either, such as
/// `-s3alias`. Those end in a letter, and the names here end with an account.
pub const RESERVED_PREFIXES: [&str; 3] = ["amzn-s3-demo-", "sthree-", "xn--"];

/// The name of a bucket; the same page.
pub static NAME_OF_ANY: TextRule = TextRule {
    must_be: "a bucket's name: 3 to 63 lower-case letters, digits, `-` and `.`, with a letter or digit at both ends",
    help: "write it as in `shop-terraform-state`",
    check: |name| NAME_LENGTH.contains(&name.len()) && is_name(name, b"-."),
    pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
};

/// Part of the name of a generated bucket; the same page. A `.` is left out: TLS certificates of S3 have no name with one.
pub static PART_OF_NAME: TextRule = TextRule {
    must_be: "lower-case letters, digits and `-`, with a letter or digit at both ends",
    help: "use other characters, as in `order-scans`: it becomes part of the bucket's name in AWS",
    check: |part| part.len() <= *NAME_LENGTH.end() && is_name(part, b"-"),
    pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
};

/// Returns `true` if a text has lower-case letters, digits and these `marks`, but no mark at an end.
fn is_name(text: &str, marks: &[u8]) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || marks.contains(&b);
    let is_end = |b: Option<&u8>| b.is_some_and(|b| !marks.contains(b));
    let bytes = text.as_bytes();
    text.bytes().all(is_inner) && is_end(bytes.first()) && is_end(bytes.last())
}

/// A bucket that is deleted with its objects if the module's variable says so.
pub fn resource_block(all_have_keys: bool) -> Block {
    TYPE.block("this")
        .skips([&BUCKET_LOGS, &REPLICATION, &NOTIFICATIONS, &EXPIRY])
        .skips((!all_have_keys).then_some(&BUCKET_KEY))
        .attribute(argument("bucket", reference("var.name")))
        .attribute(argument("force_destroy", reference("var.force_destroy")))
        .build()
}

/// The module's own bucket, as others name it. The name is known before the apply, unlike the id.
pub fn own_name() -> Expression {
    reference("aws_s3_bucket.this.bucket")
}
