//! `aws_lambda_function`: a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function>
//! Limits: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use std::ops::RangeInclusive;

use crate::hcl::{
    Block, argument, block, call, commented, conditional, expression, lines, list, literal, precondition,
    reference, string, template, value,
};
use crate::resources::Meaning::{Harmless, Said};
use crate::resources::ResourceType;
use crate::text_rule::TextRule;
use portcullis_terraform_json::aws::RESERVED_VARIABLES;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_function",
    in_snapshot: false,
    arguments: &[
        ("architectures", Harmless),
        ("code_sha256", Harmless),
        // It refuses code that nobody signed.
        ("code_signing_config_arn", Harmless),
        ("environment.variables", Said),
        ("ephemeral_storage", Harmless),
        ("filename", Said),
        ("function_name", Said),
        ("handler", Said),
        ("image_uri", Said),
        ("invoke_arn", Harmless),
        ("kms_key_arn", Harmless),
        ("last_modified", Harmless),
        // Its role says which groups it may write to.
        ("logging_config", Harmless),
        ("memory_size", Harmless),
        ("package_type", Harmless),
        ("publish", Harmless),
        ("qualified_arn", Harmless),
        ("qualified_invoke_arn", Harmless),
        ("replace_security_groups_on_destroy", Harmless),
        ("replacement_security_group_ids", Harmless),
        ("reserved_concurrent_executions", Harmless),
        ("response_streaming_invoke_arn", Harmless),
        ("role", Said),
        ("runtime", Said),
        ("s3_bucket", Said),
        ("s3_key", Said),
        ("s3_object_version", Said),
        ("signing_job_arn", Harmless),
        ("signing_profile_version_arn", Harmless),
        ("skip_destroy", Harmless),
        ("snap_start", Harmless),
        ("source_code_hash", Harmless),
        ("source_code_size", Harmless),
        ("source_kms_key_arn", Harmless),
        ("timeout", Harmless),
        ("tracing_config", Harmless),
        ("version", Harmless),
        ("vpc_config.vpc_id", Harmless),
    ],
};

/// Memory in MB.
pub const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;

/// Seconds for one invocation: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>. API Gateway waits
/// for less, see `api_gateway_integration`.
pub const TIMEOUT_SECONDS: RangeInclusive<u32> = 1..=900;

/// Characters of a name, which the function shares with its role.
pub const NAME_LENGTH: usize = 64;

/// What Lambda starts of the zip.
pub const HANDLER: &str = "bootstrap";
/// Runs an executable.
pub const RUNTIME: &str = "provided.al2023";

/// Bytes of all environment variables together.
pub const ENVIRONMENT_BYTES: usize = 4096;

/// The variable that has `lambda_http` leave the stage out of paths; set by the service module.
pub const IGNORE_STAGE_IN_PATH: &str = "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH";
/// The variable that tells a handler which origin its answers admit; set by the service module.
pub const CORS_ALLOW_ORIGIN: &str = "CORS_ALLOW_ORIGIN";
/// The variable that tells a handler to admit credentials; set by the service module.
pub const CORS_ALLOW_CREDENTIALS: &str = "CORS_ALLOW_CREDENTIALS";

/// The name of an environment variable. [`owner_of`] names those that are taken.
pub static ENVIRONMENT_KEY: TextRule = TextRule {
    must_be: "a letter, then letters, digits and `_`, at least two characters",
    help: "",
    check: |key| {
        // Lambda's own begin with `_`, and have a better explanation.
        let begins = key.starts_with(|c: char| c.is_ascii_alphabetic()) || RESERVED_VARIABLES.contains(&key);
        begins && key.len() >= 2 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    },
    pattern: "^[A-Za-z][A-Za-z0-9_]+$",
};

/// Who sets an environment variable that a spec must not set, if anyone does.
pub fn owner_of(key: &str) -> Option<&'static str> {
    if RESERVED_VARIABLES.contains(&key) {
        return Some("Lambda sets");
    }
    let ours = [CORS_ALLOW_ORIGIN, CORS_ALLOW_CREDENTIALS];
    ours.contains(&key)
        .then_some("Portcullis sets from `cors` in `[api]`")
}

/// The description of a function.
pub static DESCRIPTION: TextRule = TextRule {
    must_be: "at most 256 characters",
    help: "",
    check: |description| description.chars().count() <= 256,
    pattern: r"^[\s\S]{0,256}$",
};

/// A function whose zip holds one executable, `bootstrap`.
pub fn resource_block() -> Block {
    let hash = conditional(
        call("fileexists", [reference("var.filename")]),
        call("filebase64sha256", [reference("var.filename")]),
        crate::hcl::Expression::null(),
    );
    TYPE.block("this")
        .attribute(argument("function_name", reference("var.name")))
        .attribute(argument("description", reference("var.description")))
        .attribute(argument("role", reference("aws_iam_role.this.arn")))
        .attribute(argument("filename", reference("var.filename")))
        .attribute(commented(
            argument("source_code_hash", hash),
            "A new zip changes the hash. Without a zip, `validate`, `test` and `local` still work.",
        ))
        .attribute(argument("handler", string(HANDLER)))
        .attribute(argument("runtime", string(RUNTIME)))
        .attribute(argument("architectures", list([reference("var.architecture")])))
        .attribute(argument("memory_size", reference("var.memory_size")))
        .attribute(argument("timeout", reference("var.timeout")))
        .block(
            block("environment", [])
                .attribute(argument("variables", reference("var.environment_variables")))
                .build(),
        )
        .attribute(commented(
            argument(
                "depends_on",
                lines([
                    reference("aws_cloudwatch_log_group.this"),
                    reference("aws_iam_role_policy.write_logs"),
                ]),
            ),
            "Otherwise the first invocation would create a log group that keeps logs forever.",
        ))
        .block(precondition(
            expression("fileexists(var.filename) || !var.require_zip"),
            template([
                value("var.filename"),
                literal(" is missing. Build it with `portcullis build`"),
            ]),
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lambda_sets_itself_are_refused() {
        assert_eq!(owner_of("AWS_REGION"), Some("Lambda sets"));
        assert_eq!(owner_of("LAMBDA_RUNTIME_DIR"), Some("Lambda sets"));
        assert!(owner_of("CORS_ALLOW_ORIGIN").is_some());
        assert_eq!(owner_of("TABLE_NAME"), None);
        assert!((ENVIRONMENT_KEY.check)("TABLE_NAME"));
        assert!(!(ENVIRONMENT_KEY.check)("1ST"));
    }
}
