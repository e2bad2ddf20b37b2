//! Plans that are saved in a file and applied later: `plan --out`, `apply --plan`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use portcullis_foreign_text::printable::is_hidden;

use super::calls::{CREATE_DEPLOYMENT, DELETE_METHOD, calls, last};
use crate::support::{Project, curl, run, text};

const BEFORE: &str = r#"
[service]
name   = "kept"
region = "us-east-1"

[user_pool]
name         = "TestingUsers"
sign_in_with = ["email"]

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

# Terraform prints a value of several lines as it is.
[functions.one]
environment = { LINES = "first\nsecond\u001b[2J\u009b2J\u202e" }

[routes]
"GET /"      = { function = "one", auth = "none" }
"GET /going" = { function = "one", auth = "none" }
"#;

const GOING: &str = "\"GET /going\" = { function = \"one\", auth = \"none\" }\n";
const COMING: &str = "\"GET /coming\" = { function = \"one\", auth = \"none\" }\n";

#[test]
fn a_saved_plan_is_applied_exactly_and_only_where_it_fits() {
    let project = Project::of("saved plans", BEFORE);
    let plan = |file: &str| {
        let json = format!("{file}.json");
        project
            .portcullis(&["plan", "--out", file, "--json-out", &json])
            .succeeded()
    };
    let apply = |file: &str| project.portcullis(&["apply", "--plan", file]);

    // If the file can't be saved, nothing is built or started for it.
    project
        .portcullis(&["plan", "--out", "plans/first.tfplan"])
        .failed(2, "missing folder `plans`")
        .failed(2, "help: create it: `mkdir -p plans`");
    assert_eq!(project.processes(), [""; 0]);

    // The first apply of all, and its first user, out of the file.
    fs::create_dir(project.path("plans")).unwrap();
    let mut first = project.command(&*crate::support::PORTCULLIS);
    first
        .args([
            "plan",
            "--out",
            "plans/first.tfplan",
            "--json-out",
            "plans/first.json",
        ])
        .env("YOUR_EMAIL", "me@example.com");
    let shown = run(&mut first).succeeded();
    assert!(shown.stdout.contains("Plan: "), "{}", shown.stdout);
    assert!(
        shown.stdout.contains("second\\u001B[2J\\u009B2J\\u202E\n"),
        "{}",
        shown.stdout
    );
    assert!(
        !shown.stdout.contains(|c| c != '\n' && is_hidden(c)),
        "{}",
        shown.stdout
    );
    shown.failed(0, "portcullis apply --env local --plan plans/first.tfplan");
    for file in ["plans/first.tfplan", "plans/first.json"] {
        let mode = fs::metadata(project.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let json: serde_json::Value = serde_json::from_str(&project.read("plans/first.json")).unwrap();
    assert!(!json["resource_changes"].as_array().unwrap().is_empty());
    apply("plans/first.tfplan").succeeded();
    assert_eq!(text(&project.outputs(), "first_user_email"), "me@example.com");
    let api_url = project.api_url();
    let status = |path: &str| curl("GET", &format!("{api_url}{path}"), &[]).status;
    assert_eq!((status("/going"), status("/coming")), (200, 403));

    // A plan changes nothing, and is applied only to the service, and with the code, that it was made of.
    project.write("portcullis.toml", &BEFORE.replace(GOING, COMING));
    plan("plans/there.tfplan");
    assert_eq!((status("/going"), status("/coming")), (200, 403));
    let zip = project
        .path("terraform/artifacts/local")
        .join(architecture())
        .join("one.zip");
    let code = fs::read(&zip).unwrap();
    fs::write(&zip, [&code[..], b"x"].concat()).unwrap();
    apply("plans/there.tfplan").failed(1, "one.zip`, differs from the planned one");
    fs::write(&zip, &code).unwrap();
    let other = project.read("portcullis.toml").replace("\"kept\"", "\"other\"");
    project.write("portcullis.toml", &other);
    apply("plans/there.tfplan").failed(
        2,
        "must be a plan of `local` of `other`, but it is one of `local` of `kept`",
    );
    project.write("portcullis.toml", &BEFORE.replace(GOING, COMING));

    // A run that ends before the second deployment, on a machine that is gone: the next one makes it.
    let mut terraform = project.command("terraform");
    terraform
        .args(["apply", "-input=false"])
        .arg(project.path("plans/there.tfplan"))
        .current_dir(project.path("terraform/environments/local"))
        .envs([
            ("AWS_ENDPOINT_URL", text(&project.outputs(), "endpoint").as_str()),
            ("AWS_ACCESS_KEY_ID", "123456789012"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ]);
    run(&mut terraform).succeeded();
    assert!(!deployed_after_the_deletion(&project));
    apply("plans/there.tfplan")
        .succeeded()
        .failed(0, "This plan was already applied. Nothing to change");
    assert!(deployed_after_the_deletion(&project));
    assert_eq!((status("/going"), status("/coming")), (403, 200));

    // And back, in one run, with the JSON file that a review reads. An older plan is out of date.
    project.write("portcullis.toml", BEFORE);
    plan("plans/back.tfplan");
    apply("plans/back.tfplan.json").succeeded();
    assert!(deployed_after_the_deletion(&project));
    assert_eq!((status("/going"), status("/coming")), (200, 403));
    apply("plans/there.tfplan")
        .failed(1, "the saved plan is out of date")
        .failed(1, "the plan was made from other files")
        .failed(1, "help: plan again");
    assert_eq!((status("/going"), status("/coming")), (200, 403));
    project.assert_nothing_to_change();
}

/// Returns whether a deployment was created after the last deletion of a method.
fn deployed_after_the_deletion(project: &Project) -> bool {
    let calls = calls(project);
    let last = |wanted: &str| last(&calls, wanted).unwrap();
    last(DELETE_METHOD) < last(CREATE_DEPLOYMENT)
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}
