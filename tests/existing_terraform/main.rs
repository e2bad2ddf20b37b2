//! `portcullis review --plan` of Terraform projects that have no spec. `README.md` explains the cases. Their plans were
//! written by Terraform: `tests/slow/existing_terraform.rs` makes them.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portcullis_test_support::existing_terraform::{Case, cases};
use portcullis_test_support::in_time::{InTime, output_in};
use serde_json::Value;

#[test]
fn every_change_is_reported_with_its_verdict() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 50, "only {} cases", cases.len());
    for case in &cases {
        if let Err(why) = check(case) {
            wrong.push(format!("{}: {why}", case.path().display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn check(case: &Case) -> Result<(), String> {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("plan.json"), case.plan().to_string()).unwrap();
    if let Some(accept) = &case.accept {
        fs::write(root.path().join("portcullis-review.toml"), accept).unwrap();
    }
    let output = review(root.path(), &["--json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    let report: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {stderr}"))?;
    let found: BTreeSet<[String; 3]> = facts(&report).collect();
    let expected: BTreeSet<[String; 3]> = case.facts.iter().cloned().collect();
    let shown = String::from_utf8(review(root.path(), &[]).stdout).unwrap();
    let golden = case.path().with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty()) {
        fs::write(&golden, &shown).unwrap();
    }
    if found != expected {
        let only = |one: &BTreeSet<[String; 3]>, other: &BTreeSet<[String; 3]>| {
            let only = one.difference(other).map(|fact| fact.join(" | "));
            only.collect::<Vec<_>>().join("\n  ")
        };
        return Err(format!(
            "missing\n  {}\ntoo much\n  {}\n{shown}",
            only(&expected, &found),
            only(&found, &expected)
        ));
    }
    let is_blocked = expected.iter().any(|[.., verdict]| verdict == "blocked");
    if output.status.code() != Some(i32::from(is_blocked)) {
        return Err(format!("the exit code is {:?}\n{stderr}", output.status.code()));
    }
    if fs::read_to_string(&golden).unwrap_or_default() != shown {
        return Err(format!(
            "the report is\n{shown}\nwhere this is right: UPDATE_GOLDEN=1 cargo test --test existing_terraform"
        ));
    }
    Ok(())
}

/// The facts of a report: kind, subject and verdict.
fn facts(report: &Value) -> impl Iterator<Item = [String; 3]> {
    let facts = report["facts"].as_array().unwrap().clone();
    facts
        .into_iter()
        .map(|fact| ["change", "of", "verdict"].map(|key| fact[key].as_str().unwrap().to_owned()))
}

fn review(folder: &Path, more: &[&str]) -> Output {
    portcullis(folder, &[&["review", "--plan", "plan.json"], more].concat())
}

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    output_in(folder, env!("CARGO_BIN_EXE_portcullis"), arguments)
}

/// Runs a review and returns its exit code and stderr.
fn failed(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = portcullis(folder, arguments);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn opened() -> (tempfile::TempDir, PathBuf) {
    let cases = cases();
    let case = cases
        .iter()
        .find(|case| case.path().ends_with("orders/cases/route_opened"));
    let root = tempfile::tempdir().unwrap();
    let plan = root.path().join("plan.json");
    fs::write(&plan, case.unwrap().plan().to_string()).unwrap();
    (root, plan)
}

#[test]
fn a_comment_says_where_to_accept() {
    let (root, _) = opened();
    let output = review(root.path(), &["--markdown"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("### Portcullis: 1 blocked\n\n`plan.json`\n\n| Route |"),
        "{text}"
    );
    assert!(
        text.contains("Add to `portcullis-review.toml`, with a reason:"),
        "{text}"
    );
    let entry = "  { change = \"route_opened\", of = \"GET /orders/{id}\", reason = \"…\" },";
    assert!(text.contains(entry), "{text}");
}

#[test]
fn an_accepted_change_is_read_from_any_file() {
    let (root, _) = opened();
    let write = |name: &str, text: &str| fs::write(root.path().join(name), text).unwrap();
    let entry = "accept = [{ change = \"route_opened\", of = \"GET /orders/{id}\", reason = \"Public\" }]\n";
    write("ours.toml", entry);
    let accepted = review(root.path(), &["--accept", "ours.toml"]);
    assert_eq!(accepted.status.code(), Some(0));
    // A file that is named must be there, and an entry must be valid.
    let arguments = ["review", "--plan", "plan.json", "--accept", "missing.toml"];
    let (code, said) = failed(root.path(), &arguments);
    assert!(
        code == Some(2) && said.contains("can't read `missing.toml`"),
        "{said}"
    );
    write(
        "portcullis-review.toml",
        "accept = [{ change = \"route_open\", of = \"a\", reason = \"b\" }]\n",
    );
    let (code, said) = failed(root.path(), &["review", "--plan", "plan.json"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("unknown `change` `route_open`"), "{said}");
    assert!(said.contains("--> portcullis-review.toml:1:22"), "{said}");
}

#[test]
fn another_file_than_a_plan_with_a_rest_api_is_wrong_input() {
    let (root, plan) = opened();
    let text = fs::read_to_string(&plan).unwrap();
    let mut whole: Value = serde_json::from_str(&text).unwrap();
    let write = |value: &Value| fs::write(&plan, value.to_string()).unwrap();
    let said = |expected: &str| {
        let (code, said) = failed(root.path(), &["review", "--plan", "plan.json"]);
        assert!(code == Some(2) && said.contains(expected), "{said}");
    };
    whole["errored"] = true.into();
    write(&whole);
    said("this plan is incomplete (`errored`)");
    whole["errored"] = false.into();
    for side in ["prior_state", "planned_values"] {
        whole[side] = serde_json::json!({});
    }
    whole["resource_changes"] = serde_json::json!([]);
    write(&whole);
    said("missing `aws_api_gateway_rest_api`: the plan has no REST API, before or after it");
    fs::write(&plan, "{}").unwrap();
    said("it must be a plan from `terraform show -json`");
    let two = ["review", "--plan", "plan.json", "--plan", "plan.json"];
    let (code, text) = failed(root.path(), &two);
    assert!(
        code == Some(2) && text.contains("without a spec, `--plan` must name one plan"),
        "{text}"
    );
}

/// A change that deletes the spec is reviewed as that, with its plan or without.
#[test]
fn a_deleted_spec_is_not_reviewed_as_if_there_had_been_none() {
    let (root, _) = opened();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args([
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(root.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
        assert!(git.output_in_time().unwrap().status.success());
    };
    let spec = include_str!("../../portcullis.toml");
    git(&["init", "-q"]);
    fs::write(root.path().join("portcullis.toml"), spec).unwrap();
    git(&["add", "portcullis.toml"]);
    git(&["commit", "-qm", "x"]);
    fs::remove_file(root.path().join("portcullis.toml")).unwrap();
    let (code, said) = failed(root.path(), &["review", "--plan", "plan.json"]);
    assert!(code == Some(2) && said.contains("missing spec"), "{said}");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "y"]);
    // From now on, there is none.
    let (code, said) = failed(root.path(), &["review", "--plan", "plan.json"]);
    assert_eq!(code, Some(1), "{said}");
}
