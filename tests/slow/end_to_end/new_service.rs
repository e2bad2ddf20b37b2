//! The first hour with a service of one's own, as the README shows it: a wheel in an empty Python environment, and a folder
//! outside of this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use portcullis_test_support::in_time::InTime;

use crate::support::{Ended, Project, curl, run};

/// A command of the README, and the lines of its output that are shown.
struct Shown {
    command: String,
    lines: Vec<String>,
}

#[test]
fn a_new_service_runs_and_gets_functions() {
    let folder = tempfile::tempdir().unwrap();
    let program = installed(folder.path());
    let shown = readme();
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
    for shown in shown {
        type_in(&service, &program, shown);
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
    portcullis(&["apply"]);
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

    type_in(&service, &program, down);
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

/// The commands that the README shows.
fn readme() -> Vec<Shown> {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, block) = readme
        .split_once("<!-- run: your own service -->\n```console\n")
        .unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let mut shown: Vec<Shown> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => shown.push(Shown {
                command: command.into(),
                lines: Vec::new(),
            }),
            None => shown.last_mut().unwrap().lines.push(line.into()),
        }
    }
    shown
}

/// Types a command of the README into a shell without a terminal. It prints what the README shows, up to `…`.
fn type_in(service: &Project, program: &Path, shown: &Shown) {
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut shell = service.command("setsid");
    shell
        .args(["--wait", "bash", "-c", &shown.command])
        .env("PATH", path);
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "you");
        shell.env(format!("GIT_{who}_EMAIL"), "you@example.com");
    }
    let ended = run(&mut shell);
    let is_refused = shown.lines.iter().any(|line| line.ends_with("401 Unauthorized"));
    assert_eq!(
        ended.status,
        i32::from(is_refused),
        "{}: {}",
        shown.command,
        ended.stderr
    );
    for line in &shown.lines {
        let is_shown = |printed: &str| match line.split_once('…') {
            Some((start, _)) => printed.starts_with(start),
            None => printed == line,
        };
        let mut printed = ended.stdout.lines().chain(ended.stderr.lines());
        assert!(
            printed.any(is_shown),
            "{}: `{line}` is not in {ended:?}",
            shown.command
        );
    }
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
