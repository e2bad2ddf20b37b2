//! Methods of resources → routes.

use std::collections::BTreeMap;

use anyhow::{Error, Result, bail};
use portcullis_terraform_json::rest_api::{COGNITO_USER_POOLS, Method, Route as Applied, Snapshot};
use portcullis_terraform_json::router::Router;

use super::authorizers::Authorizers;
use super::integrations;
use super::models::Models;
use super::notes::Notes;
use crate::data_plane::api::{Authorization, Authorizer, FunctionConfiguration, NotEmulated, Route};

pub(super) fn routes(
    snapshot: &Snapshot,
    authorizers: &Authorizers,
    functions: &BTreeMap<String, FunctionConfiguration>,
    closed: Option<&NotEmulated>,
    notes: &mut Notes,
) -> Result<Router<Route>> {
    for validator in snapshot.validators.values() {
        validator.check().map_err(Error::msg)?;
    }
    let mut models = Models::of_snapshot(snapshot)?;
    let key_source = snapshot.settings.api_key_source.as_deref();
    let mut router = Router::default();
    for applied in &snapshot.routes {
        let Applied { path, method, .. } = applied;
        let address = method.resource.address.as_str();
        let Some(path) = path else {
            bail!(
                "missing resource `{}` of `{address}` in the state",
                method.resource_id
            );
        };
        let obstacle = method.resource.obstacle.as_ref();
        let authorization = match obstacle {
            // Of an operation that is not understood up to its guard.
            Some(obstacle) if method.authorization.is_empty() => Err(obstacle.clone()),
            _ => guard(method, authorizers),
        };
        let authorization = authorization.map_err(|why| notes.refuse(address, why));
        let validator = method.request_validator_id.as_ref();
        let validator = validator.and_then(|id| snapshot.validators.get(id));
        let required = match validator {
            Some(validator) if validator.validate_request_parameters => method.required_parameters(),
            _ => Ok(Vec::new()),
        };
        let (required, not_understood) = match required {
            Ok(required) => (required, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        let admission = if let Some(closed) = closed {
            Err(closed.clone())
        } else if let Some(why) = obstacle.cloned().or(not_understood) {
            Err(notes.refuse(address, why))
        } else if method.api_key_required && key_source == Some("AUTHORIZER") {
            let why = "API keys that an authorizer returns are not emulated";
            Err(notes.refuse(address, why.to_owned()))
        } else {
            Ok(())
        };
        let models = match validator {
            Some(validator) if validator.validate_request_body => models.of(&method.request_models),
            _ => Ok(BTreeMap::new()),
        };
        let models = models.map_err(|why| notes.refuse(address, format!("its {why}")));
        let integration = match &applied.integration {
            None => Err(notes.refuse(address, "the method has no integration".to_owned())),
            Some(integration) => integrations::integration(applied, integration, functions)
                .map_err(|why| notes.refuse(&integration.resource.address, why)),
        };
        let route = Route {
            resource_id: method.resource_id.clone(),
            resource_path: path.clone(),
            http_method: method.http_method.clone(),
            authorization,
            admission,
            api_key_required: method.api_key_required,
            required,
            models,
            integration,
        };
        router.add(path, &method.http_method, route);
    }
    Ok(router)
}

/// Returns the authorization of a method, or the reason why it is not emulated.
fn guard(method: &Method, authorizers: &Authorizers) -> Result<Option<Authorization>, String> {
    match method.authorization.as_str() {
        "NONE" => Ok(None),
        COGNITO_USER_POOLS | "CUSTOM" => {
            let id = method.authorizer_id.clone().unwrap_or_default();
            let authorizer = authorizers.get(&id);
            let authorizer =
                authorizer.ok_or_else(|| format!("its authorizer `{id}` is not in the state"))?;
            let authorizer = authorizer
                .as_ref()
                .map_err(|why| format!("its authorizer {why}"))?;
            let is_of_users = matches!(authorizer, Authorizer::UserPools(_));
            if is_of_users != (method.authorization == COGNITO_USER_POOLS) {
                return Err(format!(
                    "its authorization `{}` is not that of its authorizer `{}`",
                    method.authorization,
                    authorizer.address()
                ));
            }
            Ok(Some(Authorization {
                authorizer: id,
                scopes: method.authorization_scopes.clone(),
            }))
        }
        other => Err(format!("its authorization `{other}` is not emulated")),
    }
}
