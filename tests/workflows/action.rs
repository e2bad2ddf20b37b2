//! The steps of `action.yml`, as the runner starts them: a review of a real plan, and one comment that is updated in place.

use std::fs;
use std::path::Path;

use portcullis_test_support::existing_terraform;
use serde_json::{Value, json};

use super::api::{Answer, Api, Request};
use super::files::ACTION;
use super::{Ended, command, run, yaml};

const MARKER: &str = "<!-- portcullis review of a plan: dev -->";

/// The script of a step, by its name.
fn script(name: &str) -> String {
    let action = yaml(ACTION);
    let steps = action["runs"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == name);
    step.unwrap()["run"].as_str().unwrap().to_owned()
}

fn step(folder: &Path, name: &str, variables: &[(&str, &str)]) -> Ended {
    let mut bash = command("bash");
    bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script(name)])
        .current_dir(folder)
        .env("RUNNER_TEMP", folder)
        .env("GITHUB_OUTPUT", folder.join("output"))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary"))
        .envs(variables.iter().copied());
    run(&mut bash)
}

/// Reviews the plan of a case, and returns the outputs and the report.
fn review(case: &str, accept: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let cases = existing_terraform::cases();
    let case = cases.iter().find(|one| one.path().ends_with(case)).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("plan.json", &case.plan().to_string());
    write(
        "ours.toml",
        "accept = [{ change = \"route_opened\", of = \"GET /orders/{id}\", reason = \"Ours\" }]\n",
    );
    let variables = [
        ("ACCEPT", accept),
        ("PLAN", "plan.json"),
        ("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis")),
        ("ROOT", "."),
    ];
    step(folder.path(), "Review", &variables).succeeded();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("summary"), read("portcullis-review.md"));
    (read("output"), read("summary"))
}

#[test]
fn a_review_says_if_a_change_is_blocked_and_shows_all_of_it() {
    let (output, report) = review("orders/cases/route_opened", "");
    assert!(output.ends_with("\nblocked=true\n"), "{output}");
    assert!(
        report.contains("❌ `GET /orders/{id}` becomes **public**"),
        "{report}"
    );
    let (output, report) = review("orders/cases/route_opened", "ours.toml");
    assert!(output.ends_with("\nblocked=false\n"), "{output}");
    assert!(report.contains("accepted: `Ours`"), "{report}");
}

#[test]
fn a_plan_that_cannot_be_read_fails_the_step() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.json"), "{}").unwrap();
    let variables = [
        ("ACCEPT", ""),
        ("PLAN", "plan.json"),
        ("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis")),
        ("ROOT", "."),
    ];
    step(folder.path(), "Review", &variables).failed("it must be a plan");
    assert!(!folder.path().join("output").exists());
}

fn comment(api: &Api, name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("review.md");
    fs::write(&report, "`GET /x` becomes **public** $(id)\n").unwrap();
    let variables = [
        ("COMMIT", "0123abc"),
        ("GH_TOKEN", "secret"),
        ("NAME", name),
        ("NUMBER", "7"),
        ("REPORT", report.to_str().unwrap()),
        ("GITHUB_API_URL", &api.address),
        ("GITHUB_REPOSITORY", "me/hello"),
        ("GITHUB_RUN_ID", "99"),
        ("GITHUB_SERVER_URL", "https://github.com"),
    ];
    step(folder.path(), "Write or update the comment", &variables).succeeded();
}

fn listed(comments: Vec<Value>) -> impl Fn(&Request) -> Answer {
    move |request| match request.method.as_str() {
        "GET" => Answer::Json(comments.clone().into()),
        _ => Answer::Json(json!({})),
    }
}

#[test]
fn each_review_has_one_comment() {
    let before = json!([
        {"id": 1, "user": {"login": "somebody"}, "body": format!("{MARKER}\nmine")},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "<!-- portcullis review of a plan -->\nother"},
        {"id": 3, "user": {"login": "github-actions[bot]"}, "body": format!("{MARKER}\nbefore")},
    ]);
    let before = before.as_array().unwrap().clone();
    let api = Api::start(listed(before.clone()));
    comment(&api, "dev");
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    let target = "/repos/me/hello/issues/comments/3";
    assert_eq!((write.method.as_str(), write.target.as_str()), ("PATCH", target));
    let body = write.json()["body"].as_str().unwrap().to_owned();
    assert!(
        body.starts_with(&format!("{MARKER}\n`GET /x` becomes **public** $(id)\n")),
        "{body}"
    );

    let api = Api::start(listed(before));
    comment(&api, "prod");
    let [write] = &api.writes()[..] else {
        panic!("{:?}", api.requests())
    };
    let target = "/repos/me/hello/issues/7/comments";
    assert_eq!((write.method.as_str(), write.target.as_str()), ("POST", target));
    assert_eq!(write.header("authorization"), Some("Bearer secret"));
}
