//! The crate of a new function.

use portcullis_foreign_text::printable::code;
use toml_edit::{DocumentMut, Item, Table, Value};

use super::addition::{Auth, Trigger};
use crate::failure::{Failure, OrFail, Outcome};

const PUBLIC: &str = include_str!("public_handler.txt");
const SIGNED_IN: &str = include_str!("signed_in_handler.txt");
const SCHEDULE: &str = include_str!("schedule_handler.txt");
const QUEUE: &str = include_str!("queue_handler.txt");

/// The dependencies of each new crate, so that it can get handlers of every trigger. The workspace names their versions.
pub const DEPENDENCIES: [&str; 4] = ["lambda_http", "serde", "shared", "tokio"];

/// A handler before it gets its name.
pub struct Template {
    text: &'static str,
    /// Those of [`DEPENDENCIES`] that it uses.
    uses: &'static [&'static str],
}

impl Template {
    /// Returns the handler of what invokes a function.
    pub fn of(trigger: &Trigger) -> Self {
        let (text, uses): (_, &[&str]) = match trigger {
            Trigger::Route(route) if route.auth == Some(Auth::None) => (PUBLIC, &DEPENDENCIES),
            Trigger::Route(_) => (SIGNED_IN, &DEPENDENCIES),
            Trigger::Schedule(_) => (SCHEDULE, &["lambda_http", "serde", "tokio"]),
            Trigger::Queue(_) => (QUEUE, &["shared", "tokio"]),
        };
        Self { text, uses }
    }

    /// Fails if a crate, whose manifest is at a path in the project, lacks what the handler uses.
    pub fn check_crate(&self, path: &str, manifest: &str) -> Outcome {
        let manifest: DocumentMut = manifest.parse().or_input()?;
        let dependencies = manifest.get("dependencies");
        let declares = |name: &str| dependencies.is_some_and(|table| table.get(name).is_some());
        let missing = self.uses.iter().filter(|name| !declares(name));
        let missing: Vec<&str> = missing.copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::input(format!(
            "missing `{}` in `[dependencies]` of {}: the new handler uses it",
            missing.join("`, `"),
            code(path)
        ))
        .help(format!(
            "write `{}.workspace = true` there",
            missing.join(".workspace = true` and `")
        )))
    }

    /// Returns the source of a function's handler.
    pub fn source(&self, name: &str) -> String {
        self.text.replace("NAME", name)
    }
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
