//! The arguments of a usage plan whose values an environment may decide.

use std::collections::BTreeMap;

use crate::environments::Environment;
use crate::environments::overridable::Overridable;
use crate::environments::setting::Setting;
use crate::hcl::{Expression, string};
use crate::service::Service;
use crate::usage_plans::UsagePlan;

impl Overridable for UsagePlan {
    const KEY: &'static str = "usage_plans";
    const VARIABLE: &'static str = "usage_plan_";
    const CALLED: &'static str = "the usage plan ";

    fn everywhere(service: &Service) -> &BTreeMap<String, Self> {
        &service.usage_plans
    }

    fn differing(environment: &Environment) -> &BTreeMap<String, Self> {
        &environment.usage_plans
    }
}

pub(crate) static QUOTA_LIMIT: Setting<UsagePlan> = Setting {
    argument: "quota_limit",
    kind: "number",
    noun: "Requests of each key in a period",
    value: |_, here, _| {
        here.quota
            .map_or_else(Expression::null, |quota| quota.requests.into())
    },
};

pub(crate) static QUOTA_PERIOD: Setting<UsagePlan> = Setting {
    argument: "quota_period",
    kind: "string",
    noun: "Period of the quota",
    value: |_, here, _| {
        here.quota
            .map_or_else(Expression::null, |quota| string(quota.per.as_aws()))
    },
};

pub(crate) static RATE_LIMIT: Setting<UsagePlan> = Setting {
    argument: "rate_limit",
    kind: "number",
    noun: "Requests of each key a second",
    value: |_, here, _| {
        here.throttle
            .map_or_else(Expression::null, |limits| limits.rate.into())
    },
};

pub(crate) static BURST_LIMIT: Setting<UsagePlan> = Setting {
    argument: "burst_limit",
    kind: "number",
    noun: "Requests of each key at once",
    value: |_, here, _| {
        here.throttle
            .map_or_else(Expression::null, |limits| limits.burst.into())
    },
};

/// All of them.
pub(crate) static ALL: [&Setting<UsagePlan>; 4] = [&QUOTA_LIMIT, &QUOTA_PERIOD, &RATE_LIMIT, &BURST_LIMIT];
