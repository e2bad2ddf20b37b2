//! Settings of methods: the throttling that holds for all clients of a stage.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use super::State;
use crate::data_plane::api::{Route, Unsupported};
use crate::data_plane::limits::throttle::Throttle;
use crate::data_plane::limits::usage_plan::StageMethod;

/// What AWS takes where only one of the limits is set: an account's own, 10,000 requests a second in bursts of 5,000.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>.
const ACCOUNT: Throttle = Throttle {
    rate: 10_000.0,
    burst: 5_000.0,
};

#[derive(Deserialize)]
struct MethodSettings {
    stage_name: String,
    method_path: String,
    settings: Vec<Settings>,
}

#[derive(Deserialize)]
struct Settings {
    throttling_rate_limit: Option<f64>,
    throttling_burst_limit: Option<f64>,
    caching_enabled: Option<bool>,
}

/// The limits that two settings make; none where neither is set. The provider writes -1 for what is not.
pub(super) fn throttle(rate: Option<f64>, burst: Option<f64>) -> Option<Throttle> {
    let set = |limit: Option<f64>| limit.filter(|limit| *limit >= 0.0);
    match (set(rate), set(burst)) {
        (None, None) => None,
        (rate, burst) => Some(Throttle {
            rate: rate.unwrap_or(ACCOUNT.rate),
            burst: burst.unwrap_or(ACCOUNT.burst),
        }),
    }
}

/// The path of a resource and the method that a method path names, if the API has them: `/pets/{id}/GET` as usage
/// plans write it, `pets/{id}/GET` as method settings do, or `~1pets~1{id}/GET`, where `~1` is a slash.
pub(super) fn applied_method(method_path: &str, routes: &[(&str, &Route)]) -> Option<(String, String)> {
    let (path, method) = method_path.rsplit_once('/').unwrap_or(("", method_path));
    let path = format!("/{}", path.replace("~1", "/").trim_matches('/'));
    let named = |(other, route): &(&str, &Route)| *other == method && route.resource_path == path;
    routes.iter().find(|route| named(route))?;
    Some((path, method.to_owned()))
}

/// The limits of each method of a stage: its own settings, or else those of `*/*`, which hold for each method by
/// itself. Source:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.
pub(super) fn throttles(
    state: &State,
    routes: &[(&str, &Route)],
    unsupported: &mut Vec<Unsupported>,
) -> Result<BTreeMap<StageMethod, Throttle>> {
    let mut own = BTreeMap::new();
    let mut of_all = BTreeMap::new();
    for (address, values) in state.all::<MethodSettings>("aws_api_gateway_method_settings")? {
        let mut note = |reason: String| {
            unsupported.push(Unsupported {
                address: address.to_owned(),
                reason,
            });
        };
        let Some(settings) = values.settings.into_iter().next() else {
            continue;
        };
        if settings.caching_enabled == Some(true) {
            note("caching is not emulated".to_owned());
        }
        let limits = throttle(settings.throttling_rate_limit, settings.throttling_burst_limit);
        if values.method_path == "*/*" {
            of_all.extend(limits.map(|limits| (values.stage_name, limits)));
            continue;
        }
        match applied_method(&values.method_path, routes) {
            Some((resource_path, method)) => {
                let method = StageMethod {
                    stage: values.stage_name,
                    resource_path,
                    method,
                };
                own.insert(method, limits);
            }
            None if limits.is_some() => note(format!(
                "its throttling is for `{}`, which is no method of the API",
                values.method_path
            )),
            None => {}
        }
    }
    for (stage, limits) in of_all {
        for &(method, route) in routes {
            let method = StageMethod {
                stage: stage.clone(),
                resource_path: route.resource_path.clone(),
                method: method.to_owned(),
            };
            own.entry(method).or_insert(Some(limits));
        }
    }
    Ok(own
        .into_iter()
        .filter_map(|(method, limits)| Some((method, limits?)))
        .collect())
}
