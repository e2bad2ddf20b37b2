//! The tables, buckets, queues and topics of a surface.

use serde::{Deserialize, Serialize};

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name in the spec, or in AWS if no spec is known.
    pub name: String,
    /// Its ARN, made of its name in AWS.
    #[serde(default)]
    pub arn: String,
    /// The attribute that items are found by, with its type, as in `customer: S`.
    pub partition_key: String,
    /// The attribute that items of a partition are sorted by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_key: Option<String>,
    /// The attribute that ends an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The content of its stream; none if it has no stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// True if it can be restored to any second of the past 35 days.
    pub point_in_time_recovery: bool,
    /// ARN of the KMS key that encrypts it; none is a key of DynamoDB's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// True if AWS refuses to delete it.
    pub deletion_protection: bool,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name in the spec. Without a spec, its name in AWS.
    pub name: String,
    /// Its ARN, made of its name in AWS.
    #[serde(default)]
    pub arn: String,
    /// No policy and no ACL can open it to the public.
    pub public_access_blocked: bool,
    /// The owner of its objects; `BucketOwnerEnforced` turns ACLs off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_ownership: Option<String>,
    /// The statements of its policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
    /// The algorithm that encrypts new objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sse_algorithm: Option<String>,
    /// ARN of the KMS key that encrypts new objects; none is keys of S3's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// `Enabled` if it keeps old versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versioning: Option<String>,
    /// Days after which S3 deletes an object; none is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_days: Option<u32>,
    /// Days after which S3 deletes an old version; none is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_old_versions_days: Option<u32>,
    /// The requests that pages of other origins may send, as in `GET, PUT from https://app.example.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cors: Vec<String>,
    /// AWS refuses to delete it while it contains objects.
    pub deletion_protection: bool,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its name in the spec. Without a spec, its name in AWS without `.fifo`.
    pub name: String,
    /// Its ARN, made of its name in AWS.
    #[serde(default)]
    pub arn: String,
    /// It delivers messages in their order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fifo: bool,
    /// `SSE-SQS` if SQS encrypts with a key of its own, or the ARN of a KMS key. None is not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_with: Option<String>,
    /// The destination of messages that were received too often, as in `arn:… after 3 times`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<String>,
    /// The statements of its policy, as in `Allow AWS:… to sqs:SendMessage on arn:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
}

/// An SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name in the spec. Without a spec, its name in AWS without `.fifo`.
    pub name: String,
    /// Its ARN, made of its name in AWS.
    #[serde(default)]
    pub arn: String,
    /// It passes messages on in their order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fifo: bool,
    /// ARN of the KMS key that encrypts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The statements of its policy, as in `Allow AWS:… to sns:Publish on arn:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<String>,
}
