//! `aws_s3_bucket_lifecycle_configuration`: which objects of a bucket S3 deletes by itself. A bucket has one, which replaces
//! the one before.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_lifecycle_configuration>

use std::ops::RangeInclusive;

use crate::hcl::{Block, BlockBuilder, Expression, argument, block, expression, reference, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_lifecycle_configuration",
    in_snapshot: false,
    // `expiration.date` and transitions are not classified, and neither is a filter: they delete or move other objects.
    arguments: &[
        ("bucket", Shown),
        ("expected_bucket_owner", Harmless),
        ("rule.abort_incomplete_multipart_upload", Harmless),
        ("rule.expiration.days", Shown),
        ("rule.id", Harmless),
        ("rule.noncurrent_version_expiration.noncurrent_days", Shown),
        ("rule.status", Shown),
        ("transition_default_minimum_object_size", Harmless),
    ],
};

/// Days after which S3 deletes an object:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html>
pub const DAYS: RangeInclusive<u32> = 1..=2_147_483_647;

/// Days after which S3 deletes the parts of an upload that was never completed. They are invisible and cost money:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html>
const INCOMPLETE_UPLOAD_DAYS: u32 = 7;

/// Days after which S3 deletes something.
pub enum Days {
    /// They are the same everywhere.
    Known(u32),
    /// This variable has them. It is null if S3 never does.
    Decided(String),
}

/// The rules by which S3 deletes after days: objects, old versions and incomplete uploads.
pub fn resource_block(
    label: &Identifier,
    bucket: Expression,
    expire_days: Option<Days>,
    expire_old_versions_days: Option<Days>,
) -> Block {
    let of_objects = expire_days.map(|days| rule("objects", "expiration", "days", days));
    let of_versions = expire_old_versions_days.map(|days| {
        rule(
            "old-versions",
            "noncurrent_version_expiration",
            "noncurrent_days",
            days,
        )
    });
    let of_uploads = rule(
        "incomplete-uploads",
        "abort_incomplete_multipart_upload",
        "days_after_initiation",
        Days::Known(INCOMPLETE_UPLOAD_DAYS),
    );
    TYPE.block(label.as_str())
        .attribute(argument("bucket", bucket))
        .blocks(of_objects.into_iter().chain(of_versions).chain([of_uploads]))
        .build()
}

/// A rule for every object of a bucket. Without a number of days there is none.
fn rule(id: &str, action: &str, name: &'static str, days: Days) -> Block {
    let content = |rule: BlockBuilder, days: Expression| {
        rule.attribute(argument("id", string(id)))
            .attribute(argument("status", string("Enabled")))
            .block(block("filter", []).build())
            .block(block(action, []).attribute(argument(name, days)).build())
            .build()
    };
    match days {
        Days::Known(days) => content(block("rule", []), days.into()),
        Days::Decided(variable) => block("dynamic", ["rule"])
            .attribute(argument("for_each", expression(&format!("var.{variable}[*]"))))
            .block(content(block("content", []), reference("rule.value")))
            .build(),
    }
}
