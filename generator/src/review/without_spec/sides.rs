//! The REST APIs before a plan and after it.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_terraform_json::cognito::UserPool;
use portcullis_terraform_json::index::{Index, Part};
use portcullis_terraform_json::plan::{ParsedPlan, Plan, PlanError};
use portcullis_terraform_json::rest_api::Snapshot;
use portcullis_terraform_json::{self, Resource};

use crate::surface::{Surface, of_rest_api};

/// The state of things before a plan or after it.
pub(super) struct Side {
    /// The REST APIs by address.
    pub(super) apis: BTreeMap<String, Api>,
}

/// A REST API.
pub(super) struct Api {
    /// Its name.
    pub(super) name: String,
    /// Its id; a symbol if it is unknown before the apply.
    pub(super) id: String,
    /// The reachable parts; the reason if that can't be read.
    pub(super) surface: Result<Surface, String>,
    /// The pools whose users each authorizer admits, by address. A pool that is managed elsewhere has its ARN.
    pub(super) pools: BTreeMap<String, BTreeSet<String>>,
}

const REST_API: &str = "aws_api_gateway_rest_api";

impl Side {
    /// Reads both sides of a plan.
    pub(super) fn both(parsed: &ParsedPlan, plan: &Plan) -> Result<[Self; 2], PlanError> {
        Ok([
            Self::of(parsed.prior()?, None),
            Self::of(plan.resources.clone(), Some(plan)),
        ])
    }

    fn of(resources: Vec<Resource>, plan: Option<&Plan>) -> Self {
        let apis = resources
            .iter()
            .filter(|resource| resource.mode == "managed" && resource.kind == REST_API)
            .map(|api| (api.address.clone(), Api::of(api, &resources, plan)))
            .collect();
        Self { apis }
    }

    /// The surfaces that can be read.
    pub(super) fn surfaces(&self) -> impl Iterator<Item = (&String, &Surface)> {
        let apis = self.apis.iter();
        apis.filter_map(|(address, api)| Some((address, api.surface.as_ref().ok()?)))
    }
}

impl Api {
    fn of(api: &Resource, resources: &[Resource], plan: Option<&Plan>) -> Self {
        let text = |key: &str| api.values[key].as_str().unwrap_or_default().to_owned();
        let surface = of_rest_api(resources.to_vec(), plan, &api.address);
        Self {
            name: text("name"),
            id: text("id"),
            surface: surface.map_err(|error| error.to_string()),
            pools: pools(resources, &api.address),
        }
    }
}

/// The pools of each authorizer of the API at an address.
fn pools(resources: &[Resource], address: &str) -> BTreeMap<String, BTreeSet<String>> {
    let Ok(api) = portcullis_terraform_json::rest_api(resources.to_vec(), Some(address)) else {
        return BTreeMap::new();
    };
    let index = Index::of(&api.resources);
    let managed: Vec<Part<UserPool>> = index.parts();
    let named = |arn: &String| {
        let pool = managed.iter().find(|pool| pool.arn == *arn);
        pool.map_or(arn, |pool| &pool.resource.address).clone()
    };
    let snapshot = Snapshot::of(&index, &api.resource);
    let authorizers = snapshot.authorizers.iter();
    authorizers
        .map(|authorizer| {
            let pools = authorizer.provider_arns.iter().map(named);
            (authorizer.name.clone(), pools.collect())
        })
        .collect()
}
