//! `modules/bucket`: a bucket that is closed to the public and encrypted, and takes calls with TLS only.

use crate::hcl::{Expression, Part, expression, lines, literal, reference, string, template, value};
use crate::identifier::Identifier;
use crate::modules::module::{Module, Output, Variable, versions};
use crate::resources::{
    s3_bucket, s3_bucket_ownership_controls, s3_bucket_policy, s3_bucket_public_access_block,
    s3_bucket_server_side_encryption_configuration, s3_bucket_versioning, tls_only,
};
use crate::service::Service;

/// The name of a bucket's call.
pub(crate) fn name(bucket: &str) -> Identifier {
    Identifier::new(bucket).prefixed("bucket")
}

/// Returns `true` if a bucket of the service has a KMS key.
pub(crate) fn has_keys(service: &Service) -> bool {
    service.buckets.values().any(|bucket| bucket.kms_key.is_some())
}

/// The policy of a bucket by its ARN, which may be a reference.
pub(crate) fn policy(arn: impl Fn() -> Part) -> Expression {
    let bucket = match arn() {
        Part::Literal(text) => string(text),
        Part::Value(arn) => arn,
    };
    tls_only::policy(
        s3_bucket_policy::ACTIONS,
        lines([bucket, template([arn(), literal("/*")])]),
    )
}

/// The output that has the encryption algorithm of new objects. A rule is in a set of one.
const ALGORITHM: &str = "one(aws_s3_bucket_server_side_encryption_configuration.this.rule[*].apply_server_side_encryption_by_default[0].sse_algorithm)";
/// The same of the key.
const KEY: &str = "one(aws_s3_bucket_server_side_encryption_configuration.this.rule[*].apply_server_side_encryption_by_default[0].kms_master_key_id)";

fn outputs() -> Vec<Output> {
    let of_bucket = |name: &str| reference(format!("aws_s3_bucket.this.{name}"));
    let mut outputs = vec![
        Output::new(
            "force_destroy",
            "Whether Terraform deletes the bucket with its objects.",
            of_bucket("force_destroy"),
        ),
        Output::new(
            "kms_key_arn",
            "ARN of the KMS key that encrypts new objects, if they have one.",
            expression(KEY),
        ),
        Output::new("name", "Name of the bucket.", s3_bucket::own_name()),
        Output::new(
            "object_ownership",
            "Owner of objects. `BucketOwnerEnforced` turns ACLs off.",
            reference("aws_s3_bucket_ownership_controls.this.rule[0].object_ownership"),
        ),
        Output::new(
            "policy",
            "Policy of the bucket.",
            reference("aws_s3_bucket_policy.this.policy"),
        ),
        Output::new(
            "sse_algorithm",
            "Algorithm that encrypts new objects.",
            expression(ALGORITHM),
        ),
        Output::new(
            "versioning",
            "Whether S3 keeps old versions of objects.",
            reference("aws_s3_bucket_versioning.this.versioning_configuration[0].status"),
        ),
    ];
    outputs.extend(s3_bucket_public_access_block::BLOCKS.map(|name| {
        let value = reference(format!("aws_s3_bucket_public_access_block.this.{name}"));
        Output::new(name, "Part of the public access block of the bucket.", value)
    }));
    outputs.sort_by_key(|output| output.name);
    outputs
}

/// The module.
pub fn module(service: &Service) -> Module {
    let has_keys = has_keys(service);
    let all_have_keys = service.buckets.values().all(|bucket| bucket.kms_key.is_some());
    let variable = |name: &'static str, kind: &str, description: &str| Variable::new(name, kind, description);
    let key = variable(
        "kms_key_arn",
        "string",
        "ARN of the KMS key that encrypts new objects. Without it, S3 encrypts with keys of its own.",
    );
    let mut variables = vec![
        variable(
            "arn",
            "string",
            "ARN of the bucket. It is known before the first apply, so a plan shows its policy.",
        ),
        variable(
            "force_destroy",
            "bool",
            "Whether Terraform deletes the bucket with its objects. Otherwise AWS refuses to delete it while it has some.",
        ),
    ];
    variables.extend(has_keys.then(|| key.default(Expression::null())));
    variables.extend([
        variable("name", "string", "Name of the bucket, once in all of AWS."),
        variable(
            "versioning",
            "string",
            "Whether S3 keeps old versions of objects.",
        )
        .one_of(s3_bucket_versioning::STATUS),
    ]);
    Module {
        folder: "modules/bucket".into(),
        summary: "A bucket that is closed to the public, encrypts its objects and takes calls with TLS only."
            .into(),
        files: vec![
            (
                "main.tf",
                vec![
                    s3_bucket::resource_block(all_have_keys),
                    s3_bucket_ownership_controls::resource_block(),
                    s3_bucket_public_access_block::resource_block(),
                    s3_bucket_policy::resource_block(policy(|| value("var.arn"))),
                    s3_bucket_server_side_encryption_configuration::resource_block(has_keys),
                    s3_bucket_versioning::resource_block(),
                ],
            ),
            ("versions.tf", versions()),
        ],
        variables,
        outputs: outputs(),
    }
}
