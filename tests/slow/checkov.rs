//! The generated files with the real checkov: nothing fails, and each skipped check is counted. The files of `local` are
//! left out, because it protects no data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use portcullis_test_support::in_time::InTime;
use serde_json::Value;

use crate::support::REPOSITORY;
use crate::support::terraform::generate;

const DEMO: &str = include_str!("../../portcullis.toml");
const SECURITY: &str = include_str!("../../docs/security.md");
/// Counts of skipped checks, which `UPDATE_GOLDEN=1` writes.
const SKIPPED: &str = "tests/checkov_skipped.json";

/// The checks of a report, each with the number of resources.
type Counts = BTreeMap<String, usize>;

/// Checks the files of a spec's AWS environments. Returns what failed, with its place, and what was skipped.
fn check(spec: &str) -> (Vec<String>, Counts) {
    let project = tempfile::tempdir().unwrap();
    generate(project.path(), spec);
    let terraform = project.path().join("terraform");
    fs::remove_dir_all(terraform.join("environments/local")).unwrap();
    // Without the option it asks its maker's server.
    let arguments = "--skip-download --framework terraform --output json --directory terraform";
    let output = Command::new(program())
        .args(arguments.split(' '))
        .current_dir(project.path())
        .output_in_time()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let results = |name: &str| report["results"][name].as_array().unwrap().clone();
    let passed = report["summary"]["passed"].as_u64().unwrap();
    assert!(passed > 40, "{passed} checks passed");
    assert_eq!(report["summary"]["parsing_errors"], 0);
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    let failed = results("failed_checks")
        .iter()
        .map(|check| format!("{} {}", text(check, "check_id"), text(check, "resource")))
        .collect();
    let mut skipped = Counts::new();
    for check in results("skipped_checks") {
        *skipped.entry(text(&check, "check_id")).or_default() += 1;
    }
    (failed, skipped)
}

fn program() -> PathBuf {
    let installed = Path::new(REPOSITORY).join("target/checkov/bin/checkov");
    let program = env::var_os("PORTCULLIS_CHECKOV").map_or(installed, PathBuf::from);
    assert!(
        program.is_file(),
        "this test needs checkov, which `make test` installs"
    );
    program
}

/// The spec in the document that turns on what checkov wants.
fn hardened() -> &'static str {
    let (_, rest) = SECURITY.split_once("<!-- hardened -->\n```toml\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn nothing_fails_and_every_skipped_check_is_counted() {
    let mut all = BTreeMap::new();
    for (name, spec) in [("demo", DEMO), ("hardened", hardened())] {
        let (failed, skipped) = check(spec);
        assert!(failed.is_empty(), "{name}: {failed:#?}");
        all.insert(name, skipped);
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&all).unwrap());
    let path = Path::new(REPOSITORY).join(SKIPPED);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), text);
}
