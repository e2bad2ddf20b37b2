//! Settings of methods: the throttling that holds for all clients of a stage.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Error, Result};
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::rest_api::MethodSettings;

use super::notes::Notes;
use crate::data_plane::limits::throttle::Throttle;
use crate::data_plane::limits::usage_plan::StageMethod;

/// The limits of an account, which AWS uses if only one is set: 10,000 requests a second in bursts of 5,000.
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>.
const ACCOUNT: Throttle = Throttle {
    rate: 10_000.0,
    burst: 5_000.0,
};

/// Methods of the API by path and method.
pub(super) type Methods = HashSet<(String, String)>;

/// Returns the limits of two settings; none if neither is set. The provider writes -1 for an unset limit.
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

/// Returns the path of a resource and the method that a method path names, if the API has them. Usage plans write
/// `/pets/{id}/GET`, method settings `pets/{id}/GET`, or `~1pets~1{id}/GET` with `~1` for a slash.
pub(super) fn applied_method(method_path: &str, methods: &Methods) -> Option<(String, String)> {
    let (path, method) = method_path.rsplit_once('/').unwrap_or(("", method_path));
    let path = format!("/{}", path.replace("~1", "/").trim_matches('/'));
    let found = (path, method.to_owned());
    methods.contains(&found).then_some(found)
}

/// The limits of each method of a stage: its own settings, or else those of `*/*`, which hold for each method by
/// itself. Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html>.
pub(super) fn throttles(
    index: &Index,
    methods: &Methods,
    notes: &mut Notes,
) -> Result<BTreeMap<StageMethod, Throttle>> {
    let mut own = BTreeMap::new();
    let mut of_all = BTreeMap::new();
    for part in index.applied::<MethodSettings>().map_err(Error::msg)? {
        let address = &part.resource.address;
        let Some(settings) = part.settings.first() else {
            continue;
        };
        if settings.caching_enabled {
            notes.add(address, "caching is not emulated".to_owned());
        }
        let limits = throttle(settings.throttling_rate_limit, settings.throttling_burst_limit);
        if part.method_path == "*/*" {
            of_all.extend(limits.map(|limits| (part.stage_name.clone(), limits)));
            continue;
        }
        match applied_method(&part.method_path, methods) {
            Some((resource_path, method)) => {
                let method = StageMethod {
                    stage: part.stage_name.clone(),
                    resource_path,
                    method,
                };
                own.insert(method, limits);
            }
            None if limits.is_some() => notes.add(
                address,
                format!(
                    "its throttling is for `{}`, but the API has no such method",
                    part.method_path
                ),
            ),
            None => {}
        }
    }
    for (stage, limits) in of_all {
        for (resource_path, method) in methods {
            let method = StageMethod {
                stage: stage.clone(),
                resource_path: resource_path.clone(),
                method: method.clone(),
            };
            own.entry(method).or_insert(Some(limits));
        }
    }
    Ok(own
        .into_iter()
        .filter_map(|(method, limits)| Some((method, limits?)))
        .collect())
}
