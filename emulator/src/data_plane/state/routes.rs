//! Methods of resources → routes.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::integrations::{self, IntegrationValues};
use super::models::Models;
use super::{Authorizers, RestApi, State, Texts, note};
use crate::data_plane::api::{
    Authorization, FunctionConfiguration, NotEmulated, Parameter, Route, Unsupported,
};
use portcullis_terraform_json::router::Router;

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
struct Validator {
    id: String,
    validate_request_parameters: Option<bool>,
    validate_request_body: Option<bool>,
}

pub(super) fn routes(
    state: &State,
    rest_api: &RestApi,
    authorizers: &Authorizers,
    functions: &BTreeMap<String, FunctionConfiguration>,
    closed: Option<&NotEmulated>,
    unsupported: &mut Vec<Unsupported>,
) -> Result<Router<Route>> {
    let paths = portcullis_terraform_json::paths(state.resources, &rest_api.root_resource_id);
    let validators = state.all::<Validator>("aws_api_gateway_request_validator")?;
    let models = Models::read(state)?;
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
            note(unsupported, address, reason);
            NotEmulated(sentence)
        };
        let obstacle = state.obstacle(address);
        let authorization = match &obstacle {
            // Of an operation that is not understood up to its guard.
            Some(obstacle) if method.authorization.is_empty() => Err(obstacle.clone()),
            _ => guard(&method, authorizers),
        };
        let authorization = authorization.map_err(|why| refuse(address, why));
        let api_key_required = method.api_key_required == Some(true);
        let admission = if let Some(closed) = closed {
            Err(closed.clone())
        } else if let Some(obstacle) = obstacle {
            Err(refuse(address, obstacle))
        } else if api_key_required && rest_api.api_key_source.as_deref() == Some("AUTHORIZER") {
            let why = "API keys that an authorizer returns are not emulated";
            Err(refuse(address, why.to_owned()))
        } else {
            Ok(())
        };
        let validates_body =
            validator.is_some_and(|(_, validator)| validator.validate_request_body == Some(true));
        let request_models = method
            .request_models
            .clone()
            .filter(|_| validates_body)
            .unwrap_or_default();
        let models = models.of(&request_models);
        let models = models.map_err(|why| refuse(address, format!("its {why}")));
        let integration = match integrations.get(&(method.resource_id.clone(), method.http_method.clone())) {
            None => Err(refuse(address, "the method has no integration".to_owned())),
            Some((address, values)) => match state.obstacle(address) {
                Some(obstacle) => Err(obstacle),
                None => integrations::integration(state, values, functions)?,
            }
            .map_err(|why| refuse(address, why)),
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
            http_method: method.http_method.clone(),
            authorization,
            admission,
            api_key_required,
            required: required.filter_map(|(name, _)| parameter(name)).collect(),
            models,
            integration,
        };
        router.add(path, &method.http_method, route);
    }
    Ok(router)
}

/// The guard of a method, or why it is not emulated.
fn guard(method: &Method, authorizers: &Authorizers) -> Result<Option<Authorization>, String> {
    match method.authorization.as_str() {
        "NONE" => Ok(None),
        "COGNITO_USER_POOLS" | "CUSTOM" => {
            let id = method.authorizer_id.clone().unwrap_or_default();
            match authorizers.get(&id) {
                Some(Ok(_)) if method.authorization == "COGNITO_USER_POOLS" => {
                    let mut scopes = method.authorization_scopes.clone().unwrap_or_default();
                    scopes.sort();
                    Ok(Some(Authorization {
                        authorizer: id,
                        scopes,
                    }))
                }
                Some(Err(why)) => Err(format!("its authorizer {why}")),
                _ => Err(format!("its authorizer `{id}` is not in the state")),
            }
        }
        other => Err(format!("its authorization `{other}` is not emulated")),
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
