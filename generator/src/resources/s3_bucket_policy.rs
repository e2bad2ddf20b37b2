//! `aws_s3_bucket_policy`: what every caller of a bucket may do, and what none may.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_policy>

use crate::hcl::{Block, Expression, argument};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_policy",
    in_snapshot: false,
    arguments: &[("bucket", Shown), ("policy", Shown), ("skip_destroy", Harmless)],
};

/// The actions in the policy of a bucket:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit>
pub const ACTIONS: &str = "s3:*";

/// The policy of the module's bucket.
pub fn resource_block(policy: Expression) -> Block {
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .attribute(argument("policy", policy))
        .build()
}
