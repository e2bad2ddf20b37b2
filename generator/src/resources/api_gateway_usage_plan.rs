//! `aws_api_gateway_usage_plan`: whose API keys open a stage, and how often.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/api_gateway_usage_plan>
//!
//! A plan loses a stage that is created again under its name, but not one that gets another deployment:
//! <https://github.com/hashicorp/terraform-provider-aws/issues/14100>. Here only another name or another API creates a
//! stage again, and both change `api_stages`. A plan waits for the stage because it refers to it:
//! <https://github.com/aws/serverless-application-model/issues/32>.

use std::ops::RangeInclusive;

use crate::hcl::{Block, Expression, argument, block, reference};
use crate::identifier::Identifier;
use crate::resources::Meaning::Shown;
use crate::resources::ResourceType;

/// The type.
pub const TYPE: ResourceType = ResourceType {
    name: "aws_api_gateway_usage_plan",
    in_snapshot: false,
    arguments: &[
        ("api_stages.api_id", Shown),
        ("api_stages.stage", Shown),
        ("api_stages.throttle", Shown),
        ("name", Shown),
        ("quota_settings.limit", Shown),
        ("quota_settings.period", Shown),
        ("throttle_settings.burst_limit", Shown),
        ("throttle_settings.rate_limit", Shown),
    ],
};

/// Requests of a quota, a signed integer of 32 bits:
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html>
pub const QUOTA: RangeInclusive<u32> = 1..=2_147_483_647;

/// The arguments of a plan.
pub(crate) struct Arguments<'a> {
    pub(crate) label: &'a Identifier,
    pub(crate) name: Expression,
    pub(crate) quota: Option<Quota>,
    pub(crate) throttle: Option<Throttle>,
}

/// The quota of each key.
pub(crate) struct Quota {
    pub(crate) limit: Expression,
    pub(crate) period: Expression,
}

/// The limits of each key.
pub(crate) struct Throttle {
    pub(crate) rate: Expression,
    pub(crate) burst: Expression,
}

/// A plan of the stage.
pub(crate) fn resource_block(arguments: Arguments<'_>) -> Block {
    let Arguments {
        label,
        name,
        quota,
        throttle,
    } = arguments;
    let quota = quota.map(|Quota { limit, period }| {
        block("quota_settings", [])
            .attribute(argument("limit", limit))
            .attribute(argument("period", period))
            .build()
    });
    let throttle = throttle.map(|Throttle { rate, burst }| {
        block("throttle_settings", [])
            .attribute(argument("rate_limit", rate))
            .attribute(argument("burst_limit", burst))
            .build()
    });
    TYPE.block(label.as_str())
        .attribute(argument("name", name))
        .block(
            block("api_stages", [])
                .attribute(argument("api_id", reference("module.rest_api.id")))
                .attribute(argument(
                    "stage",
                    reference("aws_api_gateway_stage.this.stage_name"),
                ))
                .build(),
        )
        .blocks(quota)
        .blocks(throttle)
        .build()
}

/// The address of a plan.
pub(crate) fn address(label: &Identifier) -> String {
    format!("{}.{label}", TYPE.name)
}
