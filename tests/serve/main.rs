//! `serve` and `surface --state` with other files instead of a state, and with states that leave something open. Each
//! is an input error that names the next step.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

mod foreign_code;
mod log;
mod memory;
mod runtimes;
mod served;
mod stages;
mod start;

const BOOKSHOP: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/emulator/tests/fixtures/bookshop/state.json"
);
const KEYS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/emulator/tests/fixtures/keys/jwks.json"
);

fn portcullis(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1");
    command
}

/// Returns the error of a command that gets invalid input.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = portcullis(folder, arguments).output_in_time().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty() && !said.contains("panicked"), "{said}");
    said
}

/// The issuers of the bookshop's two pools.
fn issuers() -> Vec<String> {
    let state: Value = serde_json::from_str(&fs::read_to_string(BOOKSHOP).unwrap()).unwrap();
    let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
    resources
        .iter()
        .filter(|resource| resource["type"] == "aws_cognito_user_pool")
        .map(|pool| format!("https://{}", pool["values"]["endpoint"].as_str().unwrap()))
        .collect()
}

#[test]
fn another_file_than_a_state_is_reported_with_the_next_step() {
    let folder = TempDir::new().unwrap();
    let bookshop = fs::read_to_string(BOOKSHOP).unwrap();
    let raw =
        r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{},"resources":[]}"#;
    let plan = r#"{"format_version":"1.2","planned_values":{"root_module":{}},"resource_changes":[]}"#;
    let cases: [(&str, &[u8], &str); 10] = [
        ("empty", b"", "it is empty: write it with `terraform show -json`"),
        (
            "cut",
            &bookshop.as_bytes()[..bookshop.len() / 2],
            "it is incomplete: write it again",
        ),
        (
            "terraform.tfstate",
            raw.as_bytes(),
            "run `terraform show -json terraform.tfstate > state.json`",
        ),
        (
            "plan.json",
            plan.as_bytes(),
            "this is a plan, but it must be a state",
        ),
        ("plan", b"PK\x03\x04rest", "is a plan file or another zip"),
        (
            "newer",
            br#"{"format_version":"2.0"}"#,
            "it must be version 1 of `terraform show -json`",
        ),
        ("else", b"{\"a\":1}", "`format_version` is missing"),
        ("list", b"[]", "it must be a state from `terraform show -json`"),
        ("bytes", b"\xff\xfe{\0", "must be UTF-8 text"),
        (
            "no_api",
            br#"{"format_version":"1.0"}"#,
            "missing `aws_api_gateway_rest_api` in the state: apply first",
        ),
    ];
    for (name, content, _) in cases {
        fs::write(folder.path().join(name), content).unwrap();
    }
    fs::create_dir(folder.path().join("folder")).unwrap();
    let large = fs::File::create(folder.path().join("large")).unwrap();
    large.set_len(200 << 20).unwrap();
    let others = [
        ("folder", "`folder` is a folder: name a file"),
        ("large", "`large` must have at most 100 MB"),
        (
            "gone",
            "missing file `gone`: write it with `terraform show -json > gone`",
        ),
    ];
    let cases = cases.map(|(name, _, sentence)| (name, sentence));
    for (name, sentence) in cases.into_iter().chain(others) {
        for command in ["serve", "surface"] {
            let said = refused(folder.path(), &[command, "--state", name]);
            assert!(
                said.contains(sentence) && said.contains(name),
                "{command} {name}: {said}"
            );
        }
    }
}

#[test]
fn one_of_several_apis_is_chosen() {
    let here = Path::new(".");
    for command in ["serve", "surface"] {
        let said = refused(here, &[command, "--state", BOOKSHOP]);
        assert!(
            said.contains("2 REST APIs: choose one of them with `--api NAME|ID`: `bookshop-openapi` (`"),
            "{said}"
        );
        let said = refused(here, &[command, "--state", BOOKSHOP, "--api", "toys"]);
        assert!(
            said.contains("unknown REST API `toys`: the state has `bookshop-openapi` (`"),
            "{said}"
        );
    }
    let arguments = [
        "surface",
        "--json",
        "--state",
        BOOKSHOP,
        "--api",
        "bookshop-openapi",
    ];
    let output = portcullis(here, &arguments).output_in_time().unwrap();
    let surface: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(surface["api"]["name"], "bookshop-openapi");
}

