//! `scripts/setup.sh`, with stand-ins for what would be asked of the network.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Ended, command, read, repository, run};

/// Runs the script in a folder of its own, with these programs first on the PATH.
fn set_up(folder: &Path, programs: &[(&str, &str)]) -> Ended {
    set_up_with(folder, programs, &[])
}

fn set_up_with(folder: &Path, programs: &[(&str, &str)], variables: &[(&str, &str)]) -> Ended {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(folder.join("scripts")).unwrap();
    fs::copy(repository("scripts/setup.sh"), folder.join("scripts/setup.sh")).unwrap();
    for (name, text) in programs {
        fs::write(bin.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut script = command(folder.join("scripts/setup.sh"));
    run(script.env("PATH", path).envs(variables.iter().copied()))
}

/// The version that the script pins of Terraform.
fn version() -> String {
    pinned("version")
}

fn pinned(variable: &str) -> String {
    let script = read("scripts/setup.sh");
    let behind = script.split_once(&format!("\n{variable}=")).unwrap().1;
    behind.lines().next().unwrap().to_string()
}

const QUIET: [(&str, &str); 2] = [("cargo", ""), ("rustup", "")];

#[test]
fn where_everything_is_there_nothing_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let terraform = format!("echo 'Terraform v{}'", version());
    let [cargo, rustup] = QUIET;
    set_up(
        folder.path(),
        &[cargo, rustup, ("terraform", &terraform), ("curl", "exit 7")],
    )
    .succeeded();
    assert!(!folder.path().join(".portcullis").exists());
}

#[test]
fn a_terraform_that_is_not_the_pinned_one_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let [cargo, rustup] = QUIET;
    let curl = r#"while [ "$1" != --output ]; do shift; done; echo no zip >"$2""#;
    set_up(
        folder.path(),
        &[
            cargo,
            rustup,
            ("terraform", "echo 'Terraform v1.0.0'"),
            ("curl", curl),
        ],
    )
    .failed(&format!("is not Terraform {}", version()))
    .failed("help: try again later");
    assert!(!folder.path().join(".portcullis").exists());
}

#[test]
fn every_job_has_the_rust_that_the_zips_were_planned_with() {
    let rust = pinned("rust");
    let (minor, _) = rust.rsplit_once('.').unwrap();
    for file in [".gitlab-ci.yml", ".gitlab/apply.yml"] {
        assert!(
            read(file).contains(&format!("image: rust:{minor}-")),
            "{file}: {rust}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let said = r#"echo "$*" >>calls"#;
    let programs = [
        ("cargo", ""),
        ("rustup", said),
        ("terraform", &format!("echo 'Terraform v{}'", version())),
    ];
    set_up_with(folder.path(), &programs, &[("CI", "true")]).succeeded();
    let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
    assert!(calls.contains(&format!("default {rust}\n")), "{calls}");
    // A user's own choice is not changed.
    fs::remove_file(folder.path().join("calls")).unwrap();
    set_up(folder.path(), &programs).succeeded();
    assert!(
        !fs::read_to_string(folder.path().join("calls"))
            .unwrap()
            .contains("default")
    );
}

#[test]
fn the_pinned_terraform_is_one_that_the_generated_code_takes() {
    let version = version();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap());
    assert!(
        (parts.next().unwrap(), parts.next().unwrap()) >= (1, 11),
        "{version}"
    );
}
