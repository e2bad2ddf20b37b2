//! What `terraform show -json` prints of an applied state, read as a flat list of resources.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format> (`format_version` 1.x).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A managed resource or data source of a state, wherever in the module tree it stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Resource {
    /// Absolute address, such as `module.service.aws_api_gateway_stage.this`.
    pub address: String,
    /// `managed` or `data`.
    pub mode: String,
    /// Type, such as `aws_api_gateway_stage`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its attributes as the provider stored them; `Null` where the state holds none.
    #[serde(default)]
    pub values: Value,
}

/// Why a text is not a state that can be read.
#[derive(Debug, PartialEq)]
pub enum StateError {
    /// Not JSON, or JSON of another shape.
    Malformed(String),
    /// A `format_version` of another major than 1.
    Format(String),
}

impl std::fmt::Display for StateError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(why) => write!(
                formatter,
                "not what `terraform show -json` prints of a state: {why}"
            ),
            Self::Format(version) => write!(
                formatter,
                "format version {version}: only version 1 of `terraform show -json` is known"
            ),
        }
    }
}

impl std::error::Error for StateError {}

/// Every resource of the state that `terraform show -json` printed, in the order of the document: the root
/// module's first, then each child module's. An empty state (`{"format_version":"1.0"}`) has none.
pub fn resources(text: &str) -> Result<Vec<Resource>, StateError> {
    #[derive(Deserialize)]
    struct Document {
        format_version: String,
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

    let document: Document =
        serde_json::from_str(text).map_err(|error| StateError::Malformed(error.to_string()))?;
    if document.format_version.split('.').next() != Some("1") {
        return Err(StateError::Format(document.format_version));
    }
    let mut all = Vec::new();
    if let Some(values) = document.values {
        collect(values.root_module, &mut all);
    }
    Ok(all)
}

/// The path of every resource of a REST API by its id, the root among them, made of `parent_id` and `path_part`.
///
/// Not of the computed `path`: Terraform does not read a child again when the part of its parent changes in place.
/// A resource whose parents are not all in the state has no path.
pub fn paths(resources: &[Resource], root_resource_id: &str) -> BTreeMap<String, String> {
    let text =
        |resource: &'_ Resource, key: &str| resource.values[key].as_str().unwrap_or_default().to_string();
    let parts: BTreeMap<String, (String, String)> = resources
        .iter()
        .filter(|resource| resource.mode == "managed" && resource.kind == "aws_api_gateway_resource")
        .map(|resource| {
            (
                text(resource, "id"),
                (text(resource, "parent_id"), text(resource, "path_part")),
            )
        })
        .collect();
    let path = |id: &str| {
        let mut segments = Vec::new();
        let mut current = id;
        while current != root_resource_id {
            let (parent, part) = parts.get(current)?;
            segments.push(part.as_str());
            // A circle is longer than there are resources.
            if segments.len() > parts.len() {
                return None;
            }
            current = parent;
        }
        segments.reverse();
        Some((id.to_string(), format!("/{}", segments.join("/"))))
    };
    parts
        .keys()
        .map(String::as_str)
        .chain([root_resource_id])
        .filter_map(path)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_child_follows_its_parent_and_not_its_stale_own() {
        let resource = |id: &str, parent: &str, part: &str| Resource {
            address: id.into(),
            mode: "managed".into(),
            kind: "aws_api_gateway_resource".into(),
            values: serde_json::json!({"id": id, "parent_id": parent, "path_part": part, "path": "/stale"}),
        };
        let all = [
            resource("b", "a", "parts"),
            resource("a", "root", "{item_id}"),
            resource("x", "x", "circle"),
        ];
        let expected = [("a", "/{item_id}"), ("b", "/{item_id}/parts"), ("root", "/")];
        assert_eq!(
            paths(&all, "root"),
            expected
                .map(|(id, path)| (id.to_string(), path.to_string()))
                .into()
        );
    }

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
    fn a_truncated_text_is_refused() {
        assert!(matches!(
            resources(r#"{"format_version":"1.0","#),
            Err(StateError::Malformed(_))
        ));
    }
}
