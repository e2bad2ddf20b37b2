//! The surface that was applied, read from a state.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::state::{self, Resource, StateError};
use crate::surface::{Api, Authorizer, FORMAT, Preflight, Route, Surface};

/// Why a state has no surface.
#[derive(Debug, PartialEq)]
pub enum SurfaceError {
    /// The text is no state.
    State(StateError),
    /// The state holds no REST API.
    NoApi,
    /// The state holds several REST APIs or stages; which is meant is not known.
    Several(Vec<String>),
}

impl fmt::Display for SurfaceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(error) => error.fmt(formatter),
            Self::NoApi => formatter.write_str("the state holds no REST API with a stage"),
            Self::Several(addresses) => {
                write!(
                    formatter,
                    "the state holds several where one is expected: {}",
                    addresses.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for SurfaceError {}

/// The surface of the one REST API in a state, in whatever modules its parts stand.
pub fn of_state(text: &str) -> Result<Surface, SurfaceError> {
    let resources = state::resources(text).map_err(SurfaceError::State)?;
    let all = Resources(&resources);
    let api = all.only("aws_api_gateway_rest_api")?;
    let stage = all.only("aws_api_gateway_stage")?;
    let paths = state::paths(&resources, text_of(api, "root_resource_id"));
    let authorizers: BTreeMap<&str, &str> = all
        .of("aws_api_gateway_authorizer")
        .map(|authorizer| (text_of(authorizer, "id"), text_of(authorizer, "name")))
        .collect();
    let functions = functions(&all);
    let routes = all
        .of("aws_api_gateway_method")
        .map(|method| {
            let same = |other: &&Resource| {
                ["resource_id", "http_method"]
                    .iter()
                    .all(|key| other.values[*key] == method.values[*key])
            };
            let integration = all.of("aws_api_gateway_integration").find(same);
            let responses: Vec<_> = all
                .of("aws_api_gateway_integration_response")
                .filter(same)
                .collect();
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
                cors: responses.iter().find_map(|response| preflight(response)),
            }
        })
        .collect();
    let endpoint = &api.values["endpoint_configuration"][0]["types"][0];
    let surface = Surface {
        format: FORMAT,
        api: Api {
            name: text_of(api, "name").into(),
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

    fn only(&self, kind: &'a str) -> Result<&'a Resource, SurfaceError> {
        let all: Vec<_> = self.of(kind).collect();
        match all.as_slice() {
            [] => Err(SurfaceError::NoApi),
            [one] => Ok(one),
            several => Err(SurfaceError::Several(
                several.iter().map(|resource| resource.address.clone()).collect(),
            )),
        }
    }
}

fn text_of<'a>(resource: &'a Resource, key: &str) -> &'a str {
    resource.values[key].as_str().unwrap_or_default()
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

/// The function of an integration: its `uri` holds the ARN between `/functions/` and `/invocations`.
fn function(uri: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let arn = uri.split_once("/functions/")?.1.strip_suffix("/invocations")?;
    let name = known.get(arn).cloned();
    name.or_else(|| arn.rsplit(':').next().map(String::from))
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
