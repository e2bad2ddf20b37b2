//! Usage plans: whose keys open the routes that need one.

use portcullis_terraform_json::Resource;
use portcullis_terraform_json::index::{Kind, Part};
use portcullis_terraform_json::rest_api::{
    self as applied, ApiKey, Period, QuotaSettings, Throttle, UsagePlanKey,
};

use crate::surface::names::Names;
use crate::surface::resources::Resources;
use crate::surface::types::{Quota, UsagePlan};
use crate::throttling::surface::of_applied;

/// The beginnings of the addresses of generated plans, keys, and keys in plans. Others are among the resources that may let in
/// more callers.
const GENERATED: [&str; 3] = [
    "module.service.aws_api_gateway_usage_plan.",
    "module.service.aws_api_gateway_api_key.",
    "module.service.aws_api_gateway_usage_plan_key.",
];

fn is_generated(resource: &Resource) -> bool {
    GENERATED
        .iter()
        .any(|address| resource.address.starts_with(address))
}

/// Returns whether a resource is of one of these types, but not generated.
pub(crate) fn is_another(resource: &Resource) -> bool {
    let types = [applied::UsagePlan::KIND, ApiKey::KIND, UsagePlanKey::KIND];
    types.contains(&resource.kind.as_str()) && !is_generated(resource)
}

/// The generated plans that open the stage of an API and nothing else.
pub(crate) fn usage_plans(
    resources: &mut Resources<'_>,
    names: &Names,
    api: &str,
    stage: &str,
) -> Vec<UsagePlan> {
    let plans: Vec<Part<'_, applied::UsagePlan>> = resources.index.parts();
    let keys: Vec<Part<'_, ApiKey>> = resources.index.parts();
    let joins: Vec<Part<'_, UsagePlanKey>> = resources.index.parts();
    let mut found = Vec::new();
    for plan in plans.iter().filter(|plan| is_generated(plan.resource)) {
        let is_own = match &plan.api_stages[..] {
            [one] => one.api_id == api && one.stage == stage && one.throttle.is_empty(),
            _ => false,
        };
        if !is_own {
            continue;
        }
        resources.account(plan.resource);
        let mut api_keys = Vec::new();
        let joins = joins.iter().filter(|join| is_generated(join.resource));
        for join in joins.filter(|join| join.usage_plan_id == plan.id) {
            let mut generated = keys.iter().filter(|key| is_generated(key.resource));
            let Some(key) = generated.find(|key| key.id == join.key_id) else {
                continue;
            };
            resources.account(join.resource);
            resources.account(key.resource);
            api_keys.push(names.own(&key.name, &key.tags_all).to_owned());
        }
        api_keys.sort();
        let limits = &plan.throttle_settings;
        found.push(UsagePlan {
            name: names.own(&plan.name, &plan.tags_all).to_owned(),
            api_keys,
            quota: plan.quota_settings.first().map(quota),
            throttle: Throttle::of(limits.rate_limit, limits.burst_limit).map(of_applied),
        });
    }
    found
}

fn quota(quota: &QuotaSettings) -> Quota {
    let QuotaSettings {
        limit,
        offset: _, // lets fewer requests through in the first period
        period,
    } = quota;
    let per = match period {
        Period::Day => "DAY",
        Period::Week => "WEEK",
        Period::Month => "MONTH",
    };
    Quota {
        requests: *limit,
        per: per.to_owned(),
    }
}
