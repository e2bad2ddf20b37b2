//! `aws_s3_bucket_ownership_controls`: who owns the objects of a bucket.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_ownership_controls>

use crate::hcl::{Block, argument, block, string};
use crate::resources::Meaning::Shown;
use crate::resources::{ResourceType, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_ownership_controls",
    in_snapshot: false,
    arguments: &[("bucket", Shown), ("rule.object_ownership", Shown)],
};

/// The bucket's owner owns every object, and no ACL has an effect:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
pub const ENFORCED: &str = "BucketOwnerEnforced";

/// Turns the ACLs of the module's bucket off.
pub fn resource_block() -> Block {
    let rule = block("rule", []).attribute(argument("object_ownership", string(ENFORCED)));
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .block(rule.build())
        .build()
}
