//! `aws_api_gateway_method_settings`: the limits of requests to methods of a stage.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_method_settings>
//!
//! They belong to the stage and not to its deployment, so they hold at once. `method_path` forces a new resource, and is
//! part of the address of each. A stage that is created again loses them, and so does Terraform's state:
//! <https://github.com/hashicorp/terraform-provider-aws/issues/14100>.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, commented, reference, string};
use crate::resources::Meaning::{Harmless, Shown};
use crate::resources::ResourceType;
use crate::resources::skipped_check::METHOD_CACHE;
use portcullis_terraform_json::rest_api::ALL_METHODS;

/// The type. Caching and logs of whole requests have no meaning here, so a surface shows them.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_method_settings",
    in_snapshot: false,
    arguments: &[
        ("method_path", Shown),
        // They matter only to a cache, and `caching_enabled` is shown.
        ("settings.cache_data_encrypted", Harmless),
        ("settings.cache_ttl_in_seconds", Harmless),
        // Logs without the requests' contents.
        ("settings.logging_level", Harmless),
        ("settings.metrics_enabled", Harmless),
        ("settings.require_authorization_for_cache_control", Harmless),
        ("settings.throttling_burst_limit", Shown),
        ("settings.throttling_rate_limit", Shown),
        ("settings.unauthorized_cache_control_header_strategy", Harmless),
        ("stage_name", Shown),
    ],
};

/// Requests a second. The upper bound is ours: the limit of the account is 10,000, which AWS raises on request:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
pub const RATE: RangeInclusive<u32> = 1..=100_000;
/// Requests at once. AWS alone decides about the account's limit, which is 5,000.
pub const BURST: RangeInclusive<u32> = 1..=100_000;
/// The limit that sets none.
pub const UNLIMITED: i32 = -1;

/// Limits of requests.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Requests a second.
    pub(crate) rate: Expression,
    /// Requests at once.
    pub(crate) burst: Expression,
}

/// The settings of every method that has no others.
pub(crate) fn of_all(label: &str, limits: Limits) -> Block {
    resource_block(label, ALL_METHODS, limits)
}

/// The settings of a method.
pub(crate) fn of_method(label: &str, path: &str, method: &str, limits: Limits) -> Block {
    resource_block(label, &method_path(path, method), limits)
}

/// The name of a method. `~1` stands for a slash, also for the first:
/// <https://github.com/hashicorp/terraform-provider-aws/issues/9738>
pub(crate) fn method_path(path: &str, method: &str) -> String {
    format!("{}/{method}", path.replace('/', "~1"))
}

fn resource_block(label: &str, method_path: &str, limits: Limits) -> Block {
    let Limits { rate, burst } = limits;
    TYPE.block(label)
        .skips([&METHOD_CACHE])
        .attribute(argument("rest_api_id", reference("module.rest_api.id")))
        .attribute(argument(
            "stage_name",
            reference("aws_api_gateway_stage.this.stage_name"),
        ))
        .attribute(argument("method_path", string(method_path)))
        .block(
            block("settings", [])
                .attribute(commented(
                    argument("caching_enabled", false),
                    "AWS's defaults, which a first plan does not know unless they are set.",
                ))
                .attribute(argument("data_trace_enabled", false))
                .attribute(argument("throttling_rate_limit", rate))
                .attribute(argument("throttling_burst_limit", burst))
                .build(),
        )
        .build()
}