#[test]
fn everything_missing_is_reported_at_once_with_the_options_to_add() {
    let folder = TempDir::new().unwrap();
    let arguments = ["serve", "--state", BOOKSHOP, "--api", "bookshop-openapi"];
    let said = refused(folder.path(), &arguments);
    for name in ["echo", "open"] {
        let option = format!("\n  --function bookshop-{name}=PATH\n");
        assert!(said.contains(&option), "{said}");
    }
    for issuer in issuers() {
        let pool = issuer.rsplit('/').next().unwrap();
        let steps = format!(
            "\n  curl -o {pool}.json {issuer}/.well-known/jwks.json\n  --jwks {issuer}={pool}.json\n"
        );
        assert!(said.contains(&steps), "{said}");
    }
}

#[test]
fn the_reported_options_suffice_for_a_start() {
    let folder = TempDir::new().unwrap();
    let bootstrap: PathBuf = folder.path().join("bootstrap");
    fs::write(&bootstrap, "#!/bin/sh\n").unwrap();
    let mut arguments: Vec<String> = ["serve", "--state", BOOKSHOP, "--api", "bookshop-openapi"]
        .map(String::from)
        .into();
    for name in ["echo", "open"] {
        arguments.extend(["--function".into(), format!("{name}={}", bootstrap.display())]);
    }
    for issuer in issuers() {
        arguments.extend(["--jwks".into(), format!("{issuer}={KEYS}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut process = portcullis(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    process.kill().unwrap();
    process.wait_in_time().unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&ready["ready"], &ready["api"]),
        (&true.into(), &"bookshop-openapi".into())
    );
}

#[test]
fn other_users_cannot_read_files_of_the_server_with_any_umask() {
    use std::os::unix::fs::PermissionsExt;

    let folder = TempDir::new().unwrap();
    for name in ["temporary", "state"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let bootstrap: PathBuf = folder.path().join("bootstrap");
    fs::write(&bootstrap, "#!/bin/sh\n").unwrap();
    let mut arguments: Vec<String> = [
        "-c",
        r#"umask 000; exec "$@""#,
        "sh",
        env!("CARGO_BIN_EXE_portcullis"),
    ]
    .into_iter()
    .chain(["serve", "--state", BOOKSHOP, "--api", "bookshop-openapi"])
    .map(String::from)
    .collect();
    for name in ["echo", "open"] {
        arguments.extend(["--function".into(), format!("{name}={}", bootstrap.display())]);
    }
    for issuer in issuers() {
        arguments.extend(["--jwks".into(), format!("{issuer}={KEYS}")]);
    }
    let mut process = Command::new("sh")
        .args(&arguments)
        .current_dir(folder.path())
        .env("TMPDIR", folder.path().join("temporary"))
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let modes: Vec<(PathBuf, u32)> = ["temporary", "state"]
        .iter()
        .flat_map(|name| walkdir::WalkDir::new(folder.path().join(name)).min_depth(1))
        .map(Result::unwrap)
        .map(|entry| {
            (
                entry.path().to_owned(),
                entry.metadata().unwrap().permissions().mode() & 0o777,
            )
        })
        .collect();
    process.kill().unwrap();
    process.wait_in_time().unwrap();
    assert!(line.contains(r#""ready":true"#), "{line}");
    let names: Vec<_> = modes.iter().filter_map(|(path, _)| path.file_name()).collect();
    for name in ["code", "bootstrap", "logs", "deployments"] {
        assert!(names.contains(&std::ffi::OsStr::new(name)), "{modes:?}");
    }
    for (path, mode) in &modes {
        assert_eq!(mode & 0o077, 0, "{mode:o} {}", path.display());
    }
}

#[test]
fn keys_in_clear_text_come_from_this_machine_alone() {
    let folder = TempDir::new().unwrap();
    let jwks = format!("{}=http://keys.example.com/jwks.json", issuers()[0]);
    let said = refused(folder.path(), &["serve", "--state", BOOKSHOP, "--jwks", &jwks]);
    assert!(
        said.contains("`http://keys.example.com/jwks.json` must be a loopback address"),
        "{said}"
    );
}
