//! The stages of a REST API, in both ways to write one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Resource;
use crate::index::{Index, block, given, kind, or_empty};

/// A stage of a REST API.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage<'a> {
    /// The resource that makes it: an `aws_api_gateway_stage`, or the deployment that names it.
    pub resource: &'a Resource,
    /// Its name.
    pub name: &'a str,
    /// The id of the deployment that it serves.
    pub deployment: &'a str,
}

/// The settings that both ways to write a stage have in common.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct StageSettings {
    /// Its variables.
    #[serde(deserialize_with = "or_empty")]
    pub variables: BTreeMap<String, String>,
    /// True if answers are cached.
    #[serde(deserialize_with = "or_empty")]
    pub cache_cluster_enabled: bool,
    /// The settings of a canary: a part of its requests goes to another deployment.
    #[serde(deserialize_with = "or_empty")]
    pub canary_settings: Vec<Value>,
    /// Its access log.
    #[serde(deserialize_with = "block")]
    pub access_log_settings: AccessLogSettings,
}

/// The access log of a stage.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AccessLogSettings {
    /// ARN of the log group or of the Firehose stream.
    #[serde(deserialize_with = "given")]
    pub destination_arn: Option<String>,
    /// The line for a request, with variables such as `$context.requestId`.
    #[serde(deserialize_with = "given")]
    pub format: Option<String>,
}

kind!(StageSettings, "aws_api_gateway_stage");

/// The same of an `aws_api_gateway_deployment`, for the stage that it may make.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct DeploymentSettings(pub StageSettings);

kind!(DeploymentSettings, "aws_api_gateway_deployment");

/// The stages among the resources of one REST API, by name.
///
/// Providers before 6 also make a stage of a deployment's `stage_name`. If a stage of its own has the same name, its
/// deployment counts.
/// <https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/api_gateway_deployment>
pub fn stages<'a>(index: &Index<'a>) -> Vec<Stage<'a>> {
    let of = |kind: &str, deployment: &'static str| {
        let resources = index.managed(kind).to_vec().into_iter();
        resources.filter_map(move |resource| {
            let text = |key: &str| resource.values[key].as_str().unwrap_or_default();
            let name = Some(text("stage_name")).filter(|name| !name.is_empty())?;
            let deployment = text(deployment);
            let stage = Stage {
                resource,
                name,
                deployment,
            };
            Some((name, stage))
        })
    };
    let named = of("aws_api_gateway_deployment", "id").chain(of("aws_api_gateway_stage", "deployment_id"));
    let by_name: BTreeMap<&str, Stage> = named.collect();
    by_name.into_values().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(kind: &str, values: Value) -> Resource {
        Resource {
            address: format!("aws_api_gateway_{kind}.this"),
            mode: "managed".into(),
            kind: format!("aws_api_gateway_{kind}"),
            values,
            obstacle: None,
        }
    }

    #[test]
    fn a_stage_is_a_resource_or_a_deployments_name_for_one() {
        let all = [
            resource("stage", json!({"stage_name": "v1", "deployment_id": "new"})),
            resource("deployment", json!({"id": "old", "stage_name": "v1"})),
            resource("deployment", json!({"id": "test", "stage_name": "test"})),
            resource("deployment", json!({"id": "nameless", "stage_name": null})),
            resource("stage", json!({"stage_name": "", "deployment_id": "x"})),
        ];
        let index = Index::of(&all);
        let found = stages(&index);
        let found: Vec<_> = found.iter().map(|stage| (stage.name, stage.deployment)).collect();
        assert_eq!(found, [("test", "test"), ("v1", "new")]);
    }
}
