//! The arguments of a bucket whose values an environment may decide.

use std::collections::BTreeMap;

use crate::buckets::Bucket;
use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::Setting;
use crate::hcl::{Expression, string};
use crate::resources::s3_bucket_versioning::status;
use crate::service::Service;

impl Overridable for Bucket {
    const KEY: &'static str = "buckets";
    const VARIABLE: &'static str = "bucket_";
    const CALLED: &'static str = "the bucket ";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.buckets
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.buckets
    }
}

pub(crate) static VERSIONING: Setting<Bucket> = Setting {
    argument: "versioning",
    kind: "string",
    noun: "Versioning",
    value: |_, here, _| string(status(here.versioning)),
};

pub(crate) static EXPIRE_DAYS: Setting<Bucket> = Setting {
    argument: "expire_days",
    kind: "number",
    noun: "Days after which S3 deletes objects",
    value: |_, here, _| here.expire_days.map_or_else(Expression::null, Into::into),
};

pub(crate) static EXPIRE_OLD_VERSIONS_DAYS: Setting<Bucket> = Setting {
    argument: "expire_old_versions_days",
    kind: "number",
    noun: "Days after which S3 deletes old versions",
    value: |_, here, _| {
        here.expire_old_versions_days
            .map_or_else(Expression::null, Into::into)
    },
};

pub(crate) static KMS_KEY_ARN: Setting<Bucket> = Setting {
    argument: "kms_key_arn",
    kind: "string",
    noun: "ARN of the KMS key",
    value: |_, here, _| here.kms_key.as_ref().map_or_else(Expression::null, string),
};

/// All of them.
pub(crate) static ALL: [&Setting<Bucket>; 4] =
    [&VERSIONING, &EXPIRE_DAYS, &EXPIRE_OLD_VERSIONS_DAYS, &KMS_KEY_ARN];
