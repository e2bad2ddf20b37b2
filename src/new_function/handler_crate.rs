//! The crate of a new function.

use toml_edit::{DocumentMut, Item, Table, Value};

use crate::failure::{Failure, OrFail, Outcome};

/// The crates that a handler uses. The workspace names their versions.
pub const DEPENDENCIES: [&str; 4] = ["lambda_http", "serde", "shared", "tokio"];

const PUBLIC: &str = include_str!("public_handler.txt");
const SIGNED_IN: &str = include_str!("signed_in_handler.txt");

/// Returns the source of a handler.
pub fn handler(name: &str, is_public: bool) -> String {
    let template = if is_public { PUBLIC } else { SIGNED_IN };
    template.replace("NAME", name)
}

/// Returns the manifest of a handler's crate, which inherits what the workspace declares.
pub fn manifest(name: &str, description: Option<&str>, workspace: &str) -> Outcome<String> {
    let workspace: DocumentMut = workspace.parse().or_input()?;
    let declares = |table: &str, key: &str| {
        let tables = workspace
            .get("workspace")
            .and_then(|workspace| workspace.get(table));
        tables.is_some_and(|table| table.get(key).is_some())
    };
    let missing: Vec<_> = DEPENDENCIES
        .into_iter()
        .filter(|dependency| !declares("dependencies", dependency))
        .collect();
    if !missing.is_empty() {
        return Err(Failure::input(format!(
            "missing `{}` in `[workspace.dependencies]` of `functions/Cargo.toml`: new handlers use it",
            missing.join("`, `")
        ))
        .help("copy the lines from `functions/Cargo.toml` of a service that `portcullis new` writes"));
    }
    let mut manifest = DocumentMut::new();
    let mut package = Table::new();
    package.insert("name", name.into());
    if let Some(description) = description {
        package.insert("description", description.into());
    }
    for (key, default) in [
        ("version", Some(Value::from("0.1.0"))),
        ("edition", Some(Value::from("2024"))),
        ("rust-version", None),
        ("publish", Some(Value::from(false))),
    ] {
        if declares("package", key) {
            package.insert(key, inherited());
        } else if let Some(default) = default {
            package.insert(key, default.into());
        }
    }
    manifest.insert("package", Item::Table(package));
    if workspace
        .get("workspace")
        .is_some_and(|workspace| workspace.get("lints").is_some())
    {
        let mut lints = Table::new();
        lints.insert("workspace", true.into());
        manifest.insert("lints", Item::Table(lints));
    }
    let mut dependencies = Table::new();
    for dependency in DEPENDENCIES {
        dependencies.insert(dependency, inherited());
    }
    manifest.insert("dependencies", Item::Table(dependencies));
    Ok(manifest.to_string())
}

/// `key.workspace = true`
fn inherited() -> Item {
    let mut table = Table::new();
    table.insert("workspace", true.into());
    table.set_dotted(true);
    Item::Table(table)
}
