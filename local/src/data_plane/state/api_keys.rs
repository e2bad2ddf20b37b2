//! API keys with the usage plans that let them into a stage.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::State;
use crate::data_plane::api::{ApiKey, Unsupported};

#[derive(Deserialize)]
struct ApiKeyValues {
    id: String,
    value: String,
    enabled: Option<bool>,
}

#[derive(Deserialize)]
struct UsagePlan {
    id: String,
    api_stages: Option<Vec<ApiStage>>,
    throttle_settings: Option<Vec<Value>>,
    quota_settings: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct ApiStage {
    api_id: String,
    stage: String,
    throttle: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct UsagePlanKey {
    key_id: String,
    usage_plan_id: String,
}

/// The keys that open a stage: enabled, and of a usage plan that has the stage.
pub(super) fn api_keys(state: &State, stage: &str) -> Result<Vec<ApiKey>> {
    let mut plans = BTreeSet::new();
    for (_, plan) in state.all::<UsagePlan>("aws_api_gateway_usage_plan")? {
        let stages = plan.api_stages.unwrap_or_default();
        if stages
            .iter()
            .any(|entry| entry.api_id == state.api && entry.stage == stage)
        {
            plans.insert(plan.id);
        }
    }
    let members = state.all::<UsagePlanKey>("aws_api_gateway_usage_plan_key")?;
    let member = |key: &ApiKeyValues| {
        let of_plan = |(_, member): &(&str, UsagePlanKey)| {
            member.key_id == key.id && plans.contains(&member.usage_plan_id)
        };
        members.iter().any(of_plan)
    };
    let keys = state
        .all::<ApiKeyValues>("aws_api_gateway_api_key")?
        .into_iter()
        .map(|(_, key)| key);
    let open = keys.filter(|key| key.enabled != Some(false) && member(key));
    Ok(open
        .map(|key| ApiKey {
            id: key.id,
            value: key.value,
        })
        .collect())
}

/// Usage plans that limit what is not limited here.
pub(super) fn limits(state: &State) -> Result<Vec<Unsupported>> {
    let some = |values: &Option<Vec<Value>>| values.as_ref().is_some_and(|values| !values.is_empty());
    let plans = state.all::<UsagePlan>("aws_api_gateway_usage_plan")?.into_iter();
    let limiting = plans.filter(|(_, plan)| {
        let by_method = plan
            .api_stages
            .iter()
            .flatten()
            .any(|stage| some(&stage.throttle));
        some(&plan.throttle_settings) || some(&plan.quota_settings) || by_method
    });
    let note = |(address, _): (&str, UsagePlan)| Unsupported {
        address: address.to_owned(),
        reason: "its throttling and quota are not emulated".to_owned(),
    };
    Ok(limiting.map(note).collect())
}
