//! Settings of methods: the throttling that holds for all clients of a stage.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use anyhow::{Error, Result};
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::rest_api::{ALL_METHODS, MethodSettings, Throttle, Throttles, named_method};

use super::notes::Notes;
use crate::data_plane::limits::usage_plan::StageMethod;

/// Methods of the API by path and method.
pub(super) type Methods = HashSet<(String, String)>;

/// Returns the path of a resource and the method that a method path names, if the API has them.
pub(super) fn applied_method(method_path: &str, methods: &Methods) -> Option<(String, String)> {
    let found = named_method(method_path);
    methods.contains(&found).then_some(found)
}

/// The limits of each method of a stage that has some.
pub(super) fn throttles(
    index: &Index,
    methods: &Methods,
    notes: &mut Notes,
) -> Result<BTreeMap<StageMethod, Throttle>> {
    let parts = index.applied::<MethodSettings>().map_err(Error::msg)?;
    for part in &parts {
        let address = &part.resource.address;
        let Some(settings) = part.settings.first() else {
            continue;
        };
        if settings.caching_enabled {
            notes.add(address, "caching is not emulated".to_owned());
        }
        let limits = Throttle::of(settings.throttling_rate_limit, settings.throttling_burst_limit);
        let is_applied =
            part.method_path == ALL_METHODS || applied_method(&part.method_path, methods).is_some();
        if limits.is_some() && !is_applied {
            notes.add(
                address,
                format!(
                    "its throttling is for `{}`, but the API has no such method",
                    part.method_path
                ),
            );
        }
    }
    let limits = Throttles::of(parts.iter().map(|part| &part.values));
    let stages: BTreeSet<&String> = parts.iter().map(|part| &part.stage_name).collect();
    let mut throttles = BTreeMap::new();
    for stage in stages {
        for (resource_path, method) in methods {
            if let Some(limits) = limits.of_method(stage, resource_path, method) {
                let method = StageMethod {
                    stage: stage.clone(),
                    resource_path: resource_path.clone(),
                    method: method.clone(),
                };
                throttles.insert(method, limits);
            }
        }
    }
    Ok(throttles)
}
