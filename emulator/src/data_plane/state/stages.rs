//! Stages with the deployments that they serve.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use portcullis_terraform_json::Stage;
use serde::Deserialize;
use serde_json::Value;

use super::{State, Texts, values};

#[derive(Deserialize)]
struct Canary {
    canary_settings: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct StageValues {
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
    for kind in ["aws_api_gateway_deployment", "aws_api_gateway_stage"] {
        for (address, values) in state.all::<Canary>(kind)? {
            if values
                .canary_settings
                .is_some_and(|settings| !settings.is_empty())
            {
                bail!(
                    "`{address}` has `canary_settings`: which of two deployments a request goes to is not emulated. \
                     Take them out, or serve the state of an environment without them"
                );
            }
        }
    }
    let mut stages = BTreeMap::new();
    for Stage {
        resource,
        name,
        deployment,
    } in portcullis_terraform_json::stages(state.resources)
    {
        let stage = NamedStage {
            deployment: deployment.to_owned(),
            variables: values::<StageValues>(resource)?.variables.unwrap_or_default(),
        };
        stages.insert(name.to_owned(), stage);
    }
    if stages.is_empty() {
        bail!("`{api}` has no stage in the state: nothing of it is reachable");
    }
    Ok(stages)
}
