//! The keys of `[buckets.NAME]`.

use crate::buckets::BucketMethod;
use crate::resources::kms_key::KEY_ARN;
use crate::resources::s3_bucket_lifecycle_configuration::DAYS;
use crate::review::ChangeKind::{ObjectsExpire, VersioningSuspended};
use crate::review::Direction::{Added, Less};
use crate::review::Meaning::{Elsewhere, Harmless, When};
use crate::review::consequence;
use crate::spec::declaration::Absent::Nothing;
use crate::spec::declaration::Kind::{Choices, Flag, Text, TextOrTexts};
use crate::spec::declaration::{EVERYWHERE, Literal, PER_ENVIRONMENT, default, keys, number};
use crate::spec::field::{Given, Placed, Set, Word};
use crate::text_rule::ANY_TEXT;

keys! {
    /// An S3 bucket. It is called `<service>-<environment>-<name>-<account>` in AWS. No public access is possible, and calls
    /// need TLS. AWS refuses to delete it while it contains objects, unless the environment sets
    /// `deletion_protection = false`.
    BucketTable {
        /// Keeps old versions of objects that are overwritten or deleted.
        versioning: Set<bool> = Flag, default(Literal::Flag(true)), PER_ENVIRONMENT,
            When(&[consequence(Less, VersioningSuspended, "from now on, a deleted or overwritten object is **lost**")]);
        /// Time after which S3 deletes an object. Old versions stay.
        expire_days: Given<u32> = number(DAYS, "days"), Nothing, PER_ENVIRONMENT, When(&[
            consequence(Added, ObjectsExpire, "S3 **deletes** older objects"),
            consequence(Less, ObjectsExpire, "S3 **deletes** older objects"),
        ]);
        /// Time after which S3 deletes an old version, counted from the day on which it became one.
        expire_old_versions_days: Given<u32> = number(DAYS, "days"), Nothing, PER_ENVIRONMENT, When(&[
            consequence(Added, ObjectsExpire, "S3 **deletes** older versions"),
            consequence(Less, ObjectsExpire, "S3 **deletes** older versions"),
        ]);
        /// Methods that pages of the API's origin may send to presigned addresses of the bucket. It needs `cors` in `[api]`.
        cors: Given<Vec<Placed<BucketMethod>>> = Choices(BucketMethod::CHOICES), Nothing, EVERYWHERE, Elsewhere;
        /// The only callers that may reach the bucket: `"user_pool"`, or routes such as `["GET /uploads"]`. Everything
        /// that functions do by `uses` and `may` counts. Without it, every route may. See [Reach](../data.md#reach).
        reachable_by: Given<Vec<Placed<String>>> = TextOrTexts(&ANY_TEXT), Nothing, EVERYWHERE, Elsewhere;
        /// ARN of the KMS key that encrypts new objects. Without it, S3 encrypts with keys of its own.
        kms_key: Given<String> = Text(&KEY_ARN), Nothing, PER_ENVIRONMENT, Harmless;
    }
}
