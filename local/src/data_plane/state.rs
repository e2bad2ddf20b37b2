//! A Terraform state → the API that it applied.
//!
//! Resources are joined by the ids that AWS gave them, never by address, so that any layout of the HCL will do. What
//! cannot be emulated is collected with its address: a route that needs it answers 501 and says why, and nothing is
//! skipped in silence.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use portcullis_generator::state::Resource;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api::{Api, ApiIdentity, ApiKey, Stage, Unsupported};
use super::authorizer::Authorizer;
use super::gateway_response::{GatewayResponse, GatewayResponses};
use super::permission::Permission;
use super::template::Template;
use super::throttle::Throttle;
use super::usage_plan::StageMethod;

mod authorizers;
mod functions;
mod integrations;
mod method_settings;
mod models;
mod routes;
#[cfg(test)]
mod tests;
mod usage_plans;

type Texts = BTreeMap<String, String>;
/// Authorizers by id; one that cannot be emulated is the sentence that says why.
type Authorizers = BTreeMap<String, Result<Authorizer, String>>;

#[derive(Deserialize)]
struct RestApi {
    id: String,
    name: String,
    root_resource_id: String,
    execution_arn: String,
    policy: Option<String>,
    api_key_source: Option<String>,
    binary_media_types: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct GatewayResponseValues {
    response_type: String,
    status_code: Option<String>,
    response_parameters: Option<Texts>,
    response_templates: Option<Texts>,
}

#[derive(Deserialize)]
struct StageValues {
    id: String,
    canary_settings: Option<Vec<Value>>,
    stage_name: Option<String>,
    deployment_id: Option<String>,
    variables: Option<Texts>,
}

/// The resources of a state, read by type.
struct State<'a> {
    resources: &'a [Resource],
    api: &'a str,
}

impl<'a> State<'a> {
    /// Every managed resource of a type with its address; those of another API are left out.
    fn all<Values: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(&'a str, Values)>> {
        let ours = |resource: &&Resource| {
            resource.mode == "managed"
                && resource.kind == kind
                && resource.values.get("rest_api_id").is_none_or(|id| id == self.api)
        };
        let read = |resource: &'a Resource| Ok((resource.address.as_str(), values(resource)?));
        self.resources.iter().filter(ours).map(read).collect()
    }

    /// Why a resource cannot be taken as it stands.
    fn obstacle(&self, address: &str) -> Option<String> {
        let found = self.resources.iter().find(|resource| resource.address == address);
        found?.obstacle.clone()
    }
}

