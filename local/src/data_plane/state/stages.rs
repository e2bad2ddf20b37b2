//! Stages with the deployments that they serve.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::Value;

use super::{State, Texts, given};

#[derive(Deserialize)]
struct StageValues {
    id: String,
    canary_settings: Option<Vec<Value>>,
    stage_name: Option<String>,
    deployment_id: Option<String>,
    variables: Option<Texts>,
}

/// What a stage itself says.
pub(super) struct NamedStage {
    /// The id of its deployment.
    pub deployment: String,
    /// Its variables.
    pub variables: Texts,
}

/// The stages of the API at the address `api`, by name.
pub(super) fn stages(state: &State, api: &str) -> Result<BTreeMap<String, NamedStage>> {
    let mut stages = BTreeMap::new();
    // Providers before 6 make a stage of a deployment's `stage_name` as well.
    for kind in ["aws_api_gateway_deployment", "aws_api_gateway_stage"] {
        for (address, values) in state.all::<StageValues>(kind)? {
            if values
                .canary_settings
                .is_some_and(|settings| !settings.is_empty())
            {
                bail!(
                    "`{address}` has `canary_settings`: which of two deployments a request goes to is not emulated. \
                     Take them out, or serve the state of an environment without them"
                );
            }
            let Some(name) = given(values.stage_name) else {
                continue;
            };
            let stage = NamedStage {
                deployment: values.deployment_id.unwrap_or(values.id),
                variables: values.variables.unwrap_or_default(),
            };
            stages.insert(name, stage);
        }
    }
    if stages.is_empty() {
        bail!("`{api}` has no stage in the state: nothing of it is reachable");
    }
    Ok(stages)
}
