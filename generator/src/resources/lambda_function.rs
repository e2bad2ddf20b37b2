//! `aws_lambda_function`: a function.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function>
//! Limits: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use std::ops::RangeInclusive;

use crate::hcl::{
    Block, Expression, argument, block, call, commented, conditional, expression, lines, list, literal,
    precondition, reference, string, template, value,
};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::{
    CONCURRENCY, DEAD_LETTERS, SIGNED_CODE, TRACING_OF_FUNCTION, VARIABLES_KEY, VPC,
};
use crate::text_rule::{REGION, TextRule};
use portcullis_terraform_json::aws::RESERVED_VARIABLES;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_function",
    in_snapshot: false,
    arguments: &[
        ("architectures", Harmless),
        ("code_sha256", Harmless),
        // It refuses unsigned code.
        ("code_signing_config_arn", Harmless),
        ("environment.variables", Shown),
        ("ephemeral_storage", Harmless),
        ("filename", Shown),
        ("function_name", Shown),
        ("handler", Shown),
        ("image_uri", Shown),
        ("invoke_arn", Harmless),
        ("kms_key_arn", Harmless),
        ("last_modified", Harmless),
        // Code that runs with the function's.
        ("layers", Shown),
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
        ("role", Shown),
        ("runtime", Shown),
        ("s3_bucket", Shown),
        ("s3_key", Shown),
        ("s3_object_version", Shown),
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
        ("vpc_config.security_group_ids", Shown),
        ("vpc_config.subnet_ids", Shown),
        ("vpc_config.vpc_id", Harmless),
    ],
};

/// Memory in MB.
pub const MEMORY_MB: RangeInclusive<u32> = 128..=10_240;

/// Seconds for one invocation: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>. API Gateway waits
/// for less, see `api_gateway_integration`.
pub const TIMEOUT_SECONDS: RangeInclusive<u32> = 1..=900;

/// MB of `/tmp`: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html>
pub const EPHEMERAL_STORAGE_MB: RangeInclusive<u32> = 512..=10_240;

/// Invocations at once. AWS gives an account 1,000, and raises that on request; the upper bound here only catches slips.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>
pub const RESERVED_CONCURRENCY: RangeInclusive<u32> = 0..=100_000;

/// Subnets and security groups of a function: <https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html>
pub const MOST_SUBNETS: usize = 16;
/// See [`MOST_SUBNETS`].
pub const MOST_SECURITY_GROUPS: usize = 5;

/// The id of a subnet.
pub static SUBNET: TextRule = TextRule {
    must_be: "a subnet's id, such as `subnet-0123456789abcdef0`",
    help: "run `aws ec2 describe-subnets` to see yours",
    check: |id| is_id(id, "subnet-"),
    pattern: "^subnet-[0-9a-f]{8,17}$",
};

/// The id of a security group.
pub static SECURITY_GROUP: TextRule = TextRule {
    must_be: "a security group's id, such as `sg-0123456789abcdef0`",
    help: "run `aws ec2 describe-security-groups` to see yours",
    check: |id| is_id(id, "sg-"),
    pattern: "^sg-[0-9a-f]{8,17}$",
};

/// Returns whether a text is an EC2 id: 8 hexadecimal digits, or 17 since 2018.
fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        (8..=17).contains(&digits.len()) && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Layers of a function: <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>
pub const MOST_LAYERS: usize = 5;

/// A version of a layer: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>, `Layers`.
pub static LAYER_VERSION: TextRule = TextRule {
    must_be: "the ARN of a layer version",
    help: "write it as in `arn:aws:lambda:us-east-1:123456789012:layer:NAME:1`, with the version at the end",
    check: |arn| {
        let parts: Vec<&str> = arn.split(':').collect();
        let is_name = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let &[
            "arn",
            partition,
            "lambda",
            region,
            account,
            "layer",
            name,
            version,
        ] = parts.as_slice()
        else {
            return false;
        };
        is_partition(partition)
            && (REGION.check)(region)
            && account.len() == 12
            && is_number(account)
            && is_name(name, 140)
            && is_number(version)
    },
    pattern: "^arn:aws(-[a-z]+)*:lambda:[a-z]+(-[a-z]+)+-[0-9]+:[0-9]{12}:layer:[A-Za-z0-9_-]{1,140}:[0-9]+$",
};

