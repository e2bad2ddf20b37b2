//! The buckets' part of `modules/service`: `buckets.tf`.

use crate::buckets::{Bucket, module, settings};
use crate::environments::setting::Setting;
use crate::hcl::{Block, Expression, argument, expression, reference};
use crate::modules::module::module_call;
use crate::references::{Reference, Template};
use crate::resources::s3_bucket_cors_configuration;
use crate::resources::s3_bucket_lifecycle_configuration::{self, Days};
use crate::service::Service;
use crate::uses::{Attribute, Datum, Kind};

/// Every bucket, with what S3 deletes of it and what pages may send to it.
pub(crate) fn blocks(service: &Service) -> Vec<Block> {
    let buckets = service.buckets.iter();
    buckets
        .flat_map(|(name, bucket)| blocks_of(service, name, bucket))
        .collect()
}

/// The name of a bucket in AWS, as other resources of the module have it.
pub(crate) fn name_of(bucket: &str) -> Expression {
    reference(format!("module.{}.name", module::name(bucket)))
}

fn blocks_of(service: &Service, name: &str, bucket: &Bucket) -> Vec<Block> {
    let Bucket {
        versioning: _, // `settings` has it
        expire_days,
        expire_old_versions_days,
        cors,
        reachable_by: _, // a rule for the spec
        kms_key,
    } = bucket;
    let label = module::name(name);
    let datum = Datum::new(Kind::Buckets, name);
    let text = |attribute| {
        let reference = Reference::Datum(datum.clone(), attribute);
        Template::of_reference(reference, "").in_service(service)
    };
    let setting = |setting: &Setting<Bucket>| argument(setting.argument, setting.in_service(service, name));
    let call = module_call(label.as_str(), "bucket")
        .attribute(argument("name", text(Attribute::Name)))
        .attribute(argument("arn", text(Attribute::Arn)))
        .attribute(argument(
            "force_destroy",
            expression("var.deletion_protection != \"ACTIVE\""),
        ))
        .attribute(setting(&settings::VERSIONING))
        .attributes(kms_key.iter().map(|_| setting(&settings::KMS_KEY_ARN)))
        .build();
    let lifecycle = s3_bucket_lifecycle_configuration::resource_block(
        &label,
        name_of(name),
        days(service, name, &settings::EXPIRE_DAYS, *expire_days),
        days(
            service,
            name,
            &settings::EXPIRE_OLD_VERSIONS_DAYS,
            *expire_old_versions_days,
        ),
    );
    let methods = cors.iter().map(|method| method.in_aws());
    let cors = (!cors.is_empty()).then(|| {
        s3_bucket_cors_configuration::resource_block(
            &label,
            name_of(name),
            methods,
            reference("var.allow_origin"),
        )
    });
    [call, lifecycle].into_iter().chain(cors).collect()
}

/// The days after which S3 deletes something, which an environment may decide.
fn days(service: &Service, name: &str, setting: &Setting<Bucket>, days: Option<u32>) -> Option<Days> {
    match setting.variable(service, name) {
        Some(variable) => Some(Days::Decided(variable)),
        None => days.map(Days::Known),
    }
}
