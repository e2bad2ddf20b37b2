//! Stages with the deployments that they serve.

use std::collections::BTreeMap;

use crate::data_plane::access_log::Format;
use anyhow::{Error, Result, bail};
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::rest_api::{DeploymentSettings, StageSettings, stages as named_stages};

/// Returns whether AWS takes a text for the name of a stage:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-stages.html>.
fn is_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes().all(is_of_name)
}

/// The settings of a stage.
pub(super) struct NamedStage {
    /// The id of its deployment.
    pub deployment: String,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// The format of its access log.
    pub access_log: Option<Format>,
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
        let format = settings.values.access_log_settings.format.as_deref();
        let format = format.map(Format::parse);
        let named = NamedStage {
            deployment: stage.deployment.to_owned(),
            variables: settings.values.variables,
            // The name is that of a file.
            access_log: is_name(stage.name).then_some(format).flatten(),
        };
        stages.insert(stage.name.to_owned(), named);
    }
    if stages.is_empty() {
        bail!("missing stage of `{api}` in the state");
    }
    Ok(stages)
}
