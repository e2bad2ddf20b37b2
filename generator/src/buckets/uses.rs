//! The verbs of buckets: what functions may do with their objects.

use crate::uses::Attribute;
use crate::uses::declaration::{Declaration, Verb};

/// Buckets. Each verb is about objects or about the bucket, and none about old versions: they stay until they expire.
///
/// A write also replaces an object. An upload in parts decrypts what it joins, with a key of KMS.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions>
pub static BUCKETS: Declaration = Declaration {
    key: "buckets",
    noun: "bucket",
    example: "`[buckets.scans]`",
    contents: "objects of the bucket",
    verbs: &[
        Verb {
            name: "read",
            third: "reads",
            actions: &["s3:GetObject"],
            causes_events: false,
            on_itself: false,
            on_parts: true,
            with_key: &["kms:Decrypt"],
        },
        Verb {
            name: "list",
            third: "lists",
            actions: &["s3:ListBucket"],
            causes_events: false,
            on_itself: true,
            on_parts: false,
            with_key: &[],
        },
        Verb {
            name: "write",
            third: "writes",
            actions: &["s3:AbortMultipartUpload", "s3:PutObject"],
            causes_events: true,
            on_itself: false,
            on_parts: true,
            with_key: &["kms:Decrypt", "kms:GenerateDataKey"],
        },
        Verb {
            name: "delete",
            third: "deletes",
            actions: &["s3:DeleteObject"],
            causes_events: true,
            on_itself: false,
            on_parts: true,
            with_key: &[],
        },
    ],
    together: &[],
    attributes: &[Attribute::Name, Attribute::Arn],
    is_global: true,
    arn: ["s3", ""],
    variable: ["BUCKET_", ""],
    variable_contains: Attribute::Name,
};
