//! `aws_s3_bucket_notification`: which functions S3 invokes for objects of a bucket.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_notification>
//!
//! A bucket has one, which replaces the one before, so all functions of a bucket are in it. S3 refuses a function that it may
//! not invoke: the permission comes first.

use crate::hcl::{Block, Expression, argument, block, lines, list, string};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;

/// The type. A surface shows other targets, which are not here.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_s3_bucket_notification",
    in_snapshot: false,
    arguments: &[
        ("bucket", Shown),
        ("lambda_function.events", Shown),
        ("lambda_function.filter_prefix", Shown),
        ("lambda_function.filter_suffix", Shown),
        ("lambda_function.id", Harmless),
        ("lambda_function.lambda_function_arn", Shown),
    ],
};

/// The service that invokes functions for buckets.
pub const PRINCIPAL: &str = "s3.amazonaws.com";

/// A text that keys of objects begin or end with. S3 has no wildcards here, and a space is a `+`:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>
pub static PART_OF_KEY: TextRule = TextRule {
    must_be: "at most 1024 printable characters of ASCII without spaces and `*`",
    help: "write a space as `+`, and every other character as in a URL, such as `%C3%A4`: S3 knows no wildcards here",
    check: |text| text.len() <= 1_024 && text.bytes().all(|c| c.is_ascii_graphic() && c != b'*'),
    pattern: "^[!-)+-~]{0,1024}$",
};

/// A function that S3 invokes.
pub struct Notified<'a> {
    /// Its id in the bucket's notifications.
    pub id: &'a Identifier,
    /// Its ARN.
    pub function: Expression,
    /// For which events.
    pub events: Vec<&'static str>,
    /// The beginning of the keys; empty is any.
    pub prefix: &'a str,
    /// The end of the keys; empty is any.
    pub suffix: &'a str,
}

/// The functions that S3 invokes for a bucket.
pub fn resource_block<'a>(
    label: &Identifier,
    bucket: Expression,
    functions: impl IntoIterator<Item = Notified<'a>>,
    depends_on: Vec<Expression>,
) -> Block {
    let functions = functions.into_iter().map(|notified| {
        let Notified {
            id,
            function,
            events,
            prefix,
            suffix,
        } = notified;
        let filter =
            |name: &'static str, text: &str| (!text.is_empty()).then(|| argument(name, string(text)));
        block("lambda_function", [])
            .attribute(argument("id", string(id.as_str())))
            .attribute(argument("lambda_function_arn", function))
            .attribute(argument("events", list(events.into_iter().map(string))))
            .attributes(filter("filter_prefix", prefix))
            .attributes(filter("filter_suffix", suffix))
            .build()
    });
    TYPE.block(label.as_str())
        .attribute(argument("bucket", bucket))
        .attribute(argument("depends_on", lines(depends_on)))
        .blocks(functions)
        .build()
}
