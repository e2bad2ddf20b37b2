//! `aws_lambda_function_event_invoke_config`: tries of asynchronous invocations, and destinations of their results.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_event_invoke_config>
//!
//! `function_name` and `qualifier` force a new one. A configuration holds for one version or alias, or for the function
//! without one: <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, lines, reference};
use crate::identifier::Identifier;
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;

/// The type. A destination of results is not classified: it gets every event.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_lambda_function_event_invoke_config",
    in_snapshot: false,
    arguments: &[
        ("destination_config.on_failure.destination", Shown),
        ("function_name", Shown),
        ("maximum_event_age_in_seconds", Harmless),
        ("maximum_retry_attempts", Harmless),
        ("qualifier", Harmless),
    ],
};

// Limits and defaults: <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>

/// Tries after the first one.
pub const RETRIES: RangeInclusive<u32> = 0..=2;
/// Tries after the first one of a function without a configuration.
pub const DEFAULT_RETRIES: u32 = *RETRIES.end();
/// Seconds after which Lambda no longer tries.
pub const MAX_AGE_SECONDS: RangeInclusive<u32> = 60..=21_600;
/// The same of a function without a configuration.
pub const DEFAULT_MAX_AGE_SECONDS: u32 = *MAX_AGE_SECONDS.end();

/// The arguments of a configuration.
pub struct Arguments<'a> {
    /// Its name in Terraform.
    pub label: &'a Identifier,
    /// The function's module.
    pub function: &'a Identifier,
    /// The name of the alias that events invoke.
    pub alias: Option<Expression>,
    /// Tries after the first one.
    pub retries: Expression,
    /// Seconds after which Lambda no longer tries.
    pub max_age_seconds: Expression,
    /// The ARN of the destination of failed events.
    pub on_failure: Option<Expression>,
    /// The blocks that Terraform creates first.
    pub depends_on: Vec<Expression>,
}

/// A configuration.
pub fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        function,
        alias,
        retries,
        max_age_seconds,
        on_failure,
        depends_on,
    } = arguments;
    let destination = on_failure.map(|arn| {
        let on_failure = block("on_failure", []).attribute(argument("destination", arn));
        block("destination_config", []).block(on_failure.build()).build()
    });
    let needs = (!depends_on.is_empty()).then(|| argument("depends_on", lines(depends_on)));
    TYPE.block(label.as_str())
        .attribute(argument(
            "function_name",
            reference(format!("module.{function}.name")),
        ))
        .attributes(alias.map(|alias| argument("qualifier", alias)))
        .attribute(argument("maximum_retry_attempts", retries))
        .attribute(argument("maximum_event_age_in_seconds", max_age_seconds))
        .blocks(destination)
        .attributes(needs)
        .build()
}

/// The address of a configuration in its module.
pub fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}
