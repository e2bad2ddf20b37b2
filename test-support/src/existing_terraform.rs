//! The cases of `tests/existing_terraform`: Terraform projects without a spec, and changes to them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// A change to a project.
pub struct Case {
    path: PathBuf,
    /// Edits before the change.
    pub before_edit: Vec<Edit>,
    /// The change.
    pub edit: Vec<Edit>,
    /// Files that the change deletes.
    pub deleted: Vec<String>,
    /// True if nothing was applied yet.
    pub is_first: bool,
    /// The text of the file that accepts changes.
    pub accept: Option<String>,
    /// The facts that the review must report: kind, subject and verdict.
    pub facts: Vec<[String; 3]>,
}

/// An edit of a file.
pub struct Edit {
    /// Its path in the project.
    pub file: String,
    /// The text, which occurs once.
    pub replace: String,
    /// The text in its place.
    pub with: String,
}

/// The folder of the projects.
pub fn projects() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/existing_terraform/projects")
}

/// Every case, by project and name.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for project in files(&projects()) {
        let paths = files(&project.join("cases")).into_iter();
        let paths = paths.filter(|path| path.extension().is_some_and(|found| found == "toml"));
        cases.extend(paths.map(|path| Case::read(&path)));
    }
    cases
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let table: toml::Table = text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let known = [
            "about",
            "accept",
            "before_edit",
            "deleted",
            "edit",
            "facts",
            "first",
        ];
        for key in table.keys() {
            assert!(known.contains(&key.as_str()), "{}: {key}", path.display());
        }
        let items = |key: &str| {
            table
                .get(key)
                .and_then(toml::Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let text = |value: &toml::Value, key: &str| value[key].as_str().unwrap().to_owned();
        let edits = |key: &str| {
            let edits = items(key).into_iter().map(|edit| Edit {
                file: text(&edit, "file"),
                replace: text(&edit, "replace"),
                with: text(&edit, "with"),
            });
            edits.collect()
        };
        Self {
            path: path.with_extension(""),
            before_edit: edits("before_edit"),
            edit: edits("edit"),
            deleted: items("deleted")
                .iter()
                .map(|file| file.as_str().unwrap().to_owned())
                .collect(),
            is_first: table
                .get("first")
                .is_some_and(|first| first.as_bool() == Some(true)),
            accept: table.get("accept").map(|text| text.as_str().unwrap().to_owned()),
            facts: items("facts")
                .iter()
                .map(|fact| ["fact", "of", "verdict"].map(|key| text(fact, key)))
                .collect(),
        }
    }

    /// Its path without an extension.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the project.
    pub fn project(&self) -> &Path {
        self.path.parent().unwrap().parent().unwrap()
    }

    /// The plan as `terraform show -json` printed it. What is equal in all plans of a project is in one file.
    pub fn plan(&self) -> Value {
        let shared = read(&self.project().join("before.json"));
        whole(&shared, &read(&self.path.with_extension("json")))
    }
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Keys of a resource that no reader of a plan needs.
const LEFT_OUT: [&str; 12] = [
    "action_reason",
    "after_sensitive",
    "before_sensitive",
    "identity",
    "identity_schema_version",
    "index",
    "module_address",
    "name",
    "provider_name",
    "schema_version",
    "sensitive",
    "sensitive_values",
];

/// Returns a plan as it is committed: without what is in `shared`, and without resources that don't change.
pub fn compact(plan: &Value, shared: &Value) -> Value {
    let mut compact = Map::new();
    let changes = plan["resource_changes"].as_array().into_iter().flatten();
    let changes = changes.filter(|change| change["change"]["actions"] != json!(["no-op"]));
    let mut changes: Vec<Value> = changes.cloned().collect();
    changes.iter_mut().for_each(leave_out);
    compact.insert("resource_changes".into(), changes.into());
    for key in ["configuration", "prior_state", "resource_drift"] {
        let mut value = plan[key].clone();
        if key == "prior_state" {
            value = json!({ "values": value["values"] });
        }
        if key != "configuration" {
            leave_out(&mut value);
        }
        if !value.is_null() && value != shared[key] {
            compact.insert(key.into(), value);
        }
    }
    compact.into()
}

fn leave_out(value: &mut Value) {
    match value {
        Value::Object(map) => {
            // The values of a resource have names of their own.
            let is_resource = map.contains_key("address") || map.contains_key("actions");
            if is_resource {
                map.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
            }
            let values = map
                .iter_mut()
                .filter(|(key, _)| !["before", "after", "values"].contains(&key.as_str()) || !is_resource);
            values.for_each(|(_, value)| leave_out(value));
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}

/// Returns the plan that was made compact.
pub fn whole(shared: &Value, compact: &Value) -> Value {
    let part = |key: &str| compact.get(key).unwrap_or(&shared[key]).clone();
    let prior = part("prior_state");
    let mut before = Vec::new();
    resources(&prior["values"]["root_module"], &mut before);
    let changes = compact["resource_changes"].as_array().unwrap();
    let changed = |resource: &&Value| {
        changes
            .iter()
            .any(|change| change["address"] == resource["address"])
    };
    let mut all_changes = changes.clone();
    let mut planned = Vec::new();
    for resource in before
        .iter()
        .filter(|resource| resource["mode"] == "managed" && !changed(resource))
    {
        let values = &resource["values"];
        all_changes.push(json!({
            "address": resource["address"], "mode": "managed", "type": resource["type"],
            "change": {"actions": ["no-op"], "before": values, "after": values, "after_unknown": {}},
        }));
        planned.push(resource.clone());
    }
    for change in changes {
        let after = &change["change"]["after"];
        if !after.is_null() && change.get("deposed").is_none() {
            planned.push(json!({
                "address": change["address"], "mode": change["mode"], "type": change["type"], "values": after,
            }));
        }
    }
    json!({
        "format_version": "1.2",
        "complete": true,
        "errored": false,
        "configuration": part("configuration"),
        "prior_state": prior,
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": all_changes,
        "resource_drift": compact.get("resource_drift").cloned().unwrap_or_default(),
    })
}

fn resources(module: &Value, into: &mut Vec<Value>) {
    let items = |key: &str| module[key].as_array().cloned().unwrap_or_default();
    into.extend(items("resources"));
    for child in items("child_modules") {
        resources(&child, into);
    }
}
