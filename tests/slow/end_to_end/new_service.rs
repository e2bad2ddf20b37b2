//! The first hour with a service of one's own, as the README shows it: a wheel in an empty Python environment, and a folder
//! outside of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_test_support::console;
use portcullis_test_support::in_time::InTime;

use crate::support::{Ended, Project, curl, run};

const README: &str = include_str!("../../../README.md");

#[test]
fn a_new_service_runs_and_gets_functions() {
    let folder = tempfile::tempdir().unwrap();
    let program = installed(folder.path());
    let shown = console::commands(console::block(README, "your own service"));
    let [new, cd, shown @ .., down] = &shown[..] else {
        panic!("the README shows fewer commands")
    };
    assert_eq!(
        (&*new.command, &*cd.command),
        ("portcullis new catalogue", "cd catalogue")
    );
    let service = Project::written_by(&program, "catalogue");
    let portcullis = |arguments: &[&str]| run(service.command(&program).args(arguments)).succeeded();
    portcullis(&["generate", "--check"]);
    let mut console = service.console(program.parent().unwrap());
    for shown in shown {
        console.type_in(shown);
    }
    service.assert_nothing_to_change();

    let health = [
        "new",
        "function",
        "health",
        "--route",
        "GET /health",
        "--bin-of",
        "orders",
    ];
    let public = ["--auth", "none", "--reason", "Health check of the load balancer"];
    portcullis(&[&health[..], &public].concat());
    for function in [
        ["report", "--schedule", "rate(1 hour)"],
        ["mailer", "--queue", "mails"],
    ] {
        portcullis(&[&["new", "function"], &function[..]].concat());
    }
    portcullis(&["apply"]);
    portcullis(&["invoke", "report", "--schedule"]);
    lints_and_tests(&service, &program);
    let url = service.api_url();
    assert_eq!(curl("GET", &format!("{url}/open"), &[]).status, 200);
    let health = curl("GET", &format!("{url}/health"), &[]);
    assert_eq!(
        (health.status, &*health.body),
        (200, r#"{"message":"hello from health"}"#)
    );
    let answer = portcullis(&["call", "GET", "/orders"]).json();
    assert_eq!(answer["message"], "hello from orders");
    assert!(answer["user"].is_string(), "{answer}");

    console.type_in(down);
    assert_eq!(service.processes(), [""; 0], "processes are left");
}

/// Installs the wheel of this build. Returns the program.
fn installed(folder: &Path) -> PathBuf {
    let wheels = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/wheels");
    _ = fs::remove_dir_all(&wheels);
    run(Command::new("scripts/wheel.sh")
        .arg("dev")
        .current_dir(env!("CARGO_MANIFEST_DIR")))
    .succeeded();
    let built: Vec<_> = fs::read_dir(wheels)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let [wheel] = &built[..] else { panic!("{built:?}") };
    let environment = folder.join("venv");
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment)).succeeded();
    let pip = ["install", "--quiet", "--no-index", "--disable-pip-version-check"];
    run(Command::new(environment.join("bin/pip")).args(pip).arg(wheel)).succeeded();
    environment.join("bin/portcullis")
}

/// The targets that a pipeline runs.
fn lints_and_tests(service: &Project, program: &Path) {
    for target in ["lint", "check", "test"] {
        let mut make = service.command("make");
        make.arg(target).env("PORTCULLIS", program);
        // The crates of others are compiled already.
        let compiled = Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/target");
        make.env("CARGO_TARGET_DIR", compiled);
        let ended: Ended = make.output_in_time().unwrap().into();
        ended.succeeded();
    }
}