fn values<Values: DeserializeOwned>(resource: &Resource) -> Result<Values> {
    Values::deserialize(&resource.values)
        .with_context(|| format!("`{}` is not as the AWS provider writes it", resource.address))
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The API that the text of `terraform show -json` holds; `chosen` is its name or id where there are several. An error
/// says what is not as it must be; what can be served in part is in [`Api::unsupported`].
pub fn read(text: &str, chosen: Option<&str>) -> Result<Api> {
    let resources = portcullis_generator::state::resources(text)?;
    let portcullis_generator::state::RestApi { resource, resources } =
        portcullis_generator::state::rest_api(resources, chosen)?;
    let address = resource.address.as_str();
    let rest_api: RestApi = values(&resource)?;
    let state = State {
        resources: &resources,
        api: &rest_api.id,
    };
    let mut unsupported = notes(&resources);
    // A policy decides over every request: without it none may pass.
    let closed = given(rest_api.policy.clone()).map(|_| {
        let reason = "its resource `policy` is not evaluated, so no route can be served".to_owned();
        unsupported.push(Unsupported {
            address: address.to_owned(),
            reason: reason.clone(),
        });
        format!("`{address}`: {reason}")
    });

    let arn: Vec<&str> = rest_api.execution_arn.split(':').collect();
    let [_, _, _, region, account, _] = arn[..] else {
        bail!(
            "`{address}` has the execution ARN `{}`, which is none",
            rest_api.execution_arn
        );
    };
    let identity = ApiIdentity {
        id: rest_api.id.clone(),
        name: rest_api.name.clone(),
        region: region.to_owned(),
        account: account.to_owned(),
        execution_arn: rest_api.execution_arn.clone(),
    };
    let authorizers = authorizers::authorizers(&state)?;
    let functions = functions::functions(&state)?;
    let router = routes::routes(
        &state,
        &rest_api,
        &authorizers,
        &functions,
        closed.as_deref(),
        &mut unsupported,
    )?;
    let usage_plans::UsagePlans { plans, keys } =
        usage_plans::usage_plans(&state, &router, &mut unsupported)?;
    let throttles = method_settings::throttles(&state, &router, &mut unsupported)?;
    let permissions = state.all::<Permission>("aws_lambda_permission")?;
    Ok(Api {
        stages: stages(&state, address, &keys, &throttles)?,
        authorizers: authorizers
            .into_iter()
            .filter_map(|(id, found)| Some((id, found.ok()?)))
            .collect(),
        usage_plans: plans,
        gateway_responses: gateway_responses(&state, &mut unsupported)?,
        binary_media_types: rest_api.binary_media_types.unwrap_or_default(),
        permissions: permissions
            .into_iter()
            .map(|(_, permission)| permission)
            .collect(),
        identity,
        router,
        functions,
        unsupported,
    })
}

/// What bears on more than one route and is not emulated, or not certain.
fn notes(resources: &[Resource]) -> Vec<Unsupported> {
    let reason = |resource: &Resource| match resource.kind.as_str() {
        "aws_wafv2_web_acl_association" => Some("requests are not filtered by a web ACL"),
        _ => None,
    };
    let note = |resource: &Resource| {
        let obstacle = resource.obstacle.clone();
        let reason = obstacle.or_else(|| Some(reason(resource)?.to_owned()))?;
        Some(Unsupported {
            address: resource.address.clone(),
            reason,
        })
    };
    resources
        .iter()
        .filter(|resource| resource.mode == "managed")
        .filter_map(note)
        .collect()
}

fn stages(
    state: &State,
    api: &str,
    keys: &BTreeMap<String, Vec<ApiKey>>,
    throttles: &BTreeMap<StageMethod, Throttle>,
) -> Result<BTreeMap<String, Stage>> {
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
            let of_stage = |(method, _): &(&StageMethod, &Throttle)| method.stage == name;
            let stage = Stage {
                name: name.clone(),
                deployment: values.deployment_id.unwrap_or(values.id),
                variables: values.variables.unwrap_or_default(),
                api_keys: keys.get(&name).cloned().unwrap_or_default(),
                throttles: throttles
                    .iter()
                    .filter(of_stage)
                    .map(|(method, limits)| (method.clone(), *limits))
                    .collect(),
            };
            stages.insert(name, stage);
        }
    }
    if stages.is_empty() {
        bail!("`{api}` has no stage in the state: nothing of it is reachable");
    }
    Ok(stages)
}

fn templates(texts: Option<Texts>) -> Result<BTreeMap<String, Template>, String> {
    let parse = |(media_type, text): (String, String)| Ok((media_type, Template::parse(&text)?));
    texts.unwrap_or_default().into_iter().map(parse).collect()
}

fn gateway_responses(state: &State, unsupported: &mut Vec<Unsupported>) -> Result<GatewayResponses> {
    let mut responses = BTreeMap::new();
    for (address, values) in state.all::<GatewayResponseValues>("aws_api_gateway_gateway_response")? {
        let templates = templates(values.response_templates).unwrap_or_else(|why| {
            let reason = format!("{why}, so the default body is sent");
            unsupported.push(Unsupported {
                address: address.to_owned(),
                reason,
            });
            BTreeMap::new()
        });
        let headers = values.response_parameters.unwrap_or_default().into_iter();
        let headers = headers.filter_map(|(name, expression)| {
            Some((
                name.strip_prefix("gatewayresponse.header.")?.to_owned(),
                expression,
            ))
        });
        let status = given(values.status_code).and_then(|status| status.parse().ok());
        let response = GatewayResponse {
            status,
            headers: headers.collect(),
            templates,
        };
        responses.insert(values.response_type, response);
    }
    Ok(GatewayResponses(responses))
}
