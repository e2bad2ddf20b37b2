//! Usage plans, and the API keys that they let into stages.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::State;
use super::method_settings::{applied_method, throttle};
use crate::data_plane::api::{ApiKey, Route, Unsupported};
use crate::data_plane::limits::usage_plan::{Period, Quota, StageMethod, UsagePlan};

#[derive(Deserialize)]
struct ApiKeyValues {
    id: String,
    value: String,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
struct UsagePlanValues {
    id: String,
    api_stages: Option<Vec<ApiStage>>,
    throttle_settings: Option<Vec<ThrottleSettings>>,
    quota_settings: Option<Vec<QuotaSettings>>,
}

#[derive(Deserialize)]
struct ApiStage {
    api_id: String,
    stage: String,
    throttle: Option<Vec<MethodThrottle>>,
}

#[derive(Deserialize)]
struct ThrottleSettings {
    rate_limit: Option<f64>,
    burst_limit: Option<f64>,
}

#[derive(Deserialize)]
struct MethodThrottle {
    path: String,
    #[serde(flatten)]
    settings: ThrottleSettings,
}

#[derive(Deserialize)]
struct QuotaSettings {
    limit: u64,
    offset: Option<u64>,
    period: Period,
}

#[derive(Deserialize)]
struct UsagePlanKey {
    key_id: String,
    usage_plan_id: String,
}

/// The usage plans of a state.
pub(super) struct UsagePlans {
    /// Those that have a stage of the API, by id.
    pub plans: BTreeMap<String, UsagePlan>,
    /// Enabled keys of each stage, by the name of the stage.
    pub keys: BTreeMap<String, Vec<ApiKey>>,
}

/// Reads the plans that have stages of the API, and their keys.
///
/// AWS lets a key into a stage by one plan only, and refuses a second one; a state that has one nevertheless is not
/// AWS's. Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>.
pub(super) fn usage_plans(
    state: &State,
    routes: &[(&str, &Route)],
    unsupported: &mut Vec<Unsupported>,
) -> Result<UsagePlans> {
    let mut plans = BTreeMap::new();
    let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (address, values) in state.all::<UsagePlanValues>("aws_api_gateway_usage_plan")? {
        let mut methods = BTreeMap::new();
        let entries = values.api_stages.unwrap_or_default();
        for entry in entries.into_iter().filter(|entry| entry.api_id == state.api) {
            for limits in entry.throttle.unwrap_or_default() {
                let Some((resource_path, method)) = applied_method(&limits.path, routes) else {
                    unsupported.push(Unsupported {
                        address: address.to_owned(),
                        reason: format!(
                            "its throttle is for `{}`, which is no method of the API",
                            limits.path
                        ),
                    });
                    continue;
                };
                let method = StageMethod {
                    stage: entry.stage.clone(),
                    resource_path,
                    method,
                };
                let limits = throttle(limits.settings.rate_limit, limits.settings.burst_limit);
                methods.extend(limits.map(|limits| (method, limits)));
            }
            stages.entry(values.id.clone()).or_default().push(entry.stage);
        }
        let throttle_settings = values.throttle_settings.unwrap_or_default().into_iter().next();
        let quota_settings = values.quota_settings.unwrap_or_default().into_iter().next();
        let plan = UsagePlan {
            id: values.id.clone(),
            address: address.to_owned(),
            throttle: throttle_settings.and_then(|limits| throttle(limits.rate_limit, limits.burst_limit)),
            methods,
            quota: quota_settings.map(|quota| Quota {
                limit: quota.limit,
                offset: quota.offset.unwrap_or(0),
                period: quota.period,
            }),
        };
        plans.insert(values.id, plan);
    }

    let api_keys = state.all::<ApiKeyValues>("aws_api_gateway_api_key")?;
    let enabled: BTreeMap<&str, &ApiKeyValues> = api_keys
        .iter()
        .filter(|(_, key)| key.enabled != Some(false))
        .map(|(_, key)| (key.id.as_str(), key))
        .collect();
    let mut keys: BTreeMap<String, Vec<ApiKey>> = BTreeMap::new();
    for (address, member) in state.all::<UsagePlanKey>("aws_api_gateway_usage_plan_key")? {
        let Some(key) = enabled.get(member.key_id.as_str()) else {
            continue;
        };
        for stage in stages.get(&member.usage_plan_id).into_iter().flatten() {
            let keys = keys.entry(stage.clone()).or_default();
            if keys.iter().any(|other| other.id == key.id) {
                unsupported.push(Unsupported {
                    address: address.to_owned(),
                    reason: format!(
                        "its key is in another usage plan with stage `{stage}` already, which AWS refuses"
                    ),
                });
                continue;
            }
            keys.push(ApiKey {
                id: key.id.clone(),
                value: key.value.clone(),
                usage_plan: member.usage_plan_id.clone(),
            });
        }
    }
    plans.retain(|id, _| stages.contains_key(id));
    Ok(UsagePlans { plans, keys })
}
