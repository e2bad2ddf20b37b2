//! The buckets that a spec asks for.

use crate::buckets::Bucket;
use crate::buckets::surface::cors_rule;
use crate::references::{Reference, Values};
use crate::resources::{
    s3_bucket_ownership_controls, s3_bucket_policy, s3_bucket_server_side_encryption_configuration,
    s3_bucket_versioning, tls_only,
};
use crate::service::{Environment, Service};
use crate::surface::names::Names;
use crate::surface::{policy, types};
use crate::uses::{Attribute, Datum, Kind};

/// A bucket in an environment.
pub(crate) fn bucket(
    service: &Service,
    environment: &Environment,
    name: &str,
    bucket: &Bucket,
) -> types::Bucket {
    let Bucket {
        versioning,
        expire_days,
        expire_old_versions_days,
        cors,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = bucket;
    let values = Values::of(service, environment);
    let names = Names::of_environment(environment, &values);
    let arn = Reference::Datum(Datum::new(Kind::Buckets, name), Attribute::Arn).text(&values);
    let document =
        tls_only::in_json(s3_bucket_policy::ACTIONS, vec![arn.clone(), format!("{arn}/*")]).to_string();
    let methods: Vec<String> = cors.iter().map(|method| method.in_aws().to_owned()).collect();
    let cors =
        (!methods.is_empty()).then(|| cors_rule(&methods, std::slice::from_ref(&environment.allow_origin)));
    types::Bucket {
        name: name.into(),
        arn: names.without(&arn),
        public_access_blocked: true,
        object_ownership: Some(s3_bucket_ownership_controls::ENFORCED.into()),
        policy: policy::sentences(&document, &names),
        sse_algorithm: Some(
            s3_bucket_server_side_encryption_configuration::algorithm(kms_key.is_some()).into(),
        ),
        kms_key: kms_key.clone(),
        versioning: Some(s3_bucket_versioning::status(*versioning).into()),
        expire_days: *expire_days,
        expire_old_versions_days: *expire_old_versions_days,
        cors: cors.into_iter().collect(),
        deletion_protection: environment.deletion_protection,
    }
}
