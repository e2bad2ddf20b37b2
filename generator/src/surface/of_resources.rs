//! The surface of what was applied, or will be: read from the resources of a state or a plan.

use std::fmt;

use super::functions::{Called, functions};
use super::gateway_responses::gateway_responses;
use super::names::Names;
use super::resources::{Resources, optional, text};
use super::routes::routes;
use super::types::{Api, Argument, FORMAT, Surface};
use super::unknown::Open;
use super::{arguments, authorizers, buckets, other_resources, queues, tables, topics, unknown, user_pool};
use crate::asynchronous::surface::add_failure_destinations;
use crate::events::surface::add_events;
use crate::modules::{REST_API, STAGE};
use crate::own::in_service;
use crate::own::surface::OwnOutputs;
use crate::throttling::surface::throttles;
use crate::usage_plans::surface::usage_plans;
use portcullis_terraform_json::index::Index;
use portcullis_terraform_json::plan::{self, Plan, PlanError};
use portcullis_terraform_json::rest_api::Snapshot;
use portcullis_terraform_json::{self, Resource, RestApi, Stage, StateError};

/// The reason why a state or a plan has no surface.
#[derive(Debug, Clone, PartialEq)]
pub enum SurfaceError {
    /// The text is not a state, or it is unclear which of its REST APIs is meant.
    State(StateError),
    /// The plan has no REST API.
    Plan(PlanError),
    /// The REST API has no stage.
    NoStage,
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(error) => error.fmt(formatter),
            Self::Plan(error) => error.fmt(formatter),
            Self::NoStage => formatter.write_str(
                "the REST API has no stage: neither an `aws_api_gateway_stage`, nor a deployment with a `stage_name`",
            ),
        }
    }
}

impl std::error::Error for SurfaceError {}

/// Returns the surface of a REST API in a state, chosen by name or id if there are several. Its parts may be in any
/// module and in either layout. Parts of other REST APIs are left out.
pub fn of_state(text: &str, chosen: Option<&str>) -> Result<Surface, SurfaceError> {
    let resources = portcullis_terraform_json::resources(text).map_err(SurfaceError::State)?;
    let own = portcullis_terraform_json::output(text, in_service::OUTPUT);
    of_resources(resources, None, OwnOutputs::of(&own), chosen)
}

/// Returns the surface after a plan. Open values of the plan are among its `unknown`. Elsewhere they are missing, or
/// replaced by `?` or [`UNKNOWN`](super::UNKNOWN).
pub fn of_plan(plan: &Plan, chosen: Option<&str>) -> Result<Surface, SurfaceError> {
    let own = OwnOutputs::of(&plan.root.own);
    let surface = of_resources(plan.resources.clone(), Some(plan), own, chosen);
    surface.map_err(|error| match error {
        SurfaceError::State(StateError::NoApi) => {
            SurfaceError::Plan(PlanError::NoApi(plan.deletes_everything()))
        }
        other => other,
    })
}

/// Returns the surface of the REST API at an address, among resources that no spec is of. Unlike the others, it may have
/// no stage. Its `stage` is then `?`.
pub(crate) fn of_rest_api(
    all: Vec<Resource>,
    plan: Option<&Plan>,
    address: &str,
) -> Result<Surface, SurfaceError> {
    let mut all = all;
    let id = all
        .iter()
        .find(|resource| resource.address == address)
        .map(|api| api.values["id"].clone());
    let stages = all
        .iter()
        .filter(|resource| resource.kind == "aws_api_gateway_stage");
    let has_stage = stages
        .map(|stage| Some(&stage.values["rest_api_id"]))
        .any(|of| of == id.as_ref());
    if let Some(id) = id.filter(|_| !has_stage) {
        all.push(Resource {
            address: format!("{address} (stage)"),
            mode: "managed".to_owned(),
            kind: "aws_api_gateway_stage".to_owned(),
            values: serde_json::json!({ "rest_api_id": id, "stage_name": "?" }),
            obstacle: None,
        });
    }
    of_resources(all, plan, OwnOutputs::default(), Some(address))
}

