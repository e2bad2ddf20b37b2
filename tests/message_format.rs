//! `--message-format` prints errors for programs on stdout.

#![allow(clippy::unwrap_used)] // a test may panic

use std::process::{Command, Output};

use portcullis_test_support::in_time::InTime;
use serde_json::{Value, json};

fn check(spec: &str, format: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("portcullis.toml"), spec).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(["check", "--message-format", format])
        .current_dir(folder.path())
        .output_in_time()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    output
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

const SPEC: &str = "[service]\nname = \"hello\"\nregion = 1\n\n[routes]\n\"GET /\" = {}\n\n[user_pool.clients.cli]\n\
    auth_flows = [\"user_srp\"]\n";

#[test]
fn json_is_an_object_a_line() {
    let output = check(SPEC, "json");
    let errors: Vec<Value> = lines(&output)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(errors[0]["message"], "`region` must be a string, not 1");
    assert_eq!(
        errors[0]["span"],
        json!({"line": 3, "column": 10, "end_line": 3, "end_column": 11})
    );
    assert_eq!(errors[0]["help"], json!(["write it in quotes"]));
    assert!(output.stderr.is_empty());
}

#[test]
fn github_gets_annotations() {
    assert_eq!(
        lines(&check(SPEC, "github"))[0],
        "::error file=portcullis.toml,line=3,endLine=3,col=10,endColumn=11::`region` must be a string, not 1%0Ahelp: write it \
         in quotes"
    );
}

#[test]
fn an_error_without_a_place_in_the_spec_is_printed_too() {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(["check", "--message-format", "json", "--project", "/nowhere"])
        .output_in_time()
        .unwrap();
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["span"], Value::Null);
    assert!(error["message"].as_str().unwrap().contains("/nowhere"));
}
