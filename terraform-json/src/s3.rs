//! S3 buckets and what is attached to them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{block, given, kind, or_empty};

/// An `aws_s3_bucket`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Bucket {
    /// Its id, which is its name.
    pub id: String,
    /// Its name.
    pub bucket: String,
    /// Its ARN.
    pub arn: String,
    /// True if Terraform deletes the bucket with its objects.
    #[serde(deserialize_with = "or_empty")]
    pub force_destroy: bool,
    /// Its tags, those of the provider among them.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
}

kind!(Bucket, "aws_s3_bucket", "bucket", "arn");

/// An `aws_s3_bucket_policy`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BucketPolicy {
    /// The bucket.
    pub bucket: String,
    /// The document.
    pub policy: String,
}

kind!(BucketPolicy, "aws_s3_bucket_policy");

/// An `aws_s3_bucket_public_access_block`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub struct PublicAccessBlock {
    pub bucket: String,
    #[serde(deserialize_with = "or_empty")]
    pub block_public_acls: bool,
    #[serde(deserialize_with = "or_empty")]
    pub block_public_policy: bool,
    #[serde(deserialize_with = "or_empty")]
    pub ignore_public_acls: bool,
    #[serde(deserialize_with = "or_empty")]
    pub restrict_public_buckets: bool,
}

kind!(PublicAccessBlock, "aws_s3_bucket_public_access_block");

/// An `aws_s3_bucket_versioning`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BucketVersioning {
    /// The bucket.
    pub bucket: String,
    /// The versioning of the bucket.
    #[serde(deserialize_with = "block")]
    pub versioning_configuration: Versioning,
}

kind!(BucketVersioning, "aws_s3_bucket_versioning");

/// The versioning of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Versioning {
    /// `Enabled`, `Suspended` or `Disabled`.
    #[serde(deserialize_with = "given")]
    pub status: Option<String>,
}

/// An `aws_s3_bucket_ownership_controls`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OwnershipControls {
    /// The bucket.
    pub bucket: String,
    /// The owner of objects.
    #[serde(deserialize_with = "block")]
    pub rule: Ownership,
}

kind!(OwnershipControls, "aws_s3_bucket_ownership_controls");

/// The owner of a bucket's objects.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Ownership {
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    #[serde(deserialize_with = "given")]
    pub object_ownership: Option<String>,
}

/// An `aws_s3_bucket_server_side_encryption_configuration`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Encryption {
    /// The bucket.
    pub bucket: String,
    /// The encryption of new objects.
    #[serde(deserialize_with = "block")]
    pub rule: EncryptionRule,
}

kind!(Encryption, "aws_s3_bucket_server_side_encryption_configuration");

/// The encryption of new objects.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EncryptionRule {
    /// If an upload says nothing of its own.
    #[serde(deserialize_with = "block")]
    pub apply_server_side_encryption_by_default: EncryptionByDefault,
}

/// The default encryption of uploads.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct EncryptionByDefault {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    #[serde(deserialize_with = "given")]
    pub sse_algorithm: Option<String>,
    /// The key of KMS.
    #[serde(deserialize_with = "given")]
    pub kms_master_key_id: Option<String>,
}

/// An `aws_s3_bucket_lifecycle_configuration`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Lifecycle {
    /// The bucket.
    pub bucket: String,
    /// The objects that S3 deletes.
    #[serde(deserialize_with = "or_empty")]
    pub rule: Vec<LifecycleRule>,
}

kind!(Lifecycle, "aws_s3_bucket_lifecycle_configuration");

/// The objects that S3 deletes from a bucket.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LifecycleRule {
    /// `Enabled` or `Disabled`.
    pub status: String,
    /// When objects end.
    #[serde(deserialize_with = "block")]
    pub expiration: Expiration,
    /// When old versions end.
    #[serde(deserialize_with = "block")]
    pub noncurrent_version_expiration: OldVersionExpiration,
}

impl LifecycleRule {
    /// Returns whether S3 follows it.
    pub fn is_enabled(&self) -> bool {
        self.status == "Enabled"
    }
}

/// When objects end.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Expiration {
    /// Days after their creation. The provider writes 0 for none.
    #[serde(deserialize_with = "or_empty")]
    pub days: u32,
}

/// When old versions end.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OldVersionExpiration {
    /// Days after they became old. The provider writes 0 for none.
    #[serde(deserialize_with = "or_empty")]
    pub noncurrent_days: u32,
}

/// An `aws_s3_bucket_cors_configuration`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BucketCors {
    /// The bucket.
    pub bucket: String,
    /// The requests that pages of other origins may send.
    #[serde(deserialize_with = "or_empty")]
    pub cors_rule: Vec<CorsRule>,
}

kind!(BucketCors, "aws_s3_bucket_cors_configuration");

/// The requests that pages of other origins may send to a bucket.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct CorsRule {
    /// Their methods.
    #[serde(deserialize_with = "or_empty")]
    pub allowed_methods: Vec<String>,
    /// The origins.
    #[serde(deserialize_with = "or_empty")]
    pub allowed_origins: Vec<String>,
}

/// An `aws_s3_bucket_notification`: a bucket has one, which replaces the one before.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BucketNotification {
    /// The bucket.
    pub bucket: String,
    /// True if EventBridge gets every event.
    #[serde(deserialize_with = "or_empty")]
    pub eventbridge: bool,
    /// Functions.
    #[serde(deserialize_with = "or_empty")]
    pub lambda_function: Vec<Notified>,
    /// Queues.
    #[serde(deserialize_with = "or_empty")]
    pub queue: Vec<Notified>,
    /// Topics.
    #[serde(deserialize_with = "or_empty")]
    pub topic: Vec<Notified>,
}

kind!(BucketNotification, "aws_s3_bucket_notification", "bucket");

/// A target of a bucket's notifications.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Notified {
    /// Its id in the bucket's notifications.
    #[serde(deserialize_with = "given")]
    pub id: Option<String>,
    /// The ARN of the function, queue or topic.
    #[serde(alias = "lambda_function_arn", alias = "queue_arn", alias = "topic_arn")]
    pub arn: String,
    /// Kinds of events, such as `s3:ObjectCreated:*`.
    #[serde(deserialize_with = "or_empty")]
    pub events: Vec<String>,
    /// The beginning of the keys.
    #[serde(deserialize_with = "given")]
    pub filter_prefix: Option<String>,
    /// The end of the keys.
    #[serde(deserialize_with = "given")]
    pub filter_suffix: Option<String>,
}
