//! The parts of an API that a deployment freezes: routes with all that is attached to them, and authorizers.

use std::collections::{BTreeMap, HashMap};

use super::authorizers::Authorizer;
use super::gateway_responses::GatewayResponse;
use super::integrations::{Integration, IntegrationResponse};
use super::methods::{Method, MethodResponse};
use super::settings::Settings;
use super::validation::{Model, Validator};
use crate::Resource;
use crate::index::{Index, Kind, Part};
use crate::resource_paths::paths;

/// The parts of an API that a deployment freezes.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// The settings of the API.
    pub settings: Part<'a, Settings>,
    /// A resource policy that stands by itself, beside one in the settings.
    pub policy: Option<&'a Resource>,
    /// Authorizers, in the order of the resources.
    pub authorizers: Vec<Part<'a, Authorizer>>,
    /// Routes, in the order of their methods.
    pub routes: Vec<Route<'a>>,
    /// Integrations of which a plan does not tell the method.
    pub unattached: Vec<Part<'a, Integration>>,
    /// Answers of the gateway itself.
    pub gateway_responses: Vec<Part<'a, GatewayResponse>>,
    /// Validators by id.
    pub validators: BTreeMap<String, Part<'a, Validator>>,
    /// Models of bodies.
    pub models: Vec<Part<'a, Model>>,
    /// Paths by the ids of their resources.
    pub paths: BTreeMap<String, String>,
}

/// A method of a path, with its integration.
#[derive(Debug)]
pub struct Route<'a> {
    /// Its path, such as `/pets/{id}`; none if its resource is not here, or has no path.
    pub path: Option<String>,
    /// The method.
    pub method: Part<'a, Method>,
    /// Its integration, if it has one.
    pub integration: Option<Part<'a, Integration>>,
    /// Its integration responses, in the order of the resources.
    pub responses: Vec<Part<'a, IntegrationResponse>>,
    /// The answers that it declares.
    pub declared: Vec<Part<'a, MethodResponse>>,
}

impl<'a> Route<'a> {
    /// The response for results that no pattern is for.
    pub fn default_response(&self) -> Option<&Part<'a, IntegrationResponse>> {
        let mut responses = self.responses.iter();
        responses.find(|response| response.selection_pattern.is_none())
    }
}

impl<'a> Snapshot<'a> {
    /// Reads what `api` and the resources beside it hold; `index` has them all.
    pub fn of(index: &Index<'a>, api: &'a Resource) -> Self {
        let settings: Part<Settings> = Part::of(api);
        let paths = paths(index.all, &settings.root_resource_id);
        let mut unattached = Vec::new();
        let mut integrations: HashMap<MethodKey, Part<Integration>> = HashMap::new();
        for part in index.parts::<Integration>() {
            match MethodKey::of(&part.resource_id, &part.http_method) {
                Some(key) => _ = integrations.insert(key, part),
                None => unattached.push(part),
            }
        }
        let responses = by_method(index, |part: &IntegrationResponse| {
            (&part.resource_id, &part.http_method)
        });
        let declared = by_method(index, |part: &MethodResponse| {
            (&part.resource_id, &part.http_method)
        });
        let route = |method: Part<'a, Method>| {
            let key = MethodKey::of(&method.resource_id, &method.http_method);
            Route {
                path: paths.get(&method.resource_id).cloned(),
                integration: key.as_ref().and_then(|key| integrations.get(key).cloned()),
                responses: key
                    .as_ref()
                    .and_then(|key| responses.get(key).cloned())
                    .unwrap_or_default(),
                declared: key
                    .as_ref()
                    .and_then(|key| declared.get(key).cloned())
                    .unwrap_or_default(),
                method,
            }
        };
        let routes = index.parts().into_iter().map(route).collect();
        let validators = index.parts::<Validator>().into_iter();
        Self {
            policy: index.managed("aws_api_gateway_rest_api_policy").first().copied(),
            authorizers: index.parts(),
            routes,
            unattached,
            gateway_responses: index.parts(),
            validators: validators.map(|part| (part.id.clone(), part)).collect(),
            models: index.parts(),
            settings,
            paths,
        }
    }
}

/// The resource and the method that a method, its integration and their responses have in common.
#[derive(PartialEq, Eq, Hash)]
struct MethodKey(String, String);

impl MethodKey {
    /// None if a plan leaves a part of it open.
    fn of(resource_id: &str, http_method: &str) -> Option<Self> {
        let is_known = !resource_id.is_empty() && !http_method.is_empty();
        is_known.then(|| Self(resource_id.to_owned(), http_method.to_owned()))
    }
}

fn by_method<'a, Values: Kind>(
    index: &Index<'a>,
    key: impl Fn(&Values) -> (&String, &String),
) -> HashMap<MethodKey, Vec<Part<'a, Values>>> {
    let mut all: HashMap<MethodKey, Vec<Part<Values>>> = HashMap::new();
    for part in index.parts::<Values>() {
        let (resource_id, http_method) = key(&part);
        if let Some(key) = MethodKey::of(resource_id, http_method) {
            all.entry(key).or_default().push(part);
        }
    }
    all
}
