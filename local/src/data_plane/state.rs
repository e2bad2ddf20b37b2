//! A Terraform state → the API that it applied.
//!
//! Resources are joined by the ids that AWS gave them, never by address, so that any layout of the HCL will do. What
//! cannot be emulated is collected with its address: a route that needs it answers 501 and says why, and nothing is
//! skipped in silence.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use portcullis_generator::state::Resource;
use regex::Regex;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::api::{
    Api, ApiIdentity, Authorization, FunctionConfiguration, FunctionIntegration, Integration, Parameter,
    Route, Stage, Unsupported,
};
use super::authorizer::Authorizer;
use super::gateway_response::{GatewayResponse, GatewayResponses};
use super::mock::{Mock, MockResponse};
use super::permission::{FunctionReference, Permission};
use super::router::Router;
use super::template::Template;

type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
struct RestApi {
    id: String,
    name: String,
    root_resource_id: String,
    execution_arn: String,
    body: Option<String>,
    policy: Option<String>,
    binary_media_types: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct PathResource {
    id: String,
    path: String,
}

#[derive(Deserialize)]
struct Method {
    resource_id: String,
    http_method: String,
    authorization: String,
    authorizer_id: Option<String>,
    authorization_scopes: Option<Vec<String>>,
    api_key_required: Option<bool>,
    request_validator_id: Option<String>,
    request_parameters: Option<BTreeMap<String, bool>>,
    request_models: Option<Texts>,
}

#[derive(Deserialize)]
struct IntegrationValues {
    resource_id: String,
    http_method: String,
    #[serde(rename = "type")]
    kind: String,
    uri: Option<String>,
    integration_http_method: Option<String>,
    credentials: Option<String>,
    timeout_milliseconds: Option<u64>,
    request_templates: Option<Texts>,
    passthrough_behavior: Option<String>,
}

#[derive(Deserialize)]
struct ResponseValues<Parameter> {
    resource_id: String,
    http_method: String,
    status_code: String,
    selection_pattern: Option<String>,
    response_parameters: Option<BTreeMap<String, Parameter>>,
    response_templates: Option<Texts>,
}

#[derive(Deserialize)]
struct GatewayResponseValues {
    response_type: String,
    status_code: Option<String>,
    response_parameters: Option<Texts>,
    response_templates: Option<Texts>,
}

#[derive(Deserialize)]
struct AuthorizerValues {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    provider_arns: Option<Vec<String>>,
    identity_source: Option<String>,
    identity_validation_expression: Option<String>,
}

#[derive(Deserialize)]
struct Validator {
    id: String,
    validate_request_parameters: Option<bool>,
    validate_request_body: Option<bool>,
}

#[derive(Deserialize)]
struct StageValues {
    id: String,
    stage_name: Option<String>,
    deployment_id: Option<String>,
    variables: Option<Texts>,
}

#[derive(Deserialize)]
struct UserPool {
    arn: String,
    endpoint: String,
}

#[derive(Deserialize)]
struct LambdaFunction {
    function_name: String,
    arn: String,
    version: Option<String>,
    handler: Option<String>,
    runtime: Option<String>,
    package_type: Option<String>,
    memory_size: Option<u64>,
    timeout: Option<u64>,
    environment: Option<Vec<Environment>>,
    reserved_concurrent_executions: Option<i64>,
    logging_config: Option<Vec<Logging>>,
    layers: Option<Vec<String>>,
    architectures: Option<Vec<String>>,
    filename: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Environment {
    variables: Option<Texts>,
}

#[derive(Deserialize)]
struct Logging {
    log_group: Option<String>,
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
        let read = |resource: &'a Resource| {
            let values = Values::deserialize(&resource.values)
                .with_context(|| format!("`{}` is not as the AWS provider writes it", resource.address))?;
            Ok((resource.address.as_str(), values))
        };
        self.resources.iter().filter(ours).map(read).collect()
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The API that the text of `terraform show -json` holds. An error says what is not as it must be; what can be
/// served in part is in [`Api::unsupported`].
pub fn read(text: &str) -> Result<Api> {
    let resources = portcullis_generator::state::resources(text)?;
    let (address, rest_api) = only_rest_api(&resources)?;
    if given(rest_api.body.clone()).is_some() {
        bail!(
            "`{address}` is made of an OpenAPI `body`: its methods are not in the state, and cannot be served. \
             Write them as `aws_api_gateway_resource`, `aws_api_gateway_method` and `aws_api_gateway_integration`"
        );
    }
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
    let authorizers = authorizers(&state)?;
    let functions = functions(&state)?;
    let router = routes(
        &state,
        &rest_api,
        &authorizers,
        &functions,
        closed.as_deref(),
        &mut unsupported,
    )?;
    let permissions = state.all::<Permission>("aws_lambda_permission")?;
    Ok(Api {
        stages: stages(&state, address)?,
        authorizers: authorizers
            .into_iter()
            .filter_map(|(id, found)| Some((id, found.ok()?)))
            .collect(),
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

fn only_rest_api(resources: &[Resource]) -> Result<(&str, RestApi)> {
    let apis = State { resources, api: "" }.all::<RestApi>("aws_api_gateway_rest_api")?;
    let addresses: Vec<&str> = apis.iter().map(|(address, _)| *address).collect();
    if apis.len() > 1 {
        bail!(
            "the state has {} REST APIs (`{}`), and one can be served",
            apis.len(),
            addresses.join("`, `")
        );
    }
    apis.into_iter().next().context(
        "the state has no `aws_api_gateway_rest_api`: apply first, and write the state with `terraform show -json`",
    )
}

/// What bears on every request and is not emulated.
fn notes(resources: &[Resource]) -> Vec<Unsupported> {
    let reason = |kind: &str| match kind {
        "aws_wafv2_web_acl_association" => Some("requests are not filtered by a web ACL"),
        "aws_api_gateway_usage_plan" => Some("usage plans are not emulated: no throttling, no quota"),
        "aws_api_gateway_method_settings" => Some("throttling and caching are not emulated"),
        _ => None,
    };
    let note = |resource: &Resource| {
        let reason = reason(&resource.kind)?.to_owned();
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

fn stages(state: &State, api: &str) -> Result<BTreeMap<String, Stage>> {
    let mut stages = BTreeMap::new();
    // Providers before 6 make a stage of a deployment's `stage_name` as well.
    for kind in ["aws_api_gateway_deployment", "aws_api_gateway_stage"] {
        for (_, values) in state.all::<StageValues>(kind)? {
            let Some(name) = given(values.stage_name) else {
                continue;
            };
            let stage = Stage {
                name: name.clone(),
                deployment: values.deployment_id.unwrap_or(values.id),
                variables: values.variables.unwrap_or_default(),
            };
            stages.insert(name, stage);
        }
    }
    if stages.is_empty() {
        bail!("`{api}` has no stage in the state: nothing of it is reachable");
    }
    Ok(stages)
}

/// Authorizers by id; one that cannot be emulated is the sentence that says why.
fn authorizers(state: &State) -> Result<BTreeMap<String, Result<Authorizer, String>>> {
    let pools = state.all::<UserPool>("aws_cognito_user_pool")?;
    let issuer = |arn: &String| {
        let applied = pools.iter().find(|(_, pool)| pool.arn == *arn);
        let endpoint = applied.map(|(_, pool)| pool.endpoint.clone()).or_else(|| {
            // A pool that another project made: arn:aws:cognito-idp:<region>:<account>:userpool/<id>.
            let region = arn.split(':').nth(3)?;
            let id = arn.split_once(":userpool/")?.1;
            Some(format!("cognito-idp.{region}.amazonaws.com/{id}"))
        });
        endpoint.map(|endpoint| format!("https://{endpoint}"))
    };
    let mut authorizers = BTreeMap::new();
    for (address, values) in state.all::<AuthorizerValues>("aws_api_gateway_authorizer")? {
        let refused = |why: &str| Err(format!("`{address}` {why}"));
        let source =
            given(values.identity_source).unwrap_or("method.request.header.Authorization".to_owned());
        let expression = given(values.identity_validation_expression);
        let audience = expression
            .map(|expression| Regex::new(&format!("^(?:{expression})$")))
            .transpose();
        let issuers: Option<Vec<String>> = values
            .provider_arns
            .unwrap_or_default()
            .iter()
            .map(issuer)
            .collect();
        let authorizer = match (source.strip_prefix("method.request.header."), audience, issuers) {
            _ if values.kind != "COGNITO_USER_POOLS" => refused("is no authorizer of Cognito user pools"),
            (None, ..) => refused("does not take its token from one header"),
            (_, Err(_), _) => refused("has an identity validation expression that is not understood here"),
            (.., None) => refused("names a user pool by something that is no ARN of one"),
            (Some(header), Ok(audience), Some(issuers)) => Ok(Authorizer {
                address: address.to_owned(),
                header: header.to_owned(),
                audience,
                issuers,
            }),
        };
        authorizers.insert(values.id, authorizer);
    }
    Ok(authorizers)
}

fn functions(state: &State) -> Result<BTreeMap<String, FunctionConfiguration>> {
    let mut functions = BTreeMap::new();
    for (address, values) in state.all::<LambdaFunction>("aws_lambda_function")? {
        let runtime = given(values.runtime).unwrap_or_default();
        let foreign = if values.package_type.as_deref() == Some("Image") {
            Some("it is a container image".to_owned())
        } else if !runtime.starts_with("provided") {
            Some(format!(
                "its runtime is `{runtime}`, and only a `bootstrap` of its own can be run here"
            ))
        } else if values.layers.is_some_and(|layers| !layers.is_empty()) {
            Some("it has layers".to_owned())
        } else {
            None
        };
        let logging = values.logging_config.unwrap_or_default().into_iter().next();
        let log_group = logging.and_then(|logging| given(logging.log_group));
        let environment = values.environment.unwrap_or_default().into_iter().next();
        let configuration = FunctionConfiguration {
            address: address.to_owned(),
            version: given(values.version).unwrap_or("$LATEST".to_owned()),
            handler: given(values.handler).unwrap_or("bootstrap".to_owned()),
            memory: values.memory_size.unwrap_or(128),
            timeout: Duration::from_secs(values.timeout.unwrap_or(3)),
            environment: environment
                .and_then(|environment| environment.variables)
                .unwrap_or_default(),
            concurrency: values
                .reserved_concurrent_executions
                .and_then(|limit| usize::try_from(limit).ok()),
            log_group: log_group.unwrap_or_else(|| format!("/aws/lambda/{}", values.function_name)),
            region: values.arn.split(':').nth(3).unwrap_or_default().to_owned(),
            arn: values.arn,
            code: values.filename.filter(|path| !path.as_os_str().is_empty()),
            foreign,
            architecture: values
                .architectures
                .unwrap_or_default()
                .into_iter()
                .next()
                .unwrap_or("x86_64".to_owned()),
            name: values.function_name.clone(),
        };
        functions.insert(values.function_name, configuration);
    }
    Ok(functions)
}

fn routes(
    state: &State,
    rest_api: &RestApi,
    authorizers: &BTreeMap<String, Result<Authorizer, String>>,
    functions: &BTreeMap<String, FunctionConfiguration>,
    closed: Option<&str>,
    unsupported: &mut Vec<Unsupported>,
) -> Result<Router<Route>> {
    let mut paths = Texts::from([(rest_api.root_resource_id.clone(), "/".to_owned())]);
    let resources = state.all::<PathResource>("aws_api_gateway_resource")?;
    paths.extend(
        resources
            .into_iter()
            .map(|(_, resource)| (resource.id, resource.path)),
    );
    let validators = state.all::<Validator>("aws_api_gateway_request_validator")?;
    let mut integrations = BTreeMap::new();
    for (address, values) in state.all::<IntegrationValues>("aws_api_gateway_integration")? {
        integrations.insert(
            (values.resource_id.clone(), values.http_method.clone()),
            (address, values),
        );
    }

    let mut router = Router::default();
    for (address, method) in state.all::<Method>("aws_api_gateway_method")? {
        let Some(path) = paths.get(&method.resource_id) else {
            bail!(
                "`{address}` belongs to the resource `{}`, which is not in the state",
                method.resource_id
            );
        };
        let validator = validators
            .iter()
            .find(|(_, validator)| method.request_validator_id.as_ref() == Some(&validator.id));
        let mut refuse = |address: &str, reason: String| {
            let sentence = format!("`{address}`: {reason}");
            let noted = Unsupported {
                address: address.to_owned(),
                reason,
            };
            if !unsupported.contains(&noted) {
                unsupported.push(noted);
            }
            Integration::Unsupported(sentence)
        };
        let (authorization, obstacle) = guard(&method, authorizers);
        let body_validated = validator
            .is_some_and(|(_, validator)| validator.validate_request_body == Some(true))
            && method
                .request_models
                .as_ref()
                .is_some_and(|models| !models.is_empty());
        let integration = if let Some(closed) = closed {
            Integration::Unsupported(closed.to_owned())
        } else if let Some(obstacle) = obstacle {
            refuse(address, obstacle)
        } else if method.api_key_required == Some(true) {
            refuse(address, "API keys are not emulated".to_owned())
        } else if body_validated {
            refuse(address, "bodies are not validated against models".to_owned())
        } else {
            match integrations.get(&(method.resource_id.clone(), method.http_method.clone())) {
                None => refuse(address, "the method has no integration".to_owned()),
                Some((address, values)) => {
                    integration(state, values, functions)?.unwrap_or_else(|reason| refuse(address, reason))
                }
            }
        };
        let validates =
            validator.is_some_and(|(_, validator)| validator.validate_request_parameters == Some(true));
        let required = method
            .request_parameters
            .iter()
            .flatten()
            .filter(|(_, required)| validates && **required);
        let route = Route {
            resource_id: method.resource_id,
            resource_path: path.clone(),
            authorization,
            required: required.filter_map(|(name, _)| parameter(name)).collect(),
            integration,
        };
        router.add(path, &method.http_method, route);
    }
    Ok(router)
}

/// The guard of a method, or why there can be none here.
fn guard(
    method: &Method,
    authorizers: &BTreeMap<String, Result<Authorizer, String>>,
) -> (Option<Authorization>, Option<String>) {
    match method.authorization.as_str() {
        "NONE" => (None, None),
        "COGNITO_USER_POOLS" | "CUSTOM" => {
            let id = method.authorizer_id.clone().unwrap_or_default();
            match authorizers.get(&id) {
                Some(Ok(_)) if method.authorization == "COGNITO_USER_POOLS" => {
                    let mut scopes = method.authorization_scopes.clone().unwrap_or_default();
                    scopes.sort();
                    (
                        Some(Authorization {
                            authorizer: id,
                            scopes,
                        }),
                        None,
                    )
                }
                Some(Err(why)) => (None, Some(format!("its authorizer {why}"))),
                _ => (None, Some(format!("its authorizer `{id}` is not in the state"))),
            }
        }
        other => (None, Some(format!("its authorization `{other}` is not emulated"))),
    }
}

fn parameter(name: &str) -> Option<Parameter> {
    let (place, name) = name.strip_prefix("method.request.")?.split_once('.')?;
    match place {
        "header" => Some(Parameter::Header(name.to_owned())),
        "querystring" => Some(Parameter::Query(name.to_owned())),
        "path" => Some(Parameter::Path(name.to_owned())),
        _ => None,
    }
}

/// An integration, or why it is none here.
fn integration(
    state: &State,
    values: &IntegrationValues,
    functions: &BTreeMap<String, FunctionConfiguration>,
) -> Result<Result<Integration, String>> {
    if values.kind == "MOCK" {
        return Ok(mock(state, values)?.map(Integration::Mock));
    }
    let uri = values.uri.as_deref().unwrap_or_default();
    let arn = uri
        .split_once("/functions/")
        .and_then(|(_, rest)| rest.strip_suffix("/invocations"));
    let (Some(arn), "AWS_PROXY") = (arn, values.kind.as_str()) else {
        return Ok(Err(format!(
            "an integration of type `{}` with `{uri}` is not emulated",
            values.kind
        )));
    };
    if given(values.credentials.clone()).is_some() {
        return Ok(Err(
            "the rights of the role in its `credentials` are not evaluated".to_owned(),
        ));
    }
    let function = FunctionReference::parse(arn);
    match functions.get(&function.name) {
        None => return Ok(Err(format!("its function `{arn}` is not in the state"))),
        Some(FunctionConfiguration {
            address,
            foreign: Some(why),
            ..
        }) => {
            return Ok(Err(format!("its function `{address}` cannot run here: {why}")));
        }
        Some(_) => {}
    }
    Ok(Ok(Integration::Function(FunctionIntegration {
        function,
        method: values.integration_http_method.clone().unwrap_or_default(),
        timeout: Duration::from_millis(values.timeout_milliseconds.unwrap_or(29_000)),
    })))
}

fn mock(state: &State, values: &IntegrationValues) -> Result<Result<Mock, String>> {
    let templates = match templates(values.request_templates.clone()) {
        Ok(templates) => templates,
        Err(why) => return Ok(Err(why)),
    };
    let strict = match values.passthrough_behavior.as_deref() {
        Some("NEVER") => true,
        Some("WHEN_NO_TEMPLATES") => !templates.is_empty(),
        _ => false,
    };
    let mut responses = Vec::new();
    let declared = state.all::<ResponseValues<bool>>("aws_api_gateway_method_response")?;
    for (address, response) in state.all::<ResponseValues<String>>("aws_api_gateway_integration_response")? {
        if (&response.resource_id, &response.http_method) != (&values.resource_id, &values.http_method) {
            continue;
        }
        let method_response =
            declared
                .iter()
                .map(|(_, method_response)| method_response)
                .find(|method_response| {
                    (
                        &method_response.resource_id,
                        &method_response.http_method,
                        &method_response.status_code,
                    ) == (
                        &response.resource_id,
                        &response.http_method,
                        &response.status_code,
                    )
                });
        let declares = |name: &str| {
            method_response
                .and_then(|method_response| method_response.response_parameters.as_ref())
                .is_some_and(|parameters| parameters.contains_key(name))
        };
        let parameters = response.response_parameters.unwrap_or_default();
        let headers = parameters
            .into_iter()
            .filter(|(name, _)| declares(name))
            .filter_map(|(name, expression)| {
                Some((
                    name.strip_prefix("method.response.header.")?.to_owned(),
                    expression,
                ))
            });
        let pattern =
            given(response.selection_pattern).map(|pattern| Regex::new(&format!("^(?:{pattern})$")));
        let Ok(pattern) = pattern.transpose() else {
            return Ok(Err(format!(
                "the selection pattern of `{address}` is not understood here"
            )));
        };
        let status = response
            .status_code
            .parse()
            .ok()
            .filter(|status| (200..=999).contains(status));
        let Some(status) = status else {
            return Ok(Err(format!(
                "`{address}` has the status `{}`",
                response.status_code
            )));
        };
        let headers = headers.collect();
        match self::templates(response.response_templates) {
            Ok(templates) => responses.push(MockResponse {
                status,
                pattern,
                headers,
                templates,
            }),
            Err(why) => return Ok(Err(format!("`{address}`: {why}"))),
        }
    }
    Ok(Ok(Mock {
        templates,
        strict,
        responses,
    }))
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

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
