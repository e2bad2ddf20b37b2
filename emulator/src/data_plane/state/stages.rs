//! Stages with the deployments that they serve.

use std::collections::BTreeMap;

use anyhow::{Error, Result, bail};
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::rest_api::{DeploymentSettings, StageSettings, stages as named_stages};

/// The settings of a stage.
pub(super) struct NamedStage {
    /// The id of its deployment.
    pub deployment: String,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
}

/// The stages of the API at the address `api`, by name.
pub(super) fn stages(index: &Index, api: &str) -> Result<BTreeMap<String, NamedStage>> {
    let deployments = index.applied::<DeploymentSettings>().map_err(Error::msg)?;
    let own = index.applied::<StageSettings>().map_err(Error::msg)?;
    let deployments = deployments.iter().map(|part| (part.resource, &part.values.0));
    let settings = deployments.chain(own.iter().map(|part| (part.resource, &part.values)));
    for (resource, settings) in settings {
        if !settings.canary_settings.is_empty() {
            bail!(
                "`{}` has `canary_settings`, which are not emulated. Remove them, or serve the state of an \
                 environment without them",
                resource.address
            );
        }
    }
    let mut stages = BTreeMap::new();
    for stage in named_stages(index) {
        let settings: Part<StageSettings> = Part::of(stage.resource);
        let named = NamedStage {
            deployment: stage.deployment.to_owned(),
            variables: settings.values.variables,
        };
        stages.insert(stage.name.to_owned(), named);
    }
    if stages.is_empty() {
        bail!("missing stage of `{api}` in the state");
    }
    Ok(stages)
}
