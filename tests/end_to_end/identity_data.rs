//! An environment in AWS from its first apply to its end: what would lose its users is refused, and what the spec lets go
//! goes.

use std::fs;

use serde_json::Value;

use crate::support::{Aws, Ended, Project, text};

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

/// A pool that somebody wrote beside the generated tree.
const STAFF: &str = r#"
resource "aws_cognito_user_pool" "staff" {
  name = "Staff"
}
"#;
const STAFF_FILE: &str = "terraform/environments/dev/staff.tf";

#[test]
fn users_are_lost_only_where_the_spec_says_so() {
    let (project, aws) = (Project::of("identity", SPEC), Aws::start());
    let in_dev = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.splice(1..1, ["--env", "dev"]);
        aws.portcullis(&project, &all)
    };
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
    let protection = || -> Value {
        let id = text(&outputs(&in_dev(&["outputs"]).succeeded()), "user_pool_id");
        aws.ask(&["cognito-idp", "describe-user-pool", "--user-pool-id", &id])["UserPool"]["DeletionProtection"].clone()
    };

    // Where nothing was ever applied there is nothing to destroy, and nobody to be named for it.
    in_dev(&["destroy", "--yes"])
        .succeeded()
        .failed(0, "Nothing is left in `dev`");

    generate(SPEC);
    project.write(STAFF_FILE, STAFF);
    in_dev(&["apply", "--yes", "--your-email", "me@example.com"]).succeeded();
    let first = pools();
    assert_eq!(first.len(), 2, "{first:?}");
    assert_eq!(protection(), "INACTIVE");

    // Two pools would go, each is told, and nothing happens. The same of a plan that was kept.
    let renamed = SPEC.replace("\"Customers\"", "\"People\"");
    generate(&renamed);
    fs::remove_file(project.path(STAFF_FILE)).unwrap();
    in_dev(&["apply", "--yes"])
        .failed(
            1,
            "`user_pool.name` changes from `Customers` to `People`: every user is lost",
        )
        .failed(
            1,
            "`aws_cognito_user_pool.staff` would be deleted: every user is lost",
        )
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
        "`pool_replaced` of `user_pool` was accepted until 2020-02-29, and that day is over",
    );
    assert_eq!(pools(), first);

    // What somebody answers for goes.
    generate(&accepted(", until = 9999-12-31"));
    in_dev(&["apply", "--yes"]).succeeded();
    let second = pools();
    assert_eq!(second.len(), 1, "{second:?}");
    assert_eq!(second[0].0, "People");

    // Under AWS's own protection it would go only halfway, so it does not begin.
    let protected = renamed.replace("deletion_protection = false\n", "");
    generate(&protected);
    in_dev(&["apply", "--yes"]).succeeded();
    assert_eq!(protection(), "ACTIVE");
    generate(
        &accepted("")
            .replace("deletion_protection = false\n", "")
            .replace("\"People\"", "\"Guests\""),
    );
    in_dev(&["apply", "--yes"])
        .failed(1, "its `deletion_protection` is still on")
        .failed(
            1,
            "apply `deletion_protection = false` under `[environments.dev]`",
        );

    // The end: refused by name before anything is asked of anybody, then guided.
    generate(&protected);
    project
        .portcullis(&["destroy", "--env", "dev", "--yes"])
        .failed(1, "`dev` is protected")
        .failed(
            1,
            "write `deletion_protection = false` under `[environments.dev]`",
        );
    assert_eq!(pools(), second);
    project.write("portcullis.toml", &renamed);
    in_dev(&["destroy", "--yes"])
        .succeeded()
        .failed(0, "Taking the deletion protection off the user pool")
        .failed(0, "Nothing of `dev` is left in AWS");
    assert_eq!(pools(), []);
    let functions = aws.ask(&["lambda", "list-functions"]);
    assert_eq!(functions["Functions"], Value::Array(vec![]));
    // It can be repeated.
    in_dev(&["destroy", "--yes"])
        .succeeded()
        .failed(0, "Nothing is left in `dev`");
}

fn outputs(ended: &Ended) -> Value {
    ended.json()
}
