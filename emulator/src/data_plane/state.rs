//! A Terraform state → the API that it applied.
//!
//! `terraform_json` reads the resources into types and joins them. Here each part becomes what the gateway enforces, or
//! is collected with its address as not emulated: a route that needs it answers 501 and says why, and nothing is
//! skipped in silence.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Error, Result, bail};
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::rest_api::{self as applied, Settings, Snapshot, custom_domains};
use portcullis_terraform_json::{Resource, RestApi as Applied};

use super::api::{
    Api, ApiIdentity, Deployed, FunctionConfiguration, GatewayResponse, GatewayResponses, Stage,
};
use super::events::permissions;
use super::limits::throttle::Throttle;
use super::limits::usage_plan::StageMethod;
use answers::{emulated_header, templates};
use notes::Notes;
use stages::NamedStage;

mod answers;
mod authorizers;
mod functions;
mod integrations;
mod method_settings;
mod models;
mod notes;
mod routes;
mod stages;
#[cfg(test)]
pub(crate) mod tests;
mod usage_plans;

/// The API that was applied, each stage with the resources that `deployed` tells for the id of its deployment. An error
/// says what is not as it must be; what can be served in part is in [`Api::unsupported`].
pub fn read(applied: &Applied, mut deployed: impl FnMut(&str) -> Result<Vec<Resource>>) -> Result<Api> {
    let Applied { resource, resources } = applied;
    let address = resource.address.as_str();
    let index = Index::of(resources);
    let settings = settings(&index)?;
    let mut notes = Notes::default();
    notes.of_all(&index);
    note_custom_domains(&index, &settings.id, &mut notes);
    let identity = identity(address, &settings)?;
    let functions = functions::functions(&index)?;
    let named = stages::stages(&index, address)?;
    let mut deployments = BTreeMap::new();
    for stage in named.values() {
        if let Entry::Vacant(place) = deployments.entry(stage.deployment.clone()) {
            let resources = deployed(&stage.deployment)?;
            place.insert(Arc::new(deployment(&resources, &functions, &mut notes)?));
        }
    }
    let methods = deployments
        .values()
        .flat_map(|deployed| deployed.router.routes())
        .map(|(method, route)| (route.resource_path.clone(), method.to_owned()))
        .collect();
    let usage_plans::UsagePlans { plans, keys } =
        usage_plans::usage_plans(&index, &settings.id, &methods, &mut notes)?;
    let throttles = method_settings::throttles(&index, &methods, &mut notes)?;
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
            access_log: values.access_log,
        };
        (name, stage)
    };
    Ok(Api {
        stages: named.into_iter().map(stage).collect(),
        usage_plans: plans,
        beside_routes: BTreeSet::new(),
        permissions: permissions::of(&index)?,
        identity,
        functions,
        unsupported: notes.into_list(),
    })
}

/// Returns the contents of a deployment of the current state.
pub fn deployed_now(
    applied: &Applied,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Deployed> {
    deployment(&applied.resources, functions, &mut Notes::default())
}

/// The settings of the only REST API.
fn settings(index: &Index) -> Result<Settings> {
    let mut settings = index.applied::<Settings>().map_err(Error::msg)?;
    let settings = settings.pop().context("missing `aws_api_gateway_rest_api`")?;
    Ok(settings.values)
}

fn identity(address: &str, settings: &Settings) -> Result<ApiIdentity> {
    let arn: Vec<&str> = settings.execution_arn.split(':').collect();
    let [_, _, _, region, account, _] = arn[..] else {
        bail!(
            "invalid execution ARN `{}` of `{address}`",
            settings.execution_arn
        );
    };
    Ok(ApiIdentity {
        id: settings.id.clone(),
        name: settings.name.clone(),
        region: region.to_owned(),
        account: account.to_owned(),
        execution_arn: settings.execution_arn.clone(),
    })
}

/// Returns the contents of a deployment with these resources.
fn deployment(
    resources: &[Resource],
    functions: &BTreeMap<String, FunctionConfiguration>,
    notes: &mut Notes,
) -> Result<Deployed> {
    let index = Index::of(resources);
    let api = index.managed("aws_api_gateway_rest_api").first();
    let api = api.context("missing `aws_api_gateway_rest_api` in the deployment")?;
    let snapshot = Snapshot::of(&index, api);
    snapshot.settings.check().map_err(Error::msg)?;
    // A policy decides over every request: without it none may pass.
    let policy = match snapshot.settings.policy {
        Some(_) => Some(*api),
        None => snapshot.policy,
    };
    let closed = policy.map(|policy| {
        let reason = "the resource policy is not emulated, so no route can be served".to_owned();
        notes.refuse(&policy.address, reason)
    });
    let authorizers = authorizers::authorizers(&index, &snapshot, functions)?;
    Ok(Deployed {
        router: routes::routes(&snapshot, &authorizers, functions, closed.as_ref(), notes)?,
        authorizers: authorizers
            .into_iter()
            .filter_map(|(id, found)| Some((id, found.ok()?)))
            .collect(),
        gateway_responses: gateway_responses(&snapshot, notes)?,
        binary_media_types: snapshot.settings.values.binary_media_types,
    })
}

/// Custom domains that lead to the API on AWS, and not here.
fn note_custom_domains(index: &Index, api: &str, notes: &mut Notes) {
    let found = custom_domains(index, api);
    for domain in found.domains {
        let reason = format!("the custom domain {} is not emulated", code(&domain.domain_name));
        notes.add(&domain.resource.address, reason);
    }
    for mapping in found.mappings {
        let to = match &mapping.stage_name {
            None => "the stage that the path names".to_owned(),
            Some(stage) => format!("stage {}", code(stage)),
        };
        let reason = format!(
            "{} is not emulated: on AWS it leads to {to}",
            code(&mapping.url())
        );
        notes.add(&mapping.resource.address, reason);
    }
}

fn gateway_responses(snapshot: &Snapshot, notes: &mut Notes) -> Result<GatewayResponses> {
    let mut responses = BTreeMap::new();
    for part in &snapshot.gateway_responses {
        part.check().map_err(Error::msg)?;
        let address = &part.resource.address;
        let templates = templates(&part.response_templates).unwrap_or_else(|why| {
            notes.add(address, format!("{why}, so the default body is sent"));
            BTreeMap::new()
        });
        let mut headers = Vec::new();
        for (key, text) in &part.response_parameters {
            match emulated_header(key, text, applied::GatewayResponse::HEADER) {
                Ok(header) => headers.push(header),
                Err(why) => notes.add(address, format!("{why}, so it is not sent")),
            }
        }
        let response = GatewayResponse {
            status: part.status_code.as_deref().and_then(|status| status.parse().ok()),
            headers,
            templates,
        };
        responses.insert(part.response_type.clone(), response);
    }
    Ok(GatewayResponses(responses))
}
