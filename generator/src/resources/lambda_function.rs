//! `aws_lambda_function`: a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function>
//! Limits: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use std::ops::RangeInclusive;

use crate::hcl::{Block, argument, block, call, commented, conditional, lines, list, reference, string};
use crate::resources::resource;
use portcullis_terraform_json::aws::RESERVED_VARIABLES;

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

/// Whether a function may have this environment variable.
pub fn check_environment_key(key: &str) -> Result<(), String> {
    if RESERVED_VARIABLES.contains(&key) {
        return Err("Lambda sets it itself; choose another name".into());
    }
    if [CORS_ALLOW_ORIGIN, CORS_ALLOW_CREDENTIALS].contains(&key) {
        return Err("Portcullis sets it from `cors` in `[api]`; choose another name".into());
    }
    let valid = key.len() >= 2
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if valid {
        Ok(())
    } else {
        Err("a letter, then letters, digits and `_`, at least two characters".into())
    }
}

/// Whether Lambda takes a description: at most 256 characters.
pub fn check_description(description: &str) -> Result<(), String> {
    match description.chars().count() {
        0..=256 => Ok(()),
        count => Err(format!("{count} characters; 256 are allowed")),
    }
}

/// A function whose zip holds one executable, `bootstrap`.
pub fn resource_block() -> Block {
    let hash = conditional(
        call("fileexists", [reference("var.filename")]),
        call("filebase64sha256", [reference("var.filename")]),
        crate::hcl::Expression::null(),
    );
    resource("aws_lambda_function", "this")
        .attribute(argument("function_name", reference("var.name")))
        .attribute(argument("description", reference("var.description")))
        .attribute(argument("role", reference("aws_iam_role.this.arn")))
        .attribute(argument("filename", reference("var.filename")))
        .attribute(commented(
            argument("source_code_hash", hash),
            "Without the zip, `validate` and `terraform test` still work; `apply` says that it is missing.",
        ))
        .attribute(argument("handler", string(HANDLER)))
        .attribute(argument("runtime", string(RUNTIME)))
        .attribute(argument("architectures", list([reference("var.architecture")])))
        .attribute(argument("memory_size", reference("var.memory_mb")))
        .attribute(argument("timeout", reference("var.timeout_seconds")))
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
            "Otherwise the first invocation would make a log group without retention.",
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lambda_sets_itself_are_refused() {
        assert!(check_environment_key("AWS_REGION").is_err());
        assert!(check_environment_key("LAMBDA_RUNTIME_DIR").is_err());
        assert!(check_environment_key("CORS_ALLOW_ORIGIN").is_err());
        assert!(check_environment_key("1ST").is_err());
        assert!(check_environment_key("TABLE_NAME").is_ok());
    }
}
