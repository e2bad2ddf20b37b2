//! `aws_s3_bucket_versioning`: whether a bucket keeps old versions of its objects.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning>

use crate::hcl::{Block, argument, block, reference};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_versioning",
    in_snapshot: false,
    arguments: &[
        ("bucket", Shown),
        ("expected_bucket_owner", Harmless),
        ("mfa", Harmless),
        ("versioning_configuration.mfa_delete", Harmless),
        ("versioning_configuration.status", Shown),
    ],
};

/// The status of a bucket that keeps old versions, and of one that does not. S3 knows no way back to a bucket that never
/// had versions: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html>
pub const STATUS: [&str; 2] = ["Enabled", "Suspended"];

/// The status of a bucket.
pub fn status(versioning: bool) -> &'static str {
    let [enabled, suspended] = STATUS;
    if versioning { enabled } else { suspended }
}

/// The versioning of the module's bucket.
pub fn resource_block() -> Block {
    let configuration =
        block("versioning_configuration", []).attribute(argument("status", reference("var.versioning")));
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .block(configuration.build())
        .build()
}
