//! The facts about the functions' workspace that cargo and rustc report.

use std::{
    collections::BTreeSet,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use portcullis_generator::service::Architecture;

use crate::announced::Announced;

/// Facts about the `rustc` that cargo uses in a folder.
pub(super) struct Toolchain {
    pub(super) sysroot: PathBuf,
    pub(super) commit: String,
}

impl Toolchain {
    pub(super) fn of(folder: &Path, architecture: Architecture) -> Result<Self> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let target = architecture.target();
        let run = |arguments: &[&str]| {
            output(Command::new(&rustc).args(arguments).current_dir(folder))
                .and_then(|text| String::from_utf8(text).context("the output of rustc must be UTF-8"))
        };
        let paths = run(&[
            "--print",
            "sysroot",
            "--print",
            "target-libdir",
            "--target",
            target,
        ])?;
        let (sysroot, libraries) = paths
            .trim()
            .split_once('\n')
            .context("missing folders in the output of rustc")?;
        installed(Path::new(libraries), architecture)?;
        let version = run(&["-vV"])?;
        let commit = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "))
            .unwrap_or("unknown");
        Ok(Self {
            sysroot: sysroot.into(),
            commit: commit.to_owned(),
        })
    }
}

/// Fails unless the folder of an architecture's standard library exists.
fn installed(libraries: &Path, architecture: Architecture) -> Result<()> {
    let (name, target) = (architecture.as_str(), architecture.target());
    ensure!(
        libraries.is_dir(),
        "Rust can't build for {name}: the standard library for `{target}` is missing\n\
         help: run `rustup target add {target}`"
    );
    Ok(())
}

/// Facts about the functions' workspace. Reading them also downloads missing crates.
pub(super) struct Workspace {
    pub(super) root: PathBuf,
    pub(super) programs: BTreeSet<String>,
    /// Folders that hold the folders of crates from elsewhere.
    pub(super) sources: BTreeSet<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Workspace {
    pub(super) fn of(folder: &Path, architecture: Architecture) -> Result<Self> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let metadata = output(
            Command::new(cargo)
                .args(["metadata", "--locked", "--format-version", "1", "--filter-platform"])
                .arg(architecture.target())
                .current_dir(folder),
        )
        .with_context(|| {
            let folder = folder.display();
            format!("can't read the workspace `{folder}` (run `cargo update --workspace` there if a crate is missing in `Cargo.lock`)")
        })?;
        let metadata: Metadata = serde_json::from_slice(&metadata).context("can't read cargo's metadata")?;
        let mut workspace = Self {
            root: metadata.workspace_root,
            programs: BTreeSet::new(),
            sources: BTreeSet::new(),
        };
        for package in metadata.packages {
            let is_member = metadata.workspace_members.contains(&package.id);
            let is_inside = is_member && package.manifest_path.starts_with(&workspace.root);
            if let Some(folder) = package.manifest_path.ancestors().nth(2).filter(|_| !is_inside) {
                workspace.sources.insert(folder.to_owned());
            }
            if is_member {
                let programs = package
                    .targets
                    .into_iter()
                    .filter(|target| target.kind.iter().any(|kind| kind == "bin"));
                workspace.programs.extend(programs.map(|program| program.name));
            }
        }
        Ok(workspace)
    }
}

/// Runs a tool whose complaints reach the user as it writes them.
fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .announced()
        .output()
        .with_context(|| format!("can't run `{name}`: install Rust from https://rustup.rs"))?;
    ensure!(output.status.success(), "`{name}` failed: see its output above");
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_installed_comes_with_the_command_that_installs_it() {
        let error = installed(Path::new("/nowhere"), Architecture::Arm64).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Rust can't build for arm64: the standard library for `aarch64-unknown-linux-gnu` is missing\n\
             help: run `rustup target add aarch64-unknown-linux-gnu`"
        );
    }
}
