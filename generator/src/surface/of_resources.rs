//! The surface of what was applied, or will be: read from the resources of a state or a plan.

use std::fmt;

use super::functions::{Called, functions};
use super::gateway_responses::gateway_responses;
use super::names::Names;
use super::resources::{Resources, text};
use super::routes::routes;
use super::types::{Api, Argument, FORMAT, Surface};
use super::{arguments, authorizers, others, unknown, user_pool};
use crate::modules::{REST_API, STAGE};
use crate::state::plan::{self, Plan, PlanError};
use crate::state::{self, Resource, RestApi, StateError};

/// Why a state or a plan has no surface.
#[derive(Debug, PartialEq)]
pub enum SurfaceError {
    /// The text is no state, or which REST API of it is meant is not known.
    State(StateError),
    /// The plan has no REST API.
    Plan(PlanError),
    /// The REST API has no stage.
    NoStage,
    /// It has several stages; which is meant is not known.
    SeveralStages(Vec<String>),
    /// Who may call the method at this address is not certain, and a surface may not guess.
    Unclear(String, String),
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(error) => error.fmt(formatter),
            Self::Plan(error) => error.fmt(formatter),
            Self::NoStage => formatter.write_str("the REST API has no `aws_api_gateway_stage`"),
            Self::SeveralStages(addresses) => {
                write!(
                    formatter,
                    "the REST API has several stages where one is expected: {}",
                    addresses.join(", ")
                )
            }
            Self::Unclear(address, why) => {
                write!(formatter, "what `{address}` lets through is not certain: {why}")
            }
        }
    }
}

impl std::error::Error for SurfaceError {}

/// The surface of a REST API in a state, chosen by name or id where there are several, in whatever modules its parts
/// stand and in either layout. What belongs to another REST API is left out.
pub fn of_state(text: &str, chosen: Option<&str>) -> Result<Surface, SurfaceError> {
    let resources = state::resources(text).map_err(SurfaceError::State)?;
    of_resources(resources, None, chosen)
}

/// The surface that there will be after a plan. What the plan leaves open is among its `unknown`, and is missing
/// elsewhere or stands there as `?` or [`UNKNOWN`](super::UNKNOWN).
pub fn of_plan(plan: &Plan, chosen: Option<&str>) -> Result<Surface, SurfaceError> {
    let surface = of_resources(plan.resources.clone(), Some(plan), chosen);
    surface.map_err(|error| match error {
        SurfaceError::State(StateError::NoApi) => {
            SurfaceError::Plan(PlanError::NoApi(plan.deletes_everything()))
        }
        other => other,
    })
}

fn of_resources(
    all: Vec<Resource>,
    plan: Option<&Plan>,
    chosen: Option<&str>,
) -> Result<Surface, SurfaceError> {
    // In a generated tree an API that somebody added does not make it unclear which one is meant.
    let generated = all.iter().any(|resource| resource.address == REST_API);
    let chosen = chosen.or(generated.then_some(REST_API));
    let RestApi {
        resource: api,
        resources,
    } = state::rest_api(all.clone(), chosen).map_err(SurfaceError::State)?;
    let mut resources = Resources::new(&resources);
    let stage = stage(&resources)?;
    let unclear = resources
        .of("aws_api_gateway_method")
        .find_map(|method| Some((method.address.clone(), method.obstacle.clone()?)));
    if let Some((address, why)) = unclear {
        return Err(SurfaceError::Unclear(address, why));
    }
    let names = Names::of(&resources, &api, plan.map(|plan| &plan.root));
    let called = Called::of(&resources, &names);
    let pool = user_pool::choose(&resources, &authorizers::pools(&resources));
    let by_id = authorizers::by_id(&resources);

    resources.account(stage);
    let served = text(stage, "deployment_id");
    let mut deployments = resources.of("aws_api_gateway_deployment");
    let deployment = deployments.find(|deployment| !served.is_empty() && text(deployment, "id") == served);
    let own = resources.of("aws_api_gateway_rest_api").chain(deployment);
    own.collect::<Vec<_>>()
        .into_iter()
        .for_each(|found| resources.account(found));
    let endpoint = &api.values["endpoint_configuration"][0]["types"][0];
    let mut surface = Surface {
        format: FORMAT,
        api: Api {
            name: text(&api, "name").into(),
            stage: text(stage, "stage_name").into(),
            endpoint: endpoint.as_str().unwrap_or("EDGE").into(),
        },
        authorizers: authorizers::authorizers(&mut resources, &names, pool, &called),
        routes: routes(&mut resources, &api, &by_id, &called),
        functions: functions(&mut resources, &names, plan.map(|plan| plan.changes.as_slice())),
        user_pool: pool.map(|pool| user_pool::user_pool(&mut resources, pool)),
        gateway_responses: gateway_responses(&mut resources),
        other_arguments: Vec::new(),
        others: Vec::new(),
        unknown: unknown::of_body(resources.all),
    };
    surface.other_arguments = arguments::other_arguments(&resources);
    if deployment.is_none() && !served.is_empty() {
        // An older deployment may let in whom the routes here do not.
        surface.other_arguments.push(Argument {
            address: stage.address.clone(),
            argument: "deployment_id".to_owned(),
            value: served.into(),
        });
    }
    surface.others = others::others(&all, &api, |resource| resources.is_accounted(resource));
    if let Some(plan) = plan {
        surface.others.extend(plan.programs.iter().cloned());
        surface.others.sort();
        let open: &[plan::Unknown] = &plan.unknown;
        surface
            .unknown
            .extend(unknown::of_plan(open, resources.all, &api, pool, &names));
    }
    Ok(surface.sorted())
}

/// The only stage, or that of a generated tree, where another one is not accounted for.
fn stage<'a>(resources: &Resources<'a>) -> Result<&'a Resource, SurfaceError> {
    let stages: Vec<&Resource> = resources.of("aws_api_gateway_stage").collect();
    let generated = stages.iter().find(|stage| stage.address == STAGE);
    match (stages.as_slice(), generated) {
        ([], _) => Err(SurfaceError::NoStage),
        ([one], _) => Ok(one),
        (_, Some(generated)) => Ok(generated),
        (several, None) => Err(SurfaceError::SeveralStages(
            several.iter().map(|stage| stage.address.clone()).collect(),
        )),
    }
}
