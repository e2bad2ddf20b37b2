//! The text of `terraform show -json` → its resources.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

use super::{Resource, StateError, typed};

/// Every resource of the state that `terraform show -json` printed, in the order of the document: the root
/// module's first, then each child module's. An empty state (`{"format_version":"1.0"}`) has none.
pub fn resources(text: &str) -> Result<Vec<Resource>, StateError> {
    #[derive(Deserialize)]
    struct Document {
        #[serde(rename = "format_version")]
        _format_version: String,
        values: Option<Values>,
    }
    #[derive(Deserialize)]
    struct Values {
        #[serde(default)]
        root_module: Module,
    }
    #[derive(Deserialize, Default)]
    struct Module {
        #[serde(default)]
        resources: Vec<Resource>,
        #[serde(default)]
        child_modules: Vec<Module>,
    }
    fn collect(module: Module, into: &mut Vec<Resource>) {
        into.extend(module.resources);
        for child in module.child_modules {
            collect(child, into);
        }
    }

    if text.trim().is_empty() {
        return Err(StateError::Empty);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof => StateError::CutOff,
        _ => StateError::Malformed(error.to_string()),
    })?;
    let version = value["format_version"].as_str();
    if let Some(version) = version.filter(|version| version.split('.').next() != Some("1")) {
        return Err(StateError::Format(version.to_owned()));
    }
    // Only a state file has a lineage, and only a plan has these.
    if value.get("lineage").is_some() {
        return Err(StateError::StateFile);
    }
    if value.get("planned_values").is_some() || value.get("resource_changes").is_some() {
        return Err(StateError::Plan);
    }
    let document: Document = typed::read(&value).map_err(|error| StateError::Malformed(error.to_string()))?;
    let mut all = Vec::new();
    if let Some(values) = document.values {
        collect(values.root_module, &mut all);
    }
    Ok(all)
}

/// The value of a root's output in the same text. Null if there is none.
pub fn output(text: &str, name: &str) -> Value {
    #[derive(Deserialize)]
    struct Document {
        values: Values,
    }
    #[derive(Deserialize)]
    struct Values {
        outputs: BTreeMap<String, Output>,
    }
    #[derive(Deserialize)]
    struct Output {
        #[serde(default)]
        value: Value,
    }
    let document: Option<Document> = serde_json::from_str(text).ok();
    let output = document.and_then(|mut document| document.values.outputs.remove(name));
    output.map(|output| output.value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_child_modules_are_found() {
        let text = r#"{"format_version":"1.0","values":{"root_module":{
            "resources":[{"address":"a.b","mode":"managed","type":"a","values":{"x":1}}],
            "child_modules":[{"child_modules":[{"resources":[
                {"address":"module.m.module.n.c.d","mode":"managed","type":"c"}]}]}]}}}"#;
        let addresses: Vec<_> = resources(text).unwrap().into_iter().map(|r| r.address).collect();
        assert_eq!(addresses, ["a.b", "module.m.module.n.c.d"]);
    }

    #[test]
    fn an_empty_state_has_no_resources() {
        assert_eq!(resources(r#"{"format_version":"1.0"}"#), Ok(vec![]));
    }

    #[test]
    fn another_major_version_is_refused() {
        assert_eq!(
            resources(r#"{"format_version":"2.0"}"#),
            Err(StateError::Format("2.0".into()))
        );
    }

    #[test]
    fn other_json_than_a_state_is_recognized() {
        let error = |text: &str| resources(text).unwrap_err();
        assert_eq!(error(" \n"), StateError::Empty);
        assert_eq!(error(r#"{"format_version":"1.0","#), StateError::CutOff);
        assert_eq!(
            error(r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","resources":[]}"#),
            StateError::StateFile
        );
        assert_eq!(
            error(r#"{"format_version":"1.2","planned_values":{"root_module":{}},"resource_changes":[]}"#),
            StateError::Plan
        );
        assert!(matches!(error("{}"), StateError::Malformed(why) if why.contains("format_version")));
        let null = r#"{"format_version":"1.0","values":{"root_module":{"resources":[{"address":null,"mode":"managed","type":"a"}]}}}"#;
        assert_eq!(
            error(null),
            StateError::Malformed(
                "`values.root_module.resources[0].address` must be a string, not null".into()
            )
        );
        assert!(matches!(error("[1]"), StateError::Malformed(_)));
        assert!(matches!(error("resource {}"), StateError::Malformed(_)));
    }
}
