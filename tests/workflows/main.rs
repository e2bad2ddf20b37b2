//! The workflow files of GitHub and GitLab. They must be valid by the published schemas, and ask for no more rights
//! than they need. Their scripts must work against a stand-in for the API of GitHub or GitLab on loopback.
//!
//! Another module checks `portcullis openapi`. The schemas and validators are Python packages that `scripts/test.sh` installs into
//! `target/workflows`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod action;
mod api;
mod files;
mod github;
mod gitlab;
mod jobs;
mod openapi;
mod setup;

use portcullis_test_support::in_time::InTime;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use serde_json::Value;

/// A path in this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// The exit code and the output of a program.
struct Ended {
    success: bool,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn succeeded(self) -> Self {
        assert!(self.success, "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    fn failed(self, sentence: &str) -> Self {
        assert!(!self.success, "{}\n{}", self.stdout, self.stderr);
        self.said(sentence)
    }

    #[track_caller]
    fn said(self, sentence: &str) -> Self {
        assert!(
            self.stderr.contains(sentence),
            "`{sentence}` is not in\n{}",
            self.stderr
        );
        self
    }
}

/// A program with nothing set that a pipeline would set.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let prefixes = ["AWS_", "CI", "GH_", "GITHUB_", "GITLAB_", "MAKE", "PORTCULLIS"];
        if prefixes.iter().any(|prefix| text.starts_with(prefix)) || text.ends_with("_proxy") {
            command.env_remove(&name);
        }
    }
    command
}

fn run(command: &mut Command) -> Ended {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output_in_time()
        .unwrap_or_else(|error| panic!("can't start {command:?}: {error}"));
    Ended {
        success: status.success(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Git in a folder, without anybody's configuration.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut git = command("git");
    git.args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
        .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    run(&mut git).succeeded().stdout.trim().to_string()
}

/// A program out of `target/workflows`.
fn check(program: &str) -> Command {
    let path = repository("target/workflows/bin").join(program);
    assert!(
        path.exists(),
        "`{}` is missing: `scripts/test.sh` installs it",
        path.display()
    );
    command(path)
}
