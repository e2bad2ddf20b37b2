//! Usage plans, and the API keys that they let into stages.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Error, Result};
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::rest_api::{self as applied, Throttle, UsagePlanKey};

use super::method_settings::{Methods, applied_method};
use super::notes::Notes;
use crate::data_plane::api::ApiKey;
use crate::data_plane::limits::usage_plan::{Quota, StageMethod, UsagePlan};

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
    index: &Index,
    api: &str,
    methods_of_api: &Methods,
    notes: &mut Notes,
) -> Result<UsagePlans> {
    let mut plans = BTreeMap::new();
    let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for part in index.applied::<applied::UsagePlan>().map_err(Error::msg)? {
        let address = &part.resource.address;
        let mut methods = BTreeMap::new();
        for entry in part.api_stages.iter().filter(|entry| entry.api_id == api) {
            for limits in &entry.throttle {
                let Some((resource_path, method)) = applied_method(&limits.path, methods_of_api) else {
                    let reason = format!(
                        "its throttle is for `{}`, but the API has no such method",
                        limits.path
                    );
                    notes.add(address, reason);
                    continue;
                };
                let method = StageMethod {
                    stage: entry.stage.clone(),
                    resource_path,
                    method,
                };
                let limits = Throttle::of(limits.rate_limit, limits.burst_limit);
                methods.extend(limits.map(|limits| (method, limits)));
            }
            let of_plan = stages.entry(part.id.clone()).or_default();
            of_plan.push(entry.stage.clone());
        }
        let limits = &part.throttle_settings;
        let plan = UsagePlan {
            id: part.id.clone(),
            address: address.clone(),
            throttle: Throttle::of(limits.rate_limit, limits.burst_limit),
            methods,
            quota: part.quota_settings.first().map(|quota| Quota {
                limit: quota.limit,
                offset: quota.offset.unwrap_or(0),
                period: quota.period,
            }),
        };
        plans.insert(part.id.clone(), plan);
    }

    let api_keys = index.applied::<applied::ApiKey>().map_err(Error::msg)?;
    let enabled: BTreeMap<&str, &applied::ApiKey> = api_keys
        .iter()
        .filter(|key| key.enabled != Some(false))
        .map(|key| (key.id.as_str(), &key.values))
        .collect();
    let mut keys: BTreeMap<String, Vec<ApiKey>> = BTreeMap::new();
    let mut taken = HashSet::new();
    for part in index.applied::<UsagePlanKey>().map_err(Error::msg)? {
        let Some(key) = enabled.get(part.key_id.as_str()) else {
            continue;
        };
        for stage in stages.get(&part.usage_plan_id).into_iter().flatten() {
            if !taken.insert((stage.clone(), key.id.clone())) {
                let reason =
                    format!("duplicate key: it is already in another usage plan with stage `{stage}`");
                notes.add(&part.resource.address, reason);
                continue;
            }
            keys.entry(stage.clone()).or_default().push(ApiKey {
                id: key.id.clone(),
                value: key.value.clone(),
                usage_plan: part.usage_plan_id.clone(),
            });
        }
    }
    plans.retain(|id, _| stages.contains_key(id));
    Ok(UsagePlans { plans, keys })
}
