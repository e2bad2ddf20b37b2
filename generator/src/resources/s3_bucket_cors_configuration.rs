//! `aws_s3_bucket_cors_configuration`: what pages of other origins may send to a bucket. It grants no right: a page still
//! needs a presigned address.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_cors_configuration>

use crate::hcl::{Block, Expression, argument, block, list, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_cors_configuration",
    in_snapshot: false,
    arguments: &[
        ("bucket", Shown),
        ("cors_rule.allowed_headers", Harmless),
        ("cors_rule.allowed_methods", Shown),
        ("cors_rule.allowed_origins", Shown),
        ("cors_rule.expose_headers", Harmless),
        ("cors_rule.id", Harmless),
        ("cors_rule.max_age_seconds", Harmless),
        ("expected_bucket_owner", Harmless),
    ],
};

/// The methods that pages of an origin may send. A presigned address decides about headers, so all are allowed. A page
/// reads the ETag of each part that it uploads:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html>
pub fn resource_block<'a>(
    label: &Identifier,
    bucket: Expression,
    methods: impl IntoIterator<Item = &'a str>,
    origin: Expression,
) -> Block {
    let rule = block("cors_rule", [])
        .attribute(argument("allowed_origins", list([origin])))
        .attribute(argument("allowed_methods", list(methods.into_iter().map(string))))
        .attribute(argument("allowed_headers", list([string("*")])))
        .attribute(argument("expose_headers", list([string("ETag")])));
    TYPE.block(label.as_str())
        .attribute(argument("bucket", bucket))
        .block(rule.build())
        .build()
}
