//! The `configuration` of a plan: the HCL, as far as a plan shows it. For an expression that is not constant, a plan
//! lists only its references. It shows nothing of a local or a `dynamic` block.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation>

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use super::address::{Address, Step, segments};

/// The modules of a configuration by the beginning of their addresses: empty, or `module.a.module.b.`.
pub(super) struct Configuration<'a> {
    modules: HashMap<String, Module<'a>>,
}

struct Module<'a> {
    value: &'a Value,
    resources: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Configuration<'a> {
    /// Of a plan's JSON.
    pub(super) fn of(plan: &'a Value) -> Self {
        let mut configuration = Self {
            modules: HashMap::new(),
        };
        configuration.add(String::new(), &plan["configuration"]["root_module"]);
        configuration
    }

    fn add(&mut self, path: String, value: &'a Value) {
        let resources = value["resources"].as_array().into_iter().flatten();
        let resources = resources.filter_map(|resource| Some((resource["address"].as_str()?, resource)));
        let module = Module {
            value,
            resources: resources.collect(),
        };
        for (name, call) in value["module_calls"].as_object().into_iter().flatten() {
            self.add(format!("{path}module.{name}."), &call["module"]);
        }
        self.modules.insert(path, module);
    }

    fn module(&self, path: &[Step]) -> Option<&Module<'a>> {
        let path: String = path.iter().map(|step| format!("module.{}.", step.name)).collect();
        self.modules.get(&path)
    }

    /// Returns the block of a resource: `expressions`, and `for_each_expression` if it has one.
    pub(super) fn resource(&self, address: &Address) -> Option<&'a Value> {
        let module = self.module(&address.module)?;
        module.resources.get(address.resource.as_str()).copied()
    }

    /// The block that calls the last module of a path.
    pub(super) fn call(&self, path: &[Step]) -> Option<&'a Value> {
        let (last, parents) = path.split_last()?;
        self.module(parents)?.value["module_calls"].get(&last.name)
    }

    /// The expression of an output.
    pub(super) fn output(&self, path: &[Step], name: &str) -> Option<&'a Value> {
        self.module(path)?.value["outputs"].get(name)?.get("expression")
    }

    /// Every provisioner, as `ADDRESS.provisioner.TYPE` without keys, and every action: what an apply runs.
    pub(super) fn programs(&self) -> Vec<String> {
        let mut programs = Vec::new();
        for (path, module) in &self.modules {
            for (address, resource) in &module.resources {
                let kinds = resource["provisioners"].as_array().into_iter().flatten();
                let kinds = kinds.filter_map(|provisioner| provisioner["type"].as_str());
                programs.extend(kinds.map(|kind| format!("{path}{address}.provisioner.{kind}")));
            }
            let actions = module.value["actions"].as_array().into_iter().flatten();
            let actions = actions.filter_map(|action| action["address"].as_str());
            programs.extend(actions.map(|address| format!("{path}{address}")));
        }
        programs
    }

    /// Every call of a module by another source than a path, with that source.
    pub(super) fn other_modules(&self) -> Vec<(String, String)> {
        let mut others = Vec::new();
        for (path, module) in &self.modules {
            for (name, call) in module.value["module_calls"].as_object().into_iter().flatten() {
                let source = call["source"].as_str().unwrap_or_default();
                let is_path = ["./", "../"].iter().any(|start| source.starts_with(start));
                if !is_path && !matches!(source, "." | "..") {
                    others.push((format!("{path}module.{name}"), source.to_owned()));
                }
            }
        }
        others.sort();
        others
    }
}

/// A configuration of a provider: a block `provider`, or a provider that is needed and has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// `provider.aws`, `provider.aws.ALIAS` of a second one, `module.a.provider.aws` in a module.
    pub address: String,
    /// Its whole source, such as `registry.terraform.io/hashicorp/aws`.
    pub source: String,
    /// True if it is in the root module.
    pub is_root: bool,
    /// Its arguments, as expressions.
    pub arguments: Map<String, Value>,
}

/// Every configuration of a provider, in every module.
pub(super) fn providers(plan: &Value) -> Vec<Provider> {
    let configurations = plan["configuration"]["provider_config"].as_object();
    let configurations = configurations.into_iter().flatten();
    let provider = |(key, value): (&String, &Value)| {
        let text = |name: &str| value[name].as_str().filter(|text| !text.is_empty());
        let module = text("module_address").map(|module| format!("{module}."));
        let alias = text("alias").map(|alias| format!(".{alias}"));
        Provider {
            address: format!(
                "{}provider.{}{}",
                module.as_deref().unwrap_or_default(),
                text("name").unwrap_or(key),
                alias.unwrap_or_default()
            ),
            source: text("full_name").unwrap_or_default().to_owned(),
            is_root: module.is_none(),
            arguments: value["expressions"].as_object().cloned().unwrap_or_default(),
        }
    };
    configurations.map(provider).collect()
}

/// The addresses of the actions that the apply will run.
pub(super) fn invoked_actions(plan: &Value) -> impl Iterator<Item = String> {
    let lists = ["action_invocations", "deferred_action_invocations"];
    let invocations = lists.into_iter().flat_map(|list| plan[list].as_array()).flatten();
    invocations.filter_map(|invocation| invocation["address"].as_str().map(String::from))
}

/// Returns the references of an expression. A plan names a reference first and then each object that it is a part of,
/// such as `module.a.id` and `module.a`. The latter are skipped.
pub(super) fn references(expression: &Value) -> Vec<&str> {
    let mut references: Vec<&str> = Vec::new();
    let mut last: Option<&str> = None;
    for reference in expression["references"].as_array().into_iter().flatten() {
        let Some(reference) = reference.as_str() else {
            continue;
        };
        if !last.is_some_and(|last| is_part(reference, last)) {
            references.push(reference);
        }
        last = Some(reference);
    }
    references
}

/// Returns whether `whole` is a leading part of the reference `part`, as `module.a` is of `module.a.id`.
fn is_part(whole: &str, part: &str) -> bool {
    let (whole, part) = (segments(whole), segments(part));
    whole.len() < part.len() && part.starts_with(&whole)
}

/// Every reference in an expression, or in the blocks and arguments below it.
pub(super) fn all_references(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(_) if value.get("references").is_some() => references(value),
        Value::Object(map) => map.values().flat_map(all_references).collect(),
        Value::Array(items) => items.iter().flat_map(all_references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_distinguished_from_its_leading_parts() {
        let of = |list: &[&str]| {
            let expression = json!({ "references": list });
            references(&expression)
                .into_iter()
                .map(String::from)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&["module.a.id", "module.a"]), ["module.a.id"]);
        assert_eq!(
            of(&["a.b[0].id", "a.b[0]", "a.b", "module.ab.id", "module.ab"]),
            ["a.b[0].id", "module.ab.id"]
        );
        assert_eq!(
            of(&["a.b.id", "a.b", "a.b", "count.index"]),
            ["a.b.id", "a.b", "count.index"]
        );
        assert_eq!(of(&["var.x", "var.x"]), ["var.x", "var.x"]);
    }

    #[test]
    fn provisioners_are_found_in_every_module() {
        let resource = json!({"address": "terraform_data.x", "provisioners": [{"type": "local-exec"}]});
        let module = json!({ "resources": [resource] });
        let plan = json!({"configuration": {"root_module": {"module_calls": {"a": {"module": module}}}}});
        assert_eq!(
            Configuration::of(&plan).programs(),
            ["module.a.terraform_data.x.provisioner.local-exec"]
        );
    }
}
