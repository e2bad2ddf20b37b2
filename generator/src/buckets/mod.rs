//! S3 buckets: what protects their objects, and which of these end by themselves.
//!
//! Names of buckets are taken once in all of AWS, so the account is part of each: `<service>-<environment>-<name>-<account>`.
//! A plan knows the account before the first apply, and a name made of text refers to no resource, so nothing can wait for
//! itself.

pub(crate) mod access_test;
pub(crate) mod in_service;
pub(crate) mod keys;
pub(crate) mod meaning;
pub(crate) mod module;
pub(crate) mod modules;
pub(crate) mod review;
pub(crate) mod settings;
pub(crate) mod surface;
pub(crate) mod surface_of_service;
pub(crate) mod uses;

use serde::Serialize;

use crate::reach::reachable_by::ReachableBy;
use crate::spec::declaration::choices;

/// A bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bucket {
    /// Keeps old versions of objects.
    pub versioning: bool,
    /// Days after which S3 deletes an object; none is never.
    pub expire_days: Option<u32>,
    /// Days after which S3 deletes an old version; none is never.
    pub expire_old_versions_days: Option<u32>,
    /// The methods that pages of the API's origin may send to presigned addresses, sorted.
    pub cors: Vec<BucketMethod>,
    /// The only callers that may reach it. `None` means every route.
    pub reachable_by: Option<ReachableBy>,
    /// ARN of the KMS key that encrypts its objects; none is keys of S3's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

choices! {
    /// A method of S3 that pages of another origin may send.
    ///
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html>
    BucketMethod {
        /// Deletes an object.
        Delete = "DELETE";
        /// Reads an object.
        Get = "GET";
        /// Reads an object's headers.
        Head = "HEAD";
        /// Uploads an object from a form.
        Post = "POST";
        /// Uploads an object.
        Put = "PUT";
    }
}

impl BucketMethod {
    /// S3's name of it.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}
