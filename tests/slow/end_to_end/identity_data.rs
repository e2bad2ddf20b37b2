//! An environment in AWS from its first apply to its end: what would lose its users is refused, and what the spec lets go
//! goes.

use std::fs;

use serde_json::Value;

use crate::support::{Aws, Project, text};

const SPEC: &str = r#"
[service]
name   = "keep"
region = "us-east-1"

[user_pool]
name = "Customers"

[user_pool.clients.cli]
auth_flows = ["user_password"]

[functions.one]

[routes]
"GET /" = { function = "one", auth = "none" }

[environments.dev]
account             = "123456789012"
deletion_protection = false
"#;

/// A pool in hand-written HCL beside the generated files.
const STAFF: &str = r#"
resource "aws_cognito_user_pool" "staff" {
  name = "Staff"
}
"#;
const STAFF_FILE: &str = "terraform/environments/dev/staff.tf";

#[test]
fn users_are_lost_only_if_the_spec_accepts_it() {
    let (project, aws) = (Project::of("identity", SPEC), Aws::start());
    let in_environment = |name: &'static str, arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.splice(1..1, ["--env", name]);
        aws.portcullis(&project, &all)
    };
    let in_dev = |arguments: &[&str]| in_environment("dev", arguments);
    let outputs = |environment| in_environment(environment, &["outputs"]).succeeded().json();
    let generate = |spec: &str| {
        project.write("portcullis.toml", spec);
        project.portcullis(&["generate"]).succeeded();
    };
    let pools = || -> Vec<(String, String)> {
        let listed = aws.ask(&["cognito-idp", "list-user-pools", "--max-results", "60"]);
        let mut pools: Vec<_> = listed["UserPools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pool| (text(pool, "Name"), text(pool, "Id")))
            .collect();
        pools.sort();
        pools
    };
    let protection = |environment| -> Value {
        let id = text(&outputs(environment), "user_pool_id");
        aws.ask(&["cognito-idp", "describe-user-pool", "--user-pool-id", &id])["UserPool"]["DeletionProtection"].clone()
    };

    // Before the first apply there is nothing to destroy, and no first user is needed.
    in_dev(&["destroy", "--yes"])
        .succeeded()
        .failed(0, "`dev` is empty already");

    generate(SPEC);
    project.write(STAFF_FILE, STAFF);
    in_dev(&["apply", "--yes", "--first-user", "me@example.com"]).succeeded();
    let first = pools();
    assert_eq!(first.len(), 2, "{first:?}");
    assert_eq!(protection("dev"), "INACTIVE");

    // Two pools would be deleted. Both are reported, and nothing happens. The same holds for a saved plan.
    let renamed = SPEC.replace("\"Customers\"", "\"People\"");
    generate(&renamed);
    fs::remove_file(project.path(STAFF_FILE)).unwrap();
    in_dev(&["apply", "--yes"])
        .failed(
            1,
            "`user_pool.name` changes from `Customers` to `People`: every user is lost",
        )
        .failed(1, "`aws_cognito_user_pool.staff` is deleted: every user is lost")
        .failed(
            1,
            r#"{ change = "pool_replaced", of = "user_pool", reason = "…" },"#,
        )
        .failed(
            1,
            r#"{ change = "pool_replaced", of = "aws_cognito_user_pool.staff", reason = "…" },"#,
        );
    let accepted = |until: &str| {
        let line = |of: &str| {
            format!(
                "  {{ change = \"pool_replaced\", of = \"{of}\", reason = \"Nobody came yet\"{until} }},\n"
            )
        };
        format!(
            "{renamed}\n[review]\naccept = [\n{}{}]\n",
            line("user_pool"),
            line("aws_cognito_user_pool.staff")
        )
    };
    generate(&accepted(", until = 2020-02-29"));
    in_dev(&["plan", "--out", "dev.tfplan"]).succeeded();
    in_dev(&["apply", "--plan", "dev.tfplan"]).failed(
        1,
        "expired `accept` entry: `pool_replaced` of `user_pool` was accepted until 2020-02-29",
    );
    assert_eq!(pools(), first);

    // Accepted losses happen.
    generate(&accepted(", until = 9999-12-31"));
    in_dev(&["apply", "--yes"]).succeeded();
    let second = pools();
    assert_eq!(second.len(), 1, "{second:?}");
    assert_eq!(second[0].0, "People");

    let api = text(&outputs("dev"), "rest_api_id");
    let stage = |api: &str| {
        aws.ask(&[
            "apigateway",
            "get-stage",
            "--rest-api-id",
            api,
            "--stage-name",
            "v1",
        ])
    };
    let deployed = stage(&api)["deploymentId"].clone();

    // An environment is renamed by keeping its state: its users, and the address of its API, stay.
    let before = outputs("dev");
    let moved = |spec: &str| spec.replace("[environments.dev]", "[environments.test]");
    let protected = moved(&renamed.replace("deletion_protection = false\n", ""));
    generate(&protected);
    let state =
        |environment: &str| project.path(&format!("terraform/environments/{environment}/terraform.tfstate"));
    fs::rename(state("dev"), state("test")).unwrap();
    in_environment("test", &["apply", "--yes"]).succeeded();
    let after = outputs("test");
    for kept in ["api_url", "user_pool_id", "user_pool_client_id", "rest_api_id"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_eq!(pools(), second);
    assert_eq!(protection("test"), "ACTIVE");
    let stage = stage(&api);
    let deployments = aws.ask(&["apigateway", "get-deployments", "--rest-api-id", &api]);
    let deployments = deployments["items"].as_array().unwrap();
    assert_eq!(deployments.len(), 1, "{deployments:?}");
    assert_eq!(deployments[0]["id"], stage["deploymentId"]);
    assert_ne!(stage["deploymentId"], deployed);

    // Under AWS's own protection a pool would go only halfway, so it does not begin.
    let accepted = moved(&accepted("").replace("deletion_protection = false\n", ""));
    generate(&accepted.replace("\"People\"", "\"Guests\""));
    in_environment("test", &["apply", "--yes"])
        .failed(1, "`deletion_protection` is still on for")
        .failed(
            1,
            "apply `deletion_protection = false` under `[environments.test]`",
        );

    // The end: refused by name before anything is asked of anybody, then guided.
    generate(&protected);
    project
        .portcullis(&["destroy", "--env", "test", "--yes"])
        .failed(1, "can't delete `test`")
        .failed(
            1,
            "write `deletion_protection = false` under `[environments.test]`",
        );
    assert_eq!(pools(), second);
    project.write("portcullis.toml", &moved(&renamed));
    in_environment("test", &["destroy", "--yes"])
        .succeeded()
        .failed(0, "Turning deletion protection off")
        .failed(0, "Deleted everything of `test` in AWS");
    assert_eq!(pools(), []);
    let functions = aws.ask(&["lambda", "list-functions"]);
    assert_eq!(functions["Functions"], Value::Array(vec![]));
    // It can be repeated.
    in_environment("test", &["destroy", "--yes"])
        .succeeded()
        .failed(0, "`test` is empty already");
}
