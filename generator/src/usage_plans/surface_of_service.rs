//! The usage plans that a spec asks for.

use crate::surface::types;
use crate::throttling::surface::of_spec;
use crate::usage_plans::{Quota, UsagePlan};

/// A usage plan.
pub(crate) fn usage_plan(name: &str, plan: &UsagePlan) -> types::UsagePlan {
    let UsagePlan {
        api_keys,
        quota,
        throttle,
    } = plan;
    types::UsagePlan {
        name: name.into(),
        api_keys: api_keys.iter().cloned().collect(),
        quota: quota.map(|Quota { requests, per }| types::Quota {
            requests: requests.into(),
            per: per.as_aws().into(),
        }),
        throttle: throttle.map(of_spec),
    }
}
