//! `aws_s3_bucket_server_side_encryption_configuration`: how S3 encrypts new objects of a bucket.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_server_side_encryption_configuration>
//!
//! S3 encrypts every object. Without a key of KMS, it does so with keys of its own:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>

use crate::hcl::{Block, argument, block, reference, string};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::{ResourceType, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_server_side_encryption_configuration",
    in_snapshot: false,
    arguments: &[
        ("bucket", Shown),
        ("expected_bucket_owner", Harmless),
        ("rule.apply_server_side_encryption_by_default", Shown),
        ("rule.blocked_encryption_types", Harmless),
        ("rule.bucket_key_enabled", Harmless),
    ],
};

/// The algorithm of a bucket with a key of KMS, and of one without.
const ALGORITHMS: [&str; 2] = ["aws:kms", "AES256"];

/// The algorithm of a bucket.
pub fn algorithm(has_key: bool) -> &'static str {
    let [kms, own] = ALGORITHMS;
    if has_key { kms } else { own }
}

/// The encryption of the module's bucket. `has_keys` is whether a bucket of the service has a key of KMS. A bucket key
/// saves most calls of KMS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html>
pub fn resource_block(has_keys: bool) -> Block {
    let mut by_default = block("apply_server_side_encryption_by_default", []);
    let mut rule = block("rule", []);
    if has_keys {
        let [kms, own] = ALGORITHMS.map(string);
        let has_none = || crate::hcl::expression("var.kms_key_arn == null");
        by_default = by_default
            .attribute(argument(
                "sse_algorithm",
                crate::hcl::conditional(has_none(), own, kms),
            ))
            .attribute(argument("kms_master_key_id", reference("var.kms_key_arn")));
        rule = rule.attribute(argument(
            "bucket_key_enabled",
            crate::hcl::expression("var.kms_key_arn != null"),
        ));
    } else {
        by_default = by_default.attribute(argument("sse_algorithm", string(algorithm(false))));
    }
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .block(rule.block(by_default.build()).build())
        .build()
}
