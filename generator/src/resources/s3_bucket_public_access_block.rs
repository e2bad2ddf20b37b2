//! `aws_s3_bucket_public_access_block`: what no policy and no ACL of a bucket can allow.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_public_access_block>

use crate::hcl::{Block, argument};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_public_access_block",
    in_snapshot: false,
    arguments: &[
        ("block_public_acls", Shown),
        ("block_public_policy", Shown),
        ("bucket", Shown),
        ("ignore_public_acls", Shown),
        ("restrict_public_buckets", Shown),
        ("skip_destroy", Harmless),
    ],
};

/// Its four blocks:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
pub const BLOCKS: [&str; 4] = [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
];

/// Closes the module's bucket to the public.
pub fn resource_block() -> Block {
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .attributes(BLOCKS.map(|name| argument(name, true)))
        .build()
}
