//! `aws_s3_bucket_policy`: what a bucket allows and denies, whoever asks.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_policy>

use serde_json::{Value, json};

use crate::hcl::{Block, Expression, argument, lines, object, string};
use crate::resources::Meaning::{Harmless, Said};
use crate::resources::{ResourceType, iam_role_policy, s3_bucket};

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_policy",
    in_snapshot: false,
    arguments: &[("bucket", Said), ("policy", Said), ("skip_destroy", Harmless)],
};

/// The condition of a call that travels without TLS:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit>
const WITHOUT_TLS: [&str; 3] = ["Bool", "aws:SecureTransport", "false"];

/// The policy that denies every call without TLS to the bucket of an ARN and to its objects.
pub fn tls_only(bucket: Expression, objects: Expression) -> Expression {
    let [operator, key, value] = WITHOUT_TLS;
    let condition = object([(operator, object([(key, string(value))]))]);
    iam_role_policy::document([object([
        ("Sid", string("DenyWithoutTls")),
        ("Effect", string("Deny")),
        ("Principal", string("*")),
        ("Action", string("s3:*")),
        ("Resource", lines([bucket, objects])),
        ("Condition", condition),
    ])])
}

/// The same as JSON.
pub fn tls_only_in_json(bucket: &str) -> Value {
    let [operator, key, value] = WITHOUT_TLS;
    json!({"Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket, format!("{bucket}/*")],
        "Condition": { operator: { key: value } },
    }]})
}

/// The policy of the module's bucket.
pub fn resource_block(policy: Expression) -> Block {
    TYPE.block("this")
        .attribute(argument("bucket", s3_bucket::own_name()))
        .attribute(argument("policy", policy))
        .build()
}
