//! A plan as `terraform show -json PLANFILE` prints it, read as the resources that it leads to.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format#plan-representation> (`format_version` 1.x).
//!
//! Values that AWS decides are unknown before the apply. Such a value becomes a symbol, `${ADDRESS.ATTRIBUTE}`, in its
//! resource and in everything that refers to it. The resources therefore join as those of a state do. Ids that are
//! known already stay as they are. A plan doesn't contain expressions, only their references. An attribute that is more
//! than an id or ARN of another resource is therefore not guessed, but listed in [`Plan::unknown`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

mod address;
mod changes;
mod configuration;
mod document;
mod error;
mod joins;
mod parsed;
mod resolve;
#[cfg(test)]
mod tests;
mod unknown;

pub use address::without_keys;
pub use changes::{Action, Change, OutputChange, holds_unknown};
pub use configuration::Provider;
pub use error::PlanError;
pub use parsed::ParsedPlan;
pub use unknown::Unknown;

use super::{Resource, typed};
use address::Address;
use configuration::Configuration;
use resolve::{Instance, Origin, Resolver};

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The resources that there will be, managed ones and data sources.
    pub resources: Vec<Resource>,
    /// Values of managed resources that stay unknown, by address and attribute.
    pub unknown: Vec<Unknown>,
    /// The change of each resource instance.
    pub changes: Vec<Change>,
    /// Programs that the apply runs, in the configuration's addresses: `ADDRESS.provisioner.TYPE`, and actions.
    pub programs: Vec<String>,
    /// Every configuration of a provider.
    pub providers: Vec<Provider>,
    /// Modules whose files are not beside the module that calls them, each with its source.
    pub other_modules: Vec<(String, String)>,
    /// The constants of the root module.
    pub root: Root,
}

/// Constants of a generated root module. Each is `None` if the root module does not have it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Root {
    /// `environment` of the call of module `service`.
    pub environment: Option<String>,
    /// The tag `Service` among the provider's `default_tags`.
    pub service: Option<String>,
    /// The region of the provider.
    pub region: Option<String>,
    /// The value of the variable `first_user_email` if it is set and not empty, and whether the root has a default for
    /// it.
    pub first_user_email: Option<(String, bool)>,
    /// The planned value of the output `own`, as far as it is known.
    pub own: Value,
}

impl Plan {
    /// Reads the text that `terraform show -json PLANFILE` printed. An error says what it is instead, or why it does
    /// not tell the whole.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        ParsedPlan::parse(text)?.whole()
    }

    fn of(document: &Value, changes: Vec<Change>) -> Result<Self, PlanError> {
        let planned = &document["planned_values"]["root_module"];
        let prior = &document["prior_state"]["values"]["root_module"];
        let mut resources = Vec::new();
        collect(planned, &mut resources)?;
        let known: BTreeSet<String> = resources.iter().map(|one| one.address.clone()).collect();
        // A data source that was read for the plan is only there.
        let mut prior_resources = Vec::new();
        collect(prior, &mut prior_resources)?;
        prior_resources.retain(|one| one.mode == "data" && !known.contains(&one.address));
        resources.extend(prior_resources);

        let resolver = resolver(document, &resources, &changes);
        let mut unknown = Vec::new();
        let mut symbols: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        let mut origins: BTreeSet<Origin> = BTreeSet::new();
        for (address, instance) in &resolver.instances {
            let filled = unknown::fill(&resolver, address, instance);
            unknown.extend(filled.unknown);
            origins.extend(filled.origins);
            symbols.insert((*address).to_owned(), filled.symbols);
        }
        for origin in origins {
            let symbol = Value::String(origin.symbol());
            symbols
                .entry(origin.address)
                .or_default()
                .push((origin.attribute, symbol));
        }
        // A stage exists even if its name is still unknown.
        for one in unknown.iter().filter(|one| one.attribute == "stage_name") {
            let named = symbols.entry(one.address.clone()).or_default();
            named.push((one.attribute.clone(), "?".into()));
        }
        unknown.sort();
        let mut programs = resolver.configuration.programs();
        programs.extend(configuration::invoked_actions(document));
        programs.sort();
        programs.dedup();
        let other_modules = resolver.configuration.other_modules();
        drop(resolver);
        for resource in &mut resources {
            for (attribute, symbol) in symbols.remove(&resource.address).unwrap_or_default() {
                set(&mut resource.values, &attribute, symbol);
            }
        }
        Ok(Self {
            resources,
            unknown,
            changes,
            programs,
            providers: configuration::providers(document),
            other_modules,
            root: root(document),
        })
    }

    /// Returns whether nothing is left after the plan.
    pub fn deletes_everything(&self) -> bool {
        !self.resources.iter().any(|resource| resource.mode == "managed")
            && self.changes.iter().any(|change| change.action == Action::Delete)
    }
}

/// Sets an attribute, such as `rest_api_id`, or `api_stages/0/api_id` in a block.
fn set(values: &mut Value, attribute: &str, value: Value) {
    let (block, attribute) = match attribute.rsplit_once('/') {
        Some((block, attribute)) => (values.pointer_mut(&format!("/{block}")), attribute),
        None => (Some(values), attribute),
    };
    if let Some(Value::Object(block)) = block {
        block.insert(attribute.to_owned(), value);
    }
}

/// The resources of a module and of those below it. None is left out: one without a type or an address is an error.
fn collect(module: &Value, into: &mut Vec<Resource>) -> Result<(), PlanError> {
    let items = |key: &str| module[key].as_array().into_iter().flatten();
    for resource in items("resources") {
        let read = typed::read::<Resource>(resource);
        let mut resource = read.map_err(|error| PlanError::Malformed(format!("of a resource, {error}")))?;
        if !resource.values.is_object() {
            resource.values = json!({});
        }
        into.push(resource);
    }
    items("child_modules").try_for_each(|child| collect(child, into))
}

fn resolver<'a>(document: &'a Value, resources: &'a [Resource], changes: &'a [Change]) -> Resolver<'a> {
    let configuration = Configuration::of(document);
    // An object that an unfinished replacement left behind has the address of the instance itself.
    let current = changes.iter().filter(|change| change.deposed.is_none());
    let unknown: BTreeMap<&str, &Value> = current
        .map(|change| (change.address.as_str(), &change.after_unknown))
        .collect();
    let instances = resources.iter().filter_map(|resource| {
        let address = Address::of(&resource.address)?;
        let block = configuration.resource(&address);
        let instance = Instance {
            address,
            values: &resource.values,
            unknown: unknown
                .get(resource.address.as_str())
                .copied()
                .unwrap_or(&Value::Null),
            block,
        };
        Some((resource.address.as_str(), instance))
    });
    let instances = instances.collect();
    Resolver::new(configuration, instances)
}

fn root(document: &Value) -> Root {
    let configuration = &document["configuration"];
    let text = |value: &Value| value["constant_value"].as_str().map(String::from);
    let root = &configuration["root_module"];
    let provider = &configuration["provider_config"]["aws"]["expressions"];
    let tags = &provider["default_tags"][0]["tags"]["constant_value"];
    let email = document["variables"]["first_user_email"]["value"].as_str();
    // An empty one invites no user.
    let email = email.filter(|email| !email.is_empty());
    let default = &root["variables"]["first_user_email"]["default"];
    Root {
        environment: text(&root["module_calls"]["service"]["expressions"]["environment"]),
        service: tags["Service"].as_str().map(String::from),
        region: text(&provider["region"]),
        first_user_email: email.map(|email| (email.to_owned(), !default.is_null())),
        own: document["output_changes"]["own"]["after"].clone(),
    }
}
