//! The routes of a state as the gateway enforces them.

use anyhow::Result;
use portcullis_terraform_json::{resources, rest_api};

use super::api::{Authorizer, Integration, Route};
use super::state;

/// A route of a state as the gateway enforces it.
#[derive(Debug, Clone, PartialEq)]
pub struct EnforcedRoute {
    /// Its method, which may be `ANY`.
    pub method: String,
    /// Its path, such as `/pets/{id}`.
    pub path: String,
    /// Its callers.
    pub callers: Callers,
    /// True if it needs an API key.
    pub api_key_required: bool,
    /// The function that answers, and its version or alias; none if a mock answers or if it is not emulated.
    pub function: Option<(String, Option<String>)>,
}

/// The callers of a route.
#[derive(Debug, Clone, PartialEq)]
pub enum Callers {
    /// Anyone.
    Public,
    /// Signed-in users of the pools of an authorizer.
    Users {
        /// The header of the token.
        header: String,
        /// The pools, by the issuers of their tokens.
        issuers: Vec<String>,
        /// Scopes of which a token needs one.
        scopes: Vec<String>,
    },
    /// Callers that a function admits.
    AdmittedBy {
        /// The function.
        function: String,
    },
    /// No caller: its authorizer, or something else that decides about its requests, is not emulated.
    NotEmulated,
}

/// Reads what `terraform show -json` printed of a state, and returns the routes of the API that is chosen by name or
/// id. Each deployment holds what the state does.
pub fn enforced(text: &str, chosen: Option<&str>) -> Result<Vec<EnforcedRoute>> {
    let applied = rest_api(resources(text)?, chosen)?;
    let api = state::read(&applied, |_| Ok(applied.resources.clone()))?;
    let mut stages = api.stages.values();
    let Some(stage) = stages.next() else {
        return Ok(Vec::new());
    };
    let deployed = &stage.deployed;
    let callers = |route: &Route| match &route.authorization {
        Err(_) => Callers::NotEmulated,
        _ if route.admission.is_err() => Callers::NotEmulated,
        Ok(None) => Callers::Public,
        Ok(Some(required)) => match deployed.authorizer(route) {
            None => Callers::NotEmulated,
            Some(Authorizer::Function(authorizer)) => Callers::AdmittedBy {
                function: authorizer.function.name.clone(),
            },
            Some(Authorizer::UserPools(authorizer)) => Callers::Users {
                header: authorizer.header.clone(),
                issuers: authorizer.issuers.clone(),
                scopes: required.scopes.clone(),
            },
        },
    };
    let routes = deployed.router.routes().into_iter();
    let enforced = routes.map(|(method, route)| EnforcedRoute {
        method: method.to_owned(),
        path: route.resource_path.clone(),
        callers: callers(route),
        api_key_required: route.api_key_required,
        function: match &route.integration {
            Ok(Integration::Function(called)) => {
                let function = &called.function;
                Some((function.name.clone(), function.qualifier.clone()))
            }
            Ok(Integration::Mock(_)) | Err(_) => None,
        },
    });
    Ok(enforced.collect())
}
