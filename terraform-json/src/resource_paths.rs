//! Resources of a REST API → their paths.

use std::collections::BTreeMap;

use super::Resource;

/// The path of every resource of a REST API by its id, the root among them, made of `parent_id` and `path_part`.
///
/// Not of the computed `path`: Terraform does not read a child again when the part of its parent changes in place. Of a
/// data source, which is read every time, `path` is all there is. A resource whose parents are not all in the state
/// has no path, and neither has one whose part is unknown.
pub fn paths(resources: &[Resource], root_resource_id: &str) -> BTreeMap<String, String> {
    let of = |mode: &'static str| {
        resources
            .iter()
            .filter(move |resource| resource.mode == mode && resource.kind == "aws_api_gateway_resource")
    };
    let text = |resource: &Resource, key: &str| resource.values[key].as_str().unwrap_or_default().to_string();
    let parts: BTreeMap<String, (String, String)> = of("managed")
        .map(|resource| {
            (
                text(resource, "id"),
                (text(resource, "parent_id"), text(resource, "path_part")),
            )
        })
        // Without its part of the path it is not the root.
        .filter(|(_, (_, part))| !part.is_empty())
        .collect();
    let known: BTreeMap<String, String> = of("data")
        .map(|resource| (text(resource, "id"), text(resource, "path")))
        .chain([(root_resource_id.to_string(), "/".to_string())])
        // A value that a plan does not know has no id or path, and is not the root for that.
        .filter(|(id, path)| !id.is_empty() && !path.is_empty())
        .collect();
    let path = |id: &str| {
        let mut segments = Vec::new();
        let mut current = id;
        let start = loop {
            if let Some(path) = known.get(current) {
                break path.trim_end_matches('/');
            }
            let (parent, part) = parts.get(current)?;
            segments.push(part.as_str());
            // A circle is longer than there are resources.
            if segments.len() > parts.len() {
                return None;
            }
            current = parent;
        };
        segments.push(start);
        segments.reverse();
        let path = segments.join("/");
        Some((id.to_string(), if path.is_empty() { "/".into() } else { path }))
    };
    parts
        .keys()
        .chain(known.keys())
        .filter_map(|id| path(id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_child_follows_its_parent_and_not_its_stale_own() {
        let of = |mode: &str, id: &str, parent: &str, part: &str| Resource {
            address: id.into(),
            mode: mode.into(),
            kind: "aws_api_gateway_resource".into(),
            values: serde_json::json!({"id": id, "parent_id": parent, "path_part": part, "path": "/stale"}),
            obstacle: None,
        };
        let resource = |id: &str, parent: &str, part: &str| of("managed", id, parent, part);
        let all = [
            of("data", "d", "", ""),
            Resource {
                values: serde_json::json!({"id": "open"}),
                ..of("data", "", "", "")
            },
            resource("e", "d", "below"),
            resource("b", "a", "parts"),
            resource("a", "root", "{item_id}"),
            resource("x", "x", "circle"),
            resource("unknown", "root", ""),
            resource("below", "unknown", "x"),
        ];
        let expected = [
            ("a", "/{item_id}"),
            ("b", "/{item_id}/parts"),
            ("d", "/stale"),
            ("e", "/stale/below"),
            ("root", "/"),
        ];
        assert_eq!(
            paths(&all, "root"),
            expected
                .map(|(id, path)| (id.to_string(), path.to_string()))
                .into()
        );
    }
}
