//! The surface that was applied, read from a state.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::state::{self, Resource, RestApi, StateError};
use crate::surface::{Api, Authorizer, FORMAT, Preflight, Route, Surface};

/// Why a state has no surface.
#[derive(Debug, PartialEq)]
pub enum SurfaceError {
    /// The text is no state, or which REST API of it is meant is not known.
    State(StateError),
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
            Self::NoStage => formatter.write_str("the REST API has no `aws_api_gateway_stage` in the state"),
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
    let RestApi {
        resource: api,
        resources,
    } = state::rest_api(resources, chosen).map_err(SurfaceError::State)?;
    let all = Resources(&resources);
    let stage = all.only_stage()?;
    let unclear = all
        .of("aws_api_gateway_method")
        .find_map(|method| Some((method.address.clone(), method.obstacle.clone()?)));
    if let Some((address, why)) = unclear {
        return Err(SurfaceError::Unclear(address, why));
    }
    let paths = state::paths(&resources, text_of(&api, "root_resource_id"));
    let authorizers: BTreeMap<&str, &str> = all
        .of("aws_api_gateway_authorizer")
        .map(|authorizer| (text_of(authorizer, "id"), text_of(authorizer, "name")))
        .collect();
    let functions = functions(&all);
    let integrations: BTreeMap<_, _> = all
        .of("aws_api_gateway_integration")
        .map(|integration| (method_key(integration), integration))
        .collect();
    let preflights: BTreeMap<_, _> = all
        .of("aws_api_gateway_integration_response")
        .filter_map(|response| Some((method_key(response), preflight(response)?)))
        .collect();
    let routes = all
        .of("aws_api_gateway_method")
        .map(|method| {
            let integration = integrations.get(&method_key(method));
            let name = text_of(method, "http_method");
            Route {
                path: paths
                    .get(text_of(method, "resource_id"))
                    .cloned()
                    .unwrap_or_else(|| "?".into()),
                method: name.into(),
                auth_type: text_of(method, "authorization").into(),
                authorizer: authorizers
                    .get(text_of(method, "authorizer_id"))
                    .map(|name| (*name).into()),
                scopes: strings_of(&method.values["authorization_scopes"]),
                api_key_required: method.values["api_key_required"] == Value::Bool(true),
                integration: integration.map_or("", |found| text_of(found, "type")).into(),
                function: integration.and_then(|found| function(text_of(found, "uri"), &functions)),
                cors: preflights.get(&method_key(method)).cloned(),
            }
        })
        .collect();
    let endpoint = &api.values["endpoint_configuration"][0]["types"][0];
    let surface = Surface {
        format: FORMAT,
        api: Api {
            name: text_of(&api, "name").into(),
            stage: text_of(stage, "stage_name").into(),
            endpoint: endpoint.as_str().unwrap_or("EDGE").into(),
        },
        authorizers: all.of("aws_api_gateway_authorizer").map(authorizer).collect(),
        routes,
    };
    Ok(surface.sorted())
}

struct Resources<'a>(&'a [Resource]);

impl<'a> Resources<'a> {
    fn of(&self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.0
            .iter()
            .filter(move |resource| resource.mode == "managed" && resource.kind == kind)
    }

    fn only_stage(&self) -> Result<&'a Resource, SurfaceError> {
        let stages: Vec<_> = self.of("aws_api_gateway_stage").collect();
        match stages.as_slice() {
            [] => Err(SurfaceError::NoStage),
            [one] => Ok(one),
            several => Err(SurfaceError::SeveralStages(
                several.iter().map(|stage| stage.address.clone()).collect(),
            )),
        }
    }
}

fn text_of<'a>(resource: &'a Resource, key: &str) -> &'a str {
    resource.values[key].as_str().unwrap_or_default()
}

/// What a method shares with its integration and their responses.
fn method_key(resource: &Resource) -> (&str, &str) {
    (text_of(resource, "resource_id"), text_of(resource, "http_method"))
}

fn strings_of(value: &Value) -> Vec<String> {
    let mut strings: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(String::from))
        .collect();
    strings.sort();
    strings
}

fn authorizer(resource: &Resource) -> Authorizer {
    let source = text_of(resource, "identity_source");
    Authorizer {
        name: text_of(resource, "name").into(),
        kind: text_of(resource, "type").into(),
        header: source
            .strip_prefix("method.request.header.")
            .unwrap_or(source)
            .into(),
        ttl_seconds: resource.values["authorizer_result_ttl_in_seconds"]
            .as_u64()
            .and_then(|seconds| u32::try_from(seconds).ok())
            .unwrap_or(300),
    }
}

/// Names of functions by their ARN: the spec's, where the tags say which service and environment they are of.
fn functions(all: &Resources<'_>) -> BTreeMap<String, String> {
    all.of("aws_lambda_function")
        .map(|function| {
            let name = text_of(function, "function_name");
            let tag = |key: &str| function.values["tags_all"][key].as_str();
            let own = match (tag("Service"), tag("Environment")) {
                (Some(service), Some(environment)) => name
                    .strip_prefix(&format!("{service}-{environment}-"))
                    .unwrap_or(name),
                _ => name,
            };
            (text_of(function, "arn").to_string(), own.to_string())
        })
        .collect()
}

/// The function of an integration: its `uri` holds the ARN between `/functions/` and `/invocations`, with seven parts
/// up to the name, behind which a version or an alias may stand:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html>
fn function(uri: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let arn = uri.split_once("/functions/")?.1.strip_suffix("/invocations")?;
    let parts: Vec<_> = arn.split(':').take(7).collect();
    let name = known.get(&parts.join(":")).cloned();
    name.or_else(|| parts.last().map(|name| (*name).into()))
}

/// What a mock answers to a preflight: static values in single quotes.
fn preflight(response: &Resource) -> Option<Preflight> {
    let header = |name: &str| {
        let key = format!("method.response.header.Access-Control-Allow-{name}");
        let value = response.values["response_parameters"][key].as_str()?;
        Some(value.strip_prefix('\'')?.strip_suffix('\'')?.to_string())
    };
    let list = |name: &str| {
        header(name)
            .map(|text| text.split(',').map(|item| item.trim().to_string()).collect())
            .unwrap_or_default()
    };
    Some(Preflight {
        allow_origin: header("Origin")?,
        allow_methods: list("Methods"),
        allow_headers: list("Headers"),
    })
}
