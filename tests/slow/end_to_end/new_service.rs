//! The first hour with a service of one's own: nothing but the program, and a folder outside of this repository.

use std::fs;
use std::path::Path;

use portcullis_test_support::in_time::InTime;

use crate::support::{Ended, PORTCULLIS, Project, curl, run, run_with_input, token};

#[test]
fn a_new_service_runs_and_gets_functions() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("portcullis");
    fs::copy(PORTCULLIS, &program).unwrap();
    let service = Project::written_by(&program, &["--name", "catalogue"]);
    let portcullis = |arguments: &[&str]| run(service.command(&program).args(arguments)).succeeded();
    portcullis(&["generate", "--check"]);

    portcullis(&["apply"]);
    let url = service.api_url();
    assert_eq!(curl("GET", &format!("{url}/open"), &[]).status, 200);
    assert_eq!(curl("GET", &url, &[]).status, 401);

    portcullis(&["new", "function", "orders", "--route", "GET /orders"]);
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
    portcullis(&["apply"]);
    service.assert_nothing_to_change();
    lints_and_tests(&service, &program);
    let health = curl("GET", &format!("{url}/health"), &[]);
    assert_eq!(
        (health.status, &*health.body),
        (200, r#"{"message":"hello from health"}"#)
    );
    let orders = format!("{url}/orders");
    assert_eq!(curl("GET", &orders, &[]).status, 401);
    let mut login = service.command(&program);
    login.args(["login", "--first", "--password-stdin"]);
    let token = format!(
        "Authorization: {}",
        token(run_with_input(&mut login, "Tested12\n"))
    );
    let answer = curl("GET", &orders, &[&token]);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["message"], "hello from orders");
    assert!(answer.json()["user"].is_string(), "{answer:?}");

    portcullis(&["destroy", "--yes"]);
    assert_eq!(service.processes(), [""; 0], "processes are left");
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