fn of_resources(
    all: Vec<Resource>,
    plan: Option<&Plan>,
    own: OwnOutputs,
    chosen: Option<&str>,
) -> Result<Surface, SurfaceError> {
    // A hand-written API beside the generated files does not make the choice unclear.
    let generated = all.iter().any(|resource| resource.address == REST_API);
    let chosen = chosen.or(generated.then_some(REST_API));
    let RestApi {
        resource: api,
        resources,
    } = portcullis_terraform_json::rest_api(all.clone(), chosen).map_err(SurfaceError::State)?;
    let mut resources = Resources::new(&resources);
    let snapshot = Snapshot::of(&resources.index, &api);
    let Stages { served, others } = stages(&resources.index)?;
    let admitted = authorizers::pools(&snapshot);
    let pool = user_pool::choose(&resources, &admitted);
    let root = plan.map(|plan| &plan.root);
    let names = Names::of(
        &resources,
        &snapshot.settings,
        pool.as_deref(),
        &admitted,
        root,
        own,
    );
    let called = Called::of(&resources, &names);
    let by_id = authorizers::by_id(&snapshot);
    let unknown: &[plan::Unknown] = plan.map_or(&[], |plan| &plan.unknown);
    let open = Open::of(unknown);
    let throttles = throttles(&mut resources, served.name);
    let readers = unknown::Readers::of(&resources, &snapshot, &called, &open);

    let mut made = Vec::new();
    let mut missing = Vec::new();
    for stage in [served].into_iter().chain(others.iter().copied()) {
        resources.account(stage.resource);
        let mut deployments = resources.of("aws_api_gateway_deployment");
        match deployments
            .find(|deployment| !stage.deployment.is_empty() && text(deployment, "id") == stage.deployment)
        {
            Some(deployment) => made.push(deployment),
            None => missing.push(stage),
        }
    }
    let own = resources.of("aws_api_gateway_rest_api").chain(made);
    own.collect::<Vec<_>>()
        .into_iter()
        .for_each(|found| resources.account(found));
    let mut surface = Surface {
        format: FORMAT,
        api: Api {
            name: snapshot.settings.name.clone(),
            stage: served.name.into(),
            other_stages: others.iter().map(|stage| stage.name.to_owned()).collect(),
            endpoint: snapshot.settings.endpoint().to_owned(),
        },
        authorizers: authorizers::authorizers(&mut resources, &snapshot, &names, pool.as_deref(), &called),
        routes: routes(
            &mut resources,
            &snapshot,
            &by_id,
            &called,
            &open,
            |path, method| throttles.of_method(served.name, path, method),
        ),
        functions: functions(
            &mut resources,
            &names,
            &called,
            plan.map(|plan| plan.changes.as_slice()),
        ),
        user_pool: pool
            .as_ref()
            .map(|pool| user_pool::user_pool(&mut resources, pool)),
        tables: tables::tables(&mut resources, &names),
        buckets: buckets::buckets(&mut resources, &names),
        queues: queues::queues(&mut resources, &names),
        topics: topics::topics(&mut resources, &names),
        usage_plans: usage_plans(&mut resources, &names, &snapshot.settings.id, served.name),
        gateway_responses: gateway_responses(&mut resources, &snapshot),
        reach: Vec::new(), // `sorted`
        other_arguments: Vec::new(),
        others: Vec::new(),
        unknown: unknown::of_state(&readers, &snapshot),
    };
    add_events(
        &mut surface.functions,
        &mut resources,
        &names,
        &called,
        plan.map(|plan| plan.changes.as_slice()),
    );
    add_failure_destinations(&mut surface.functions, &mut resources, &names, &called);
    surface.other_arguments = arguments::other_arguments(&resources);
    // An older deployment may let in whom the routes here do not.
    for stage in missing.iter().filter(|stage| !stage.deployment.is_empty()) {
        surface.other_arguments.push(Argument {
            address: stage.resource.address.clone(),
            argument: "deployment_id".to_owned(),
            value: stage.deployment.into(),
        });
    }
    // A deployment makes a stage beside the generated one.
    let is_said = |name: &str| name == served.name || others.iter().any(|stage| stage.name == name);
    let unsaid = resources
        .of("aws_api_gateway_deployment")
        .filter(|deployment| {
            resources.is_accounted(deployment) && optional(deployment, "stage_name").is_some()
        })
        .filter(|deployment| !is_said(text(deployment, "stage_name")));
    surface.other_arguments.extend(unsaid.map(|deployment| Argument {
        address: deployment.address.clone(),
        argument: "stage_name".to_owned(),
        value: text(deployment, "stage_name").into(),
    }));
    surface.others = other_resources::others(&all, &api, |resource| resources.is_accounted(resource));
    if let Some(plan) = plan {
        surface.others.extend(plan.programs.iter().cloned());
        surface.others.sort();
        surface
            .unknown
            .extend(unknown::of_plan(unknown, &readers, &api, pool.as_ref(), &names));
    }
    Ok(surface.sorted())
}

/// The stages that a surface is of.
struct Stages<'a> {
    served: Stage<'a>,
    others: Vec<Stage<'a>>,
}

/// Returns the stage of the generated files, if another one is not accounted for; or else all of them, the first by
/// name first.
fn stages<'a>(index: &Index<'a>) -> Result<Stages<'a>, SurfaceError> {
    let mut stages = portcullis_terraform_json::stages(index);
    let generated = stages
        .iter()
        .find(|stage| stage.resource.address == STAGE)
        .copied();
    if let Some(served) = generated {
        let others = Vec::new();
        return Ok(Stages { served, others });
    }
    if stages.is_empty() {
        return Err(SurfaceError::NoStage);
    }
    let others = stages.split_off(1);
    Ok(Stages {
        served: stages[0],
        others,
    })
}
