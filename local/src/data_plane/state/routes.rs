//! Methods of resources → routes.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::integrations::{self, IntegrationValues};
use super::models::Models;
use super::{Authorizers, RestApi, State, Texts};
use crate::data_plane::api::{
    Authorization, FunctionConfiguration, Integration, Parameter, Route, Unsupported,
};
use crate::data_plane::router::Router;

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
    closed: Option<&str>,
    unsupported: &mut Vec<Unsupported>,
) -> Result<Router<Route>> {
    let paths = portcullis_generator::state::paths(state.resources, &rest_api.root_resource_id);
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
            let noted = Unsupported {
                address: address.to_owned(),
                reason,
            };
            if !unsupported.contains(&noted) {
                unsupported.push(noted);
            }
            Integration::Unsupported(sentence)
        };
        let api_key_required = method.api_key_required == Some(true);
        let (authorization, obstacle) = guard(&method, authorizers);
        let obstacle = state.obstacle(address).or(obstacle);
        let validates_body =
            validator.is_some_and(|(_, validator)| validator.validate_request_body == Some(true));
        let request_models = method
            .request_models
            .clone()
            .filter(|_| validates_body)
            .unwrap_or_default();
        let (models, uncompiled) = match models.of(&request_models) {
            Ok(models) => (models, None),
            Err(why) => (BTreeMap::new(), Some(why)),
        };
        let integration = if let Some(closed) = closed {
            Integration::Unsupported(closed.to_owned())
        } else if let Some(obstacle) = obstacle {
            refuse(address, obstacle)
        } else if api_key_required && rest_api.api_key_source.as_deref() == Some("AUTHORIZER") {
            refuse(
                address,
                "API keys that an authorizer returns are not emulated".to_owned(),
            )
        } else if let Some(why) = uncompiled {
            refuse(address, format!("its {why}"))
        } else {
            match integrations.get(&(method.resource_id.clone(), method.http_method.clone())) {
                None => refuse(address, "the method has no integration".to_owned()),
                Some((address, values)) => state
                    .obstacle(address)
                    .map_or_else(
                        || integrations::integration(state, values, functions),
                        |why| Ok(Err(why)),
                    )?
                    .unwrap_or_else(|reason| refuse(address, reason)),
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
            http_method: method.http_method.clone(),
            authorization,
            api_key_required,
            required: required.filter_map(|(name, _)| parameter(name)).collect(),
            models,
            integration,
        };
        router.add(path, &method.http_method, route);
    }
    Ok(router)
}

/// The guard of a method, or why there can be none here.
fn guard(method: &Method, authorizers: &Authorizers) -> (Option<Authorization>, Option<String>) {
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
