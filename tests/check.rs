//! Tests of the warnings and errors of `check`.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::fmt::Write;
use std::fs;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A project with so many routes, below one path, of one function; its tree is generated.
fn project(routes: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = String::from(
        "[service]\nname = \"hello\"\nregion = \"us-east-1\"\n[user_pool.clients.cli]\n\
         auth_flows = [\"user_srp\"]\n[functions.open]\n[routes]\n",
    );
    for number in 1..=routes {
        _ = writeln!(spec, "\"GET /a/{number}\" = {{ function = \"open\" }}");
    }
    fs::write(folder.path().join("portcullis.toml"), spec).unwrap();
    let source = folder.path().join("functions/open/src");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
    fs::write(source.join("../Cargo.toml"), "[package]\nname = \"open\"\n").unwrap();
    let generated = portcullis(&folder, "generate");
    assert!(generated.status.success());
    folder
}

fn portcullis(folder: &TempDir, command: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .arg(command)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output_in_time()
        .unwrap()
}

fn warnings(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let warnings = text.lines().filter(|line| line.contains("warning: "));
    warnings.map(String::from).collect()
}

#[test]
fn more_resources_than_the_quota_are_warned_of_and_do_not_fail() {
    let few = portcullis(&project(3), "check");
    assert_eq!(warnings(&few), [] as [&str; 0]);
    let many = portcullis(&project(299), "check");
    let found = warnings(&many);
    assert!(
        found
            .iter()
            .any(|line| line.contains("the API has 301 resources")),
        "{found:?}"
    );
    assert_eq!(many.status.code(), few.status.code());
    let text = String::from_utf8(many.stderr).unwrap();
    assert!(text.contains("function `open` has 299 routes"), "{text}");
    assert!(text.contains("`/v1/GET/a/*`"), "{text}");
}
