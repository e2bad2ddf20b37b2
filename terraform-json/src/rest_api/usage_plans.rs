//! Limits: settings of methods, usage plans and their API keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::index::{block, kind, or_empty};

/// An `aws_api_gateway_method_settings`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MethodSettings {
    /// The stage.
    pub stage_name: String,
    /// The method, such as `pets/{id}/GET`, or `*/*` for all.
    pub method_path: String,
    /// The settings.
    pub settings: Vec<MethodSetting>,
}

kind!(
    MethodSettings,
    "aws_api_gateway_method_settings",
    "stage_name",
    "method_path",
    "settings"
);

/// The settings of a method.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct MethodSetting {
    /// Requests a second; -1 if it is not set.
    pub throttling_rate_limit: Option<f64>,
    /// Requests at once; -1 if it is not set.
    pub throttling_burst_limit: Option<f64>,
    /// True if answers are cached.
    #[serde(deserialize_with = "or_empty")]
    pub caching_enabled: bool,
}

/// An `aws_api_gateway_api_key`.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ApiKey {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags, with those of the provider.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
    /// The key that the client sends.
    pub value: String,
    /// True if the key is on, which is the default.
    pub enabled: Option<bool>,
}

kind!(ApiKey, "aws_api_gateway_api_key", "id", "value");

/// Without the key.
impl std::fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ApiKey({})", self.id)
    }
}

/// An `aws_api_gateway_usage_plan`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UsagePlan {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags, with those of the provider.
    #[serde(deserialize_with = "or_empty")]
    pub tags_all: BTreeMap<String, String>,
    /// The stages that it opens.
    #[serde(deserialize_with = "or_empty")]
    pub api_stages: Vec<ApiStage>,
    /// The limits of each client.
    #[serde(deserialize_with = "block")]
    pub throttle_settings: ThrottleSettings,
    /// The quota of each client; there is one at most.
    #[serde(deserialize_with = "or_empty")]
    pub quota_settings: Vec<QuotaSettings>,
}

kind!(UsagePlan, "aws_api_gateway_usage_plan", "id");

/// A stage of a usage plan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ApiStage {
    /// Id of the API.
    pub api_id: String,
    /// Name of the stage.
    pub stage: String,
    /// The limits of single methods.
    #[serde(default, deserialize_with = "or_empty")]
    pub throttle: Vec<MethodThrottle>,
}

/// Limits; -1 or none if not set.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ThrottleSettings {
    /// Requests a second.
    pub rate_limit: Option<f64>,
    /// Requests at once.
    pub burst_limit: Option<f64>,
}

/// The limits of one method in a usage plan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MethodThrottle {
    /// The method, such as `/pets/{id}/GET`.
    pub path: String,
    /// Requests a second.
    pub rate_limit: Option<f64>,
    /// Requests at once.
    pub burst_limit: Option<f64>,
}

/// A quota: requests of a client in a period.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct QuotaSettings {
    /// Requests in a period.
    pub limit: u64,
    /// Requests by which the limit is less in the first period.
    pub offset: Option<u64>,
    /// The period.
    pub period: Period,
}

/// The period of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Period {
    /// From midnight UTC.
    Day,
    /// From Sunday.
    Week,
    /// From the first.
    Month,
}

/// An `aws_api_gateway_usage_plan_key`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct UsagePlanKey {
    /// Id of the key.
    pub key_id: String,
    /// Id of the plan.
    pub usage_plan_id: String,
}

kind!(
    UsagePlanKey,
    "aws_api_gateway_usage_plan_key",
    "key_id",
    "usage_plan_id"
);
