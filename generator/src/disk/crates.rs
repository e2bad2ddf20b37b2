//! The crates of the project that functions can be built from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use super::read_if_there;
use crate::service::{Handler, Handlers};

/// The packages of a functions workspace that have a binary: what a function can be made of. A workspace that is not there
/// has none.
pub fn handlers(functions: &Path) -> Result<Handlers> {
    let mut handlers = Handlers::new();
    if !functions.exists() {
        return Ok(handlers);
    }
    for (name, folder) in crates(functions)? {
        let manifest = folder.join("Cargo.toml");
        let Some(text) = read_if_there(&manifest).ok().flatten() else {
            continue;
        };
        let Manifest { package, bin, .. } = parse(&manifest, &text)?;
        let Some(package) = package else { continue };
        let binaries = binaries(&folder, &package, &bin)?;
        if !binaries.is_empty() {
            handlers.insert(
                package.name,
                Handler {
                    folder: name,
                    binaries,
                },
            );
        }
    }
    Ok(handlers)
}

fn parse(manifest: &Path, text: &str) -> Result<Manifest> {
    toml::from_str(text).with_context(|| format!("can't read `{}`", manifest.display()))
}

/// The folders that may contain a crate, by their paths in the project: the workspace's own, each right below it, and those
/// of its members. Of a pattern, only a `*` at the end counts. Folders outside of the project don't count.
///
/// <https://doc.rust-lang.org/cargo/reference/workspaces.html#the-members-and-exclude-fields>
fn crates(functions: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let manifest = functions.join("Cargo.toml");
    let workspace = match read_if_there(&manifest).ok().flatten() {
        Some(text) => parse(&manifest, &text)?.workspace,
        None => Workspace::default(),
    };
    let mut crates = BTreeMap::from([("functions".to_owned(), functions.to_path_buf())]);
    for member in workspace.members.iter().map(String::as_str).chain(["*"]) {
        let folders = match member.strip_suffix('*') {
            None => vec![member.to_owned()],
            Some(parent) => entries(functions, parent)?,
        };
        for folder in folders {
            if let Some(name) = in_project(&folder) {
                crates.insert(name, functions.join(folder));
            }
        }
    }
    Ok(crates)
}

/// Returns the entries of a folder below `functions`, each with the folder in front. A missing folder has none.
fn entries(functions: &Path, folder: &str) -> Result<Vec<String>> {
    let path = functions.join(folder);
    let entries = WalkDir::new(&path).min_depth(1).max_depth(1).into_iter();
    let names = entries.filter(|_| path.exists()).map(|entry| {
        let entry = entry.with_context(|| format!("can't list `{}`", path.display()))?;
        Ok(format!("{folder}{}", entry.file_name().to_string_lossy()))
    });
    names.collect()
}

/// The path of a member in the project. None if it is outside of the project.
fn in_project(member: &str) -> Option<String> {
    let mut path = vec!["functions"];
    for part in member.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = path.pop()?,
            name => path.push(name),
        }
    }
    (!path.is_empty() && !member.starts_with('/')).then(|| path.join("/"))
}

/// The binaries of a `Cargo.toml`.
#[derive(serde::Deserialize)]
struct Manifest {
    package: Option<Package>,
    #[serde(default)]
    bin: Vec<Binary>,
    #[serde(default)]
    workspace: Workspace,
}

#[derive(Default, serde::Deserialize)]
struct Workspace {
    #[serde(default)]
    members: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Package {
    name: String,
    #[serde(default = "yes")]
    autobins: bool,
}

#[derive(serde::Deserialize)]
struct Binary {
    name: Option<String>,
    path: Option<PathBuf>,
}

fn yes() -> bool {
    true
}

/// The names of a package's binaries: those that the manifest names, and those that cargo finds by their files, but for
/// files that the manifest gave another name.
///
/// <https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery>
fn binaries(folder: &Path, package: &Package, named: &[Binary]) -> Result<BTreeSet<String>> {
    let mut binaries: BTreeSet<String> = named.iter().filter_map(|binary| binary.name.clone()).collect();
    if !package.autobins {
        return Ok(binaries);
    }
    let mut found = vec![(PathBuf::from("src/main.rs"), package.name.clone())];
    for entry in WalkDir::new(folder.join("src/bin")).min_depth(1).max_depth(1) {
        // A folder that is not there has none.
        let Ok(entry) = entry else { continue };
        let name = entry.path().file_stem().unwrap_or_default().to_string_lossy();
        let path = Path::new("src/bin").join(entry.file_name());
        if entry.file_type().is_dir() {
            found.push((path.join("main.rs"), name.into_owned()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path, name.into_owned()));
        }
    }
    let is_named = |path: &Path| named.iter().any(|binary| binary.path.as_deref() == Some(path));
    let found = found
        .into_iter()
        .filter(|(path, _)| folder.join(path).exists() && !is_named(path));
    binaries.extend(found.map(|(_, name)| name));
    Ok(binaries)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn packages_with_a_binary_are_handlers_and_libraries_are_not() {
        let root = tempfile::tempdir().unwrap();
        let renamed = "[[bin]]\nname = \"bootstrap\"\npath = \"src/main.rs\"\n";
        let packages = [
            ("open", "", &["src/main.rs"][..]),
            ("shared", "", &["src/lib.rs"]),
            ("renamed", renamed, &["src/main.rs"]),
            (
                "several",
                "",
                &[
                    "src/main.rs",
                    "src/bin/one.rs",
                    "src/bin/two/main.rs",
                    "src/bin/two/part.rs",
                ],
            ),
            (
                "named",
                "autobins = false\n[[bin]]\nname = \"only\"\n",
                &["src/main.rs", "src/bin/only.rs"],
            ),
        ];
        for (name, more, files) in packages {
            let folder = root.path().join(name);
            for file in files {
                let file = folder.join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, "").unwrap();
            }
            let manifest = format!("[package]\nname = \"{name}\"\n{more}");
            fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        }
        let expected = [
            ("named", &["only"][..]),
            ("open", &["open"]),
            ("renamed", &["bootstrap"]),
            ("several", &["one", "several", "two"]),
        ];
        let expected = expected.map(|(name, binaries)| {
            let binaries = binaries.iter().map(|binary| (*binary).to_owned()).collect();
            let folder = format!("functions/{name}");
            (name.to_owned(), Handler { folder, binaries })
        });
        assert_eq!(handlers(root.path()).unwrap(), Handlers::from(expected));
    }

    #[test]
    fn members_may_be_anywhere_in_the_project() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join("project").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        fs::create_dir(root.path().join("project")).unwrap();
        for (path, name) in [
            ("crates/jobs", "jobs"),
            ("crates/other", "other"),
            ("functions/grouped/one", "one"),
            ("functions/near", "near"),
            ("functions", "own"),
            ("../outside", "outside"),
        ] {
            write(
                &format!("{path}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\n"),
            );
            write(&format!("{path}/src/main.rs"), "");
        }
        let members =
            r#"["../crates/jobs", "grouped/*", "./near", "../../outside", "/absolute", "missing/*"]"#;
        let package = "[package]\nname = \"own\"\n\n[workspace]\n";
        write("functions/Cargo.toml", &format!("{package}members = {members}\n"));
        let found = handlers(&root.path().join("project/functions")).unwrap();
        let folders: Vec<_> = found.values().map(|handler| handler.folder.as_str()).collect();
        assert_eq!(
            folders,
            [
                "crates/jobs",
                "functions/near",
                "functions/grouped/one",
                "functions"
            ]
        );
    }
}
