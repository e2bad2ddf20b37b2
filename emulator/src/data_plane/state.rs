//! A Terraform state → the API that it applied.
//!
//! Resources are joined by the ids that AWS gave them, never by address, so that any layout of the HCL will do. What
//! cannot be emulated is collected with its address: a route that needs it answers 501 and says why, and nothing is
//! skipped in silence.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use anyhow::{Context, Error, Result, bail};
use portcullis_terraform_json::{Resource, RestApi as Applied};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api::{Api, ApiIdentity, Deployed, FunctionConfiguration, NotEmulated, Stage, Unsupported};
use super::authorizer::Authorizer;
use super::gateway_response::{GatewayResponse, GatewayResponses};
use super::limits::throttle::Throttle;
use super::limits::usage_plan::StageMethod;
use super::permission::Permission;
use super::template::Template;
use stages::NamedStage;

mod authorizers;
mod custom_domains;
mod functions;
mod integrations;
mod method_settings;
mod models;
mod routes;
mod stages;
#[cfg(test)]
pub(crate) mod tests;
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
    resource.read().map_err(Error::msg)
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The API that was applied, each stage with the resources that `deployed` tells for the id of its deployment. An error
/// says what is not as it must be; what can be served in part is in [`Api::unsupported`].
pub fn read(applied: &Applied, mut deployed: impl FnMut(&str) -> Result<Vec<Resource>>) -> Result<Api> {
    let Applied { resource, resources } = applied;
    let address = resource.address.as_str();
    let rest_api: RestApi = values(resource)?;
    let state = State {
        resources,
        api: &rest_api.id,
    };
    let mut unsupported = notes(resources);
    unsupported.extend(custom_domains::custom_domains(&state));
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
    let functions = functions::functions(&state)?;
    let named = stages::stages(&state, address)?;
    let mut deployments = BTreeMap::new();
    for stage in named.values() {
        if let Entry::Vacant(place) = deployments.entry(stage.deployment.clone()) {
            let state = State {
                resources: &deployed(&stage.deployment)?,
                api: &rest_api.id,
            };
            place.insert(Arc::new(deployment(&state, &functions, &mut unsupported)?));
        }
    }
    let routes: Vec<_> = deployments
        .values()
        .flat_map(|deployed| deployed.router.routes())
        .collect();
    let usage_plans::UsagePlans { plans, keys } =
        usage_plans::usage_plans(&state, &routes, &mut unsupported)?;
    let throttles = method_settings::throttles(&state, &routes, &mut unsupported)?;
    let stage = |(name, values): (String, NamedStage)| {
        let of_stage = |(method, _): &(&StageMethod, &Throttle)| method.stage == name;
        let stage = Stage {
            name: name.clone(),
            deployed: deployments[&values.deployment].clone(),
            deployment: values.deployment,
            variables: values.variables,
            api_keys: keys.get(&name).cloned().unwrap_or_default(),
            throttles: throttles
                .iter()
                .filter(of_stage)
                .map(|(method, limits)| (method.clone(), *limits))
                .collect(),
        };
        (name, stage)
    };
    let permissions = state.all::<Permission>("aws_lambda_permission")?;
    Ok(Api {
        stages: named.into_iter().map(stage).collect(),
        usage_plans: plans,
        permissions: permissions
            .into_iter()
            .map(|(_, permission)| permission)
            .collect(),
        identity,
        functions,
        unsupported,
    })
}

/// What a deployment would hold that is made of the state as it is.
pub fn deployed_now(
    applied: &Applied,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Deployed> {
    let api = applied.resource.values["id"].as_str().unwrap_or_default();
    let state = State {
        resources: &applied.resources,
        api,
    };
    deployment(&state, functions, &mut Vec::new())
}

/// What a deployment holds, of resources as it has them.
fn deployment(
    state: &State,
    functions: &BTreeMap<String, FunctionConfiguration>,
    unsupported: &mut Vec<Unsupported>,
) -> Result<Deployed> {
    let is_rest_api =
        |resource: &&Resource| resource.mode == "managed" && resource.kind == "aws_api_gateway_rest_api";
    let resource = state.resources.iter().find(is_rest_api);
    let resource = resource.context("the deployment has no `aws_api_gateway_rest_api`")?;
    let (address, rest_api) = (resource.address.as_str(), values::<RestApi>(resource)?);
    // A policy decides over every request: without it none may pass.
    let of_its_own = state.resources.iter().find(|resource| {
        resource.kind == "aws_api_gateway_rest_api_policy"
            && resource.values["rest_api_id"] == rest_api.id.as_str()
    });
    let policy = match given(rest_api.policy.clone()) {
        Some(_) => Some(address),
        None => of_its_own.map(|policy| policy.address.as_str()),
    };
    let closed = policy.map(|address| {
        let reason = "the resource policy is not evaluated, so no route can be served".to_owned();
        let sentence = format!("`{address}`: {reason}");
        note(unsupported, address, reason);
        NotEmulated(sentence)
    });
    let authorizers = authorizers::authorizers(state)?;
    Ok(Deployed {
        router: routes::routes(
            state,
            &rest_api,
            &authorizers,
            functions,
            closed.as_ref(),
            unsupported,
        )?,
        authorizers: authorizers
            .into_iter()
            .filter_map(|(id, found)| Some((id, found.ok()?)))
            .collect(),
        gateway_responses: gateway_responses(state, unsupported)?,
        binary_media_types: rest_api.binary_media_types.unwrap_or_default(),
    })
}

/// Notes what is not emulated, once.
fn note(unsupported: &mut Vec<Unsupported>, address: &str, reason: String) {
    let address = address.to_owned();
    let noted = Unsupported { address, reason };
    if !unsupported.contains(&noted) {
        unsupported.push(noted);
    }
}

/// The provider holds the size as a text, and -1 for none.
fn compresses(minimum: &Value) -> bool {
    let size = minimum.as_i64().or_else(|| minimum.as_str()?.parse().ok());
    size.is_some_and(|size| size >= 0)
}

/// What bears on more than one route and is not emulated, or not certain.
fn notes(resources: &[Resource]) -> Vec<Unsupported> {
    let reason = |resource: &Resource| match resource.kind.as_str() {
        "aws_wafv2_web_acl_association" => Some("requests are not filtered by a web ACL"),
        "aws_api_gateway_rest_api" if resource.values["disable_execute_api_endpoint"] == true => {
            Some("its own endpoint is disabled, so on AWS only a custom domain answers")
        }
        "aws_api_gateway_rest_api"
            if resource.values["endpoint_configuration"][0]["types"][0] == "PRIVATE" =>
        {
            Some("it is private, so on AWS only its VPC endpoints answer")
        }
        "aws_api_gateway_rest_api" if compresses(&resource.values["minimum_compression_size"]) => {
            Some("bodies are not compressed")
        }
        "aws_api_gateway_stage" if resource.values["cache_cluster_enabled"] == true => {
            Some("answers are not cached")
        }
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

fn templates(texts: Option<Texts>) -> Result<BTreeMap<String, Template>, String> {
    let parse = |(media_type, text): (String, String)| Ok((media_type, Template::parse(&text)?));
    texts.unwrap_or_default().into_iter().map(parse).collect()
}

fn gateway_responses(state: &State, unsupported: &mut Vec<Unsupported>) -> Result<GatewayResponses> {
    let mut responses = BTreeMap::new();
    for (address, values) in state.all::<GatewayResponseValues>("aws_api_gateway_gateway_response")? {
        let templates = templates(values.response_templates).unwrap_or_else(|why| {
            note(
                unsupported,
                address,
                format!("{why}, so the default body is sent"),
            );
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
