//! `plan --detailed-exitcode` has Terraform's exit codes: 0 no changes, 1 any error, 2 changes
//! (<https://developer.hashicorp.com/terraform/cli/commands/plan#detailed-exitcode>). That changes are 2 and none are 0
//! is in `end_to_end`, with a real Terraform.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::process::{Command, Stdio};

use tempfile::TempDir;

fn code(folder: &TempDir, arguments: &[&str]) -> i32 {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("YOUR_EMAIL")
        .stdin(Stdio::null())
        .output_in_time()
        .unwrap();
    assert!(!output.stderr.is_empty(), "{arguments:?} fails without a word");
    output.status.code().unwrap()
}

/// A script that applies on 2 must not apply on a typo.
#[test]
fn failures_are_1_if_2_means_changes() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("portcullis.toml");
    for text in ["", "[service]\nname = 1\n", include_str!("../portcullis.toml")] {
        std::fs::write(&spec, text).unwrap();
        for arguments in [
            &["plan", "--detailed-exitcode", "--env", "nowhere"][..],
            &["plan", "--detailed-exitcode", "--evn", "dev"],
            &["plan", "--detailed-exitcode", "--out", "no/such/folder/plan"],
            &["paln", "--detailed-exitcode"],
            &["plan", "--detailed-exitcod"],
            &["plan", "--detailed-exit-code"],
            &["plan", "-detailed-exitcode"],
            &["--project", "/nowhere", "plan", "--detailed-exitcode"],
        ] {
            assert_eq!(code(&folder, arguments), 1, "{arguments:?} of {text}");
        }
    }
}

#[test]
fn other_commands_keep_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("portcullis.toml"), "").unwrap();
    for arguments in [
        &["plan", "--evn", "dev"][..],
        &["plan"],
        &["generate", "--check"],
        &["nothing"],
    ] {
        assert_eq!(code(&folder, arguments), 2, "{arguments:?}");
    }
}
