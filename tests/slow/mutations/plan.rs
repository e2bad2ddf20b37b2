//! One plan of many roots, taken apart.

use serde_json::{Value, json};

/// The plan that a root would have by itself which is called as a module `name` of a common one. All are given the same
/// provider, which is the common root's. The common root's output `name` is the root's output `own`.
///
/// <https://developer.hashicorp.com/terraform/internals/json-format#plan-representation>
pub fn of_module(all: &Value, name: &str) -> Value {
    let address = format!("module.{name}");
    let within = format!("{address}.");
    let resources = |values: &Value| {
        let modules = values["root_module"]["child_modules"].as_array();
        let module = modules
            .into_iter()
            .flatten()
            .find(|module| module["address"] == *address);
        let mut module = module.cloned().unwrap_or_else(|| json!({}));
        module.as_object_mut().unwrap().remove("address");
        json!({ "root_module": module })
    };
    let changes = all["resource_changes"].as_array().unwrap().iter();
    let changes = changes.filter(|change| change["address"].as_str().unwrap().starts_with(&within));
    let changes: Vec<_> = changes.collect();
    let mut prior = all["prior_state"].clone();
    prior["values"] = resources(&prior["values"]);
    let plan = json!({
        "format_version": all["format_version"],
        "terraform_version": all["terraform_version"],
        "applyable": true,
        "complete": true,
        "errored": false,
        "planned_values": resources(&all["planned_values"]),
        "prior_state": prior,
        "resource_changes": changes,
        "output_changes": { "own": all["output_changes"][name] },
        "configuration": {
            "provider_config": all["configuration"]["provider_config"],
            "root_module": all["configuration"]["root_module"]["module_calls"][name]["module"],
        },
    });
    // Addresses stand in values and in names of keys.
    let text = plan.to_string().replace(&within, "");
    serde_json::from_str(&text).unwrap()
}
