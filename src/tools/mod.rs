//! The tools that the project brings along: moto, cargo-lambda (with zig), and the AWS CLI if the machine has none.
//! They live in one Python venv, `.portcullis/tools/venv`. The first command that needs a tool installs it. Each
//! release is pinned with its hashes (`src/tools/*.txt`; `src/tools/compile.sh` refreshes them).
//!
//! - A **stamp** per tool, inside the venv, is the hash of the requirements it was installed from. Nothing is done
//!   while it matches, so that a call costs a few reads.
//! - A venv can't be moved: its scripts name its interpreter by an absolute path, and its packages are for one Python
//!   version. The **origin**, recorded beside the stamps, holds both. The venv is created again if its folder moved, or
//!   if its Python was removed or changed.
//! - One process installs at a time: a file lock, which the death of its holder releases. A half-finished install
//!   has no stamp and is repeated.
//!
//! Nothing of the user's environment is changed. pip's configuration (`PIP_*`, `pip.conf`) is honoured except for the
//! target folder.

mod install;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portcullis_foreign_text::hex;
use sha2::{Digest, Sha256};

use crate::lock;

/// The source of one tool.
#[derive(Debug, Clone, Copy)]
struct Requirements {
    /// The name of the tool, of its requirement file and of its stamp.
    name: &'static str,
    /// pip's requirement format: every release pinned, with hashes.
    text: &'static str,
}

const MOTO: Requirements = Requirements {
    name: "moto",
    text: include_str!("moto.txt"),
};
const CARGO_LAMBDA: Requirements = Requirements {
    name: "cargo-lambda",
    text: include_str!("cargo-lambda.txt"),
};
const AWS: Requirements = Requirements {
    name: "aws",
    text: include_str!("aws.txt"),
};

/// The tools of one project.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// The tools of the project whose root folder this is. Nothing is installed yet.
    pub fn new(project: &Path) -> Self {
        Self {
            folder: project.join(".portcullis/tools"),
        }
    }

    /// The Python interpreter that has moto, installed when missing.
    pub fn moto(&self) -> Result<PathBuf> {
        self.install(MOTO)?;
        Ok(self.bin("python"))
    }

    /// The program `cargo-lambda`, installed when missing; the Python beside it has zig.
    pub fn cargo_lambda(&self) -> Result<PathBuf> {
        self.install(CARGO_LAMBDA)?;
        Ok(self.bin("cargo-lambda"))
    }

    /// Returns the AWS CLI: any version of `aws` on the PATH, or else ours, which is installed if missing.
    pub fn aws(&self) -> Result<PathBuf> {
        if let Some(theirs) = std::env::var_os("PATH").and_then(|path| find_program("aws", &path)) {
            return Ok(theirs);
        }
        self.install(AWS)?;
        Ok(self.bin("aws"))
    }

    /// Each pinned tool with its release, and whether it is installed. The AWS CLI is not one of them if the machine has its own.
    pub fn installed(&self) -> Vec<(String, bool)> {
        let has_aws = std::env::var_os("PATH").is_some_and(|path| find_program("aws", &path).is_some());
        let own: &[Requirements] = if has_aws { &[] } else { &[AWS] };
        let all = [MOTO, CARGO_LAMBDA];
        let all = all.iter().chain(own);
        all.map(|tool| (headline(*tool), self.is_installed(*tool)))
            .collect()
    }

    fn venv(&self) -> PathBuf {
        self.folder.join("venv")
    }

    fn bin(&self, program: &str) -> PathBuf {
        self.venv().join("bin").join(program)
    }

    fn stamp(&self, requirements: Requirements) -> PathBuf {
        self.venv().join("portcullis").join(requirements.name)
    }

    fn is_installed(&self, requirements: Requirements) -> bool {
        self.is_sound()
            && std::fs::read_to_string(self.stamp(requirements))
                .is_ok_and(|stamp| stamp == hash(requirements.text))
    }

    /// Returns whether there is a venv that was created in this folder by the current Python.
    fn is_sound(&self) -> bool {
        self.origin().is_ok_and(|origin| {
            std::fs::read_to_string(self.origin_path()).is_ok_and(|recorded| recorded == origin)
        })
    }

    fn origin_path(&self) -> PathBuf {
        self.venv().join("portcullis/origin")
    }

    /// Returns the folder of the venv and the real path of its interpreter: `…/python3.12` contains the version.
    fn origin(&self) -> Result<String> {
        let resolve = |path: PathBuf| {
            std::fs::canonicalize(&path).with_context(|| format!("can't resolve `{}`", path.display()))
        };
        Ok(format!(
            "{}\n{}\n",
            resolve(self.venv())?.display(),
            resolve(self.bin("python"))?.display()
        ))
    }

    fn install(&self, requirements: Requirements) -> Result<()> {
        if self.is_installed(requirements) {
            return Ok(());
        }
        let _lock = self.lock()?;
        // Another process may have done it while this one waited.
        if self.is_installed(requirements) {
            return Ok(());
        }
        if !self.is_sound() {
            self.make_venv()?;
        }
        self.pip_install(requirements)?;
        write(&self.stamp(requirements), &hash(requirements.text))
    }

    /// Waits until no other process installs here.
    fn lock(&self) -> Result<File> {
        lock::exclusive(
            &self.folder.join("lock"),
            &format!(
                "another command that installs tools into `{}`",
                self.folder.display()
            ),
        )
    }
}

/// `moto 5.2.5`: the release of the tool itself, out of its requirements.
fn headline(requirements: Requirements) -> String {
    let package = if requirements.name == AWS.name {
        "awscli"
    } else {
        requirements.name
    };
    let version = requirements.text.lines().find_map(|line| {
        line.strip_prefix(package)?
            .strip_prefix("==")?
            .split_whitespace()
            .next()
    });
    [package, version.unwrap_or_default()].join(" ")
}

/// An executable file of this name in one of the folders of a PATH.
fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| {
            candidate
                .metadata()
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        })
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("can't write `{}`", path.display()))
}
