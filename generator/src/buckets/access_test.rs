//! The assertions that protect the objects of buckets.

use crate::buckets::{Bucket, module};
use crate::hcl::{Block, Expression, commented, equal, expression, list, literal, string, to_set};
use crate::modules::access_test::assertions::{is, must};
use crate::modules::access_test::mocked::{self, ORIGIN};
use crate::references::Reference;
use crate::resources::{
    s3_bucket_cors_configuration, s3_bucket_lifecycle_configuration, s3_bucket_ownership_controls,
    s3_bucket_public_access_block, s3_bucket_server_side_encryption_configuration, s3_bucket_versioning,
};
use crate::service::Service;
use crate::uses::{Attribute, Datum, Kind};

pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let buckets = service.buckets.iter();
    buckets
        .map(|(name, bucket)| self::bucket(service, name, bucket))
        .collect()
}

fn bucket(service: &Service, name: &str, bucket: &Bucket) -> Block {
    let Bucket {
        versioning,
        expire_days,
        expire_old_versions_days,
        cors,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = bucket;
    let label = module::name(name);
    let of = |attribute: &str| format!("module.{label}.{attribute}");
    let values = mocked::values(service);
    let [name_in_aws, arn] = [Attribute::Name, Attribute::Arn]
        .map(|attribute| Reference::Datum(Datum::new(Kind::Buckets, name), attribute).text(&values));
    let algorithm = s3_bucket_server_side_encryption_configuration::algorithm(kms_key.is_some());
    let mut conditions: Vec<Expression> = vec![
        is(of("name"), string(&name_in_aws)),
        is(of("force_destroy"), false),
        is(
            of("object_ownership"),
            string(s3_bucket_ownership_controls::ENFORCED),
        ),
        is(of("policy"), module::policy(|| literal(&arn))),
        is(
            of("versioning"),
            string(s3_bucket_versioning::status(*versioning)),
        ),
        is(of("sse_algorithm"), string(algorithm)),
    ];
    conditions.extend(s3_bucket_public_access_block::BLOCKS.map(|block| is(of(block), true)));
    conditions.extend(kms_key.iter().map(|key| is(of("kms_key_arn"), string(key))));
    let lifecycle = format!("{}.{label}", s3_bucket_lifecycle_configuration::TYPE.name);
    conditions.push(is(format!("{lifecycle}.bucket"), string(&name_in_aws)));
    // Those of every rule, so that a further one shows.
    for (attribute, days) in [
        ("expiration[*].days", expire_days),
        (
            "noncurrent_version_expiration[*].noncurrent_days",
            expire_old_versions_days,
        ),
    ] {
        let found = expression(&format!("flatten({lifecycle}.rule[*].{attribute})"));
        conditions.push(equal(found, list(days.map(Expression::from))));
    }
    if !cors.is_empty() {
        let rule = format!(
            "one({}.{label}.cors_rule)",
            s3_bucket_cors_configuration::TYPE.name
        );
        let methods = cors.iter().map(|method| string(method.in_aws()));
        conditions.push(equal(
            expression(&format!("{rule}.allowed_methods")),
            to_set(methods),
        ));
        conditions.push(equal(
            expression(&format!("{rule}.allowed_origins")),
            to_set([string(ORIGIN)]),
        ));
    }
    let block = must(
        &format!("The bucket `{name}`"),
        "be closed to the public and take calls with TLS only, have the deletion protection of its environment, and have the \
         versioning, expiry, encryption and CORS of the spec",
        conditions,
    );
    commented(block, &format!("Bucket {name}"))
}