/// Returns whether a text is a partition of AWS, such as `aws-us-gov`.
fn is_partition(text: &str) -> bool {
    text.strip_prefix("aws").is_some_and(|rest| {
        let mut words = rest.split('-');
        words.next() == Some("")
            && words.all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
    })
}

/// Characters of a name, which the function shares with its role.
pub const NAME_LENGTH: usize = 64;

/// The file in the zip that Lambda starts.
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
    help: "write it as in `LOG_LEVEL`",
    check: |key| {
        // Lambda's own begin with `_`, and have a better explanation.
        let begins = key.starts_with(|c: char| c.is_ascii_alphabetic()) || RESERVED_VARIABLES.contains(&key);
        begins && key.len() >= 2 && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    },
    pattern: "^[A-Za-z][A-Za-z0-9_]+$",
};

/// Returns the owner of an environment variable that a spec must not set, if it has one.
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
    help: "shorten it",
    check: |description| description.chars().count() <= 256,
    pattern: r"^[\s\S]{0,256}$",
};

/// The arguments that only some services use.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the names are Terraform's")]
pub struct Optional {
    pub ephemeral_storage: bool,
    pub kms_key_arn: bool,
    pub layers: bool,
    pub log_group: bool,
    pub network: bool,
    pub publish: bool,
    pub reserved_concurrent_executions: bool,
    pub tracing: bool,
}

/// A function whose zip holds one executable, `bootstrap`. It waits for its logs, and for the right to write them.
pub fn resource_block(role: Expression, logs: &[&str], optional: Optional) -> Block {
    let Optional {
        ephemeral_storage,
        kms_key_arn,
        layers,
        log_group,
        network,
        publish,
        reserved_concurrent_executions,
        tracing,
    } = optional;
    let argument_of = |name: &'static str| argument(name, reference(format!("var.{name}")));
    let block_of = |name: &str, argument| block(name, []).attribute(argument).build();
    let hash = conditional(
        call("fileexists", [reference("var.filename")]),
        call("filebase64sha256", [reference("var.filename")]),
        Expression::null(),
    );
    let arguments = [
        (kms_key_arn, "kms_key_arn"),
        (layers, "layers"),
        (publish, "publish"),
        (reserved_concurrent_executions, "reserved_concurrent_executions"),
    ];
    let arguments = arguments.iter().filter(|(is_used, _)| *is_used);
    let storage = argument("size", reference("var.ephemeral_storage_size"));
    let blocks = [
        (ephemeral_storage, block_of("ephemeral_storage", storage)),
        (
            tracing,
            block_of("tracing_config", argument("mode", string("Active"))),
        ),
    ];
    let network = network.then(|| {
        let subnets = argument("subnet_ids", reference("var.subnet_ids"));
        let groups = argument("security_group_ids", reference("var.security_group_ids"));
        block("vpc_config", [])
            .attribute(subnets)
            .attribute(groups)
            .build()
    });
    let blocks = blocks.into_iter().filter(|(is_used, _)| *is_used);
    // A block with a group needs a format. This is Lambda's own:
    // <https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html>
    let log_group = log_group.then(|| {
        let content = block("content", [])
            .attribute(argument("log_format", string("Text")))
            .attribute(argument("log_group", reference("logging_config.value")));
        block("dynamic", ["logging_config"])
            .attribute(argument("for_each", expression("var.log_group[*]")))
            .block(content.build())
            .build()
    });
    TYPE.block("this")
        .skips([&CONCURRENCY, &DEAD_LETTERS, &VPC, &SIGNED_CODE])
        .skips((!kms_key_arn).then_some(&VARIABLES_KEY))
        .skips((!tracing).then_some(&TRACING_OF_FUNCTION))
        .attribute(argument("function_name", reference("var.name")))
        .attribute(argument("description", reference("var.description")))
        .attribute(argument("role", role))
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
        .attributes(arguments.map(|(_, name)| argument_of(name)))
        .block(block_of(
            "environment",
            argument("variables", reference("var.environment_variables")),
        ))
        .blocks(blocks.map(|(_, block)| block))
        .blocks(log_group)
        .blocks(network)
        .attribute(commented(
            argument(
                "depends_on",
                lines(logs.iter().map(|address| reference(*address))),
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
