//! Assertions about usage plans and their API keys.

use crate::hcl::{Block, Expression, call, commented, equal, reference, string};
use crate::identifier::Identifier;
use crate::modules::access_test::assertions::{is, must};
use crate::resources::{api_gateway_api_key, api_gateway_usage_plan, api_gateway_usage_plan_key};
use crate::service::Service;
use crate::throttling::Throttle;
use crate::usage_plans::{Quota, UsagePlan};

/// Each plan has the keys, the stage and the limits of the spec. The test has the values of `local`.
pub(crate) fn assertions(service: &Service) -> Vec<Block> {
    let plans = service.usage_plans.iter();
    plans.map(|(name, plan)| self::plan(name, plan)).collect()
}

fn plan(name: &str, plan: &UsagePlan) -> Block {
    let UsagePlan {
        api_keys,
        quota,
        throttle,
    } = plan;
    let address = api_gateway_usage_plan::address(&Identifier::new(name));
    let of = |path: &str| format!("{address}.{path}");
    let count = |blocks: &str| call("length", [reference(of(blocks))]);
    let only = |path: &str| call("one", [reference(of(path))]);
    let mut holds: Vec<Expression> = vec![
        equal(only("api_stages[*].api_id"), reference("module.rest_api.id")),
        equal(
            only("api_stages[*].stage"),
            reference("aws_api_gateway_stage.this.stage_name"),
        ),
    ];
    match quota {
        None => holds.push(equal(count("quota_settings"), 0)),
        Some(Quota { requests, per }) => holds.extend([
            is(of("quota_settings[0].limit"), *requests),
            is(of("quota_settings[0].period"), string(per.as_aws())),
        ]),
    }
    match throttle {
        None => holds.push(equal(count("throttle_settings"), 0)),
        Some(Throttle { rate, burst }) => holds.extend([
            is(of("throttle_settings[0].rate_limit"), *rate),
            is(of("throttle_settings[0].burst_limit"), *burst),
        ]),
    }
    for key in api_keys {
        let label = Identifier::new(key);
        let own = api_gateway_usage_plan_key::address(&label);
        let id = |address: String| reference(format!("{address}.id"));
        holds.extend([
            is(format!("{own}.key_id"), id(api_gateway_api_key::address(&label))),
            is(format!("{own}.usage_plan_id"), id(address.clone())),
        ]);
    }
    let block = must(
        &format!("The usage plan `{name}`"),
        "open this stage to its own keys only, within its limits",
        holds,
    );
    commented(block, &format!("Usage plan {name}"))
}
