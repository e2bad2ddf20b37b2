//! Environments in AWS, as far as they go without AWS. The command is refused at once, before anything is built,
//! written or started.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Ended, PORTCULLIS, Project, run};

/// The variables without which neither Terraform nor the AWS CLI finds credentials.
const NO_CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_CONFIG_FILE", "/nowhere"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

/// Runs `portcullis apply --env dev` with more arguments and variables, without a terminal.
fn apply(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let before = project.files();
    let started = Instant::now();
    let mut command = project.command("setsid");
    command.args(["--wait", &*PORTCULLIS, "apply", "--env", "dev"]);
    command.args(arguments).envs(NO_CREDENTIALS);
    let ended = run(command.envs(variables.iter().copied()));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(30), "it took {took:?}");
    assert!(project.files() == before, "something was written");
    assert_eq!(project.processes(), [""; 0]);
    assert_eq!(ended.stdout, "");
    ended
}

/// The demo with a bucket of its own for the state of `dev`.
fn demo() -> Project {
    let project = Project::demo();
    let spec = project.read("portcullis.toml");
    project.write(
        "portcullis.toml",
        &spec.replace("my-terraform-state", "hello-state"),
    );
    project.portcullis(&["generate"]).succeeded();
    project
}

#[test]
fn without_a_terminal_and_a_yes_aws_is_not_touched() {
    apply(&demo(), &[], &[]).failed(1, "missing `--yes`: there is no terminal to ask in");
}

#[test]
fn without_credentials_it_fails_at_once_and_says_how_to_get_some() {
    apply(&demo(), &["--yes"], &[])
        .failed(3, "missing credentials for AWS")
        .failed(3, "help: sign in");
}

#[test]
fn commands_that_only_read_the_state_also_say_that_credentials_are_missing() {
    let project = demo();
    for arguments in [
        &["outputs", "--env", "dev"][..],
        &["login", "--env", "dev"],
        &["call", "--env", "dev", "GET", "/open"],
    ] {
        let mut command = project.command(&*PORTCULLIS);
        let ended = run(command.args(arguments).envs(NO_CREDENTIALS));
        ended
            .failed(3, "missing credentials for AWS")
            .failed(3, "help: sign in with `aws sso login`");
    }
}

#[test]
fn an_endpoint_override_is_refused_by_name() {
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] {
        apply(&demo(), &["--yes"], &[(variable, "http://127.0.0.1:1")])
            .failed(2, &format!("can't use AWS: `{variable}`"));
    }
}

#[test]
fn an_environment_that_the_spec_does_not_have_is_wrong_use() {
    let project = demo();
    let mut command = Command::new(&*PORTCULLIS);
    command.arg("--project").arg(project.path(""));
    run(command.args(["apply", "--env", "prod", "--yes"]))
        .failed(2, "unknown environment `prod`")
        .failed(2, "help: choose one of: dev, local");
}

#[test]
fn another_account_than_the_specs_is_refused_with_any_rights() {
    let project = demo();
    let spec = project.read("portcullis.toml");
    project.write(
        "portcullis.toml",
        &spec.replace(
            "[environments.dev]",
            "[environments.dev]\naccount = \"111111111111\"",
        ),
    );
    let path = signed_in_as(&project, "222222222222");
    let refused = apply(&project, &["--yes"], &[("PATH", &path)]);
    refused
        .failed(
            1,
            "`dev` must be deployed to account 111111111111, but the credentials belong to 222222222222",
        )
        .failed(1, "help: use credentials of that account");
}

#[test]
fn a_saved_plan_has_to_be_one_of_the_environment_with_the_code_that_is_here() {
    let project = demo();
    let path = signed_in_as(&project, "111111111111");
    let portcullis =
        |arguments: &[&str]| run(project.command(&*PORTCULLIS).args(arguments).env("PATH", &path));
    let plan = |environment: &str| {
        json!({
            "format_version": "1.2",
            "configuration": {
                "provider_config": {"aws": {"expressions": {"default_tags": [
                    {"tags": {"constant_value": {"Service": "hello"}}}
                ]}}},
                "root_module": {"module_calls": {"service": {"expressions": {
                    "environment": {"constant_value": environment}
                }}}}
            },
            "resource_changes": [{"mode": "managed", "type": "aws_lambda_function", "change": {"after": {
                "filename": "../../artifacts/x86_64/open.zip",
                "function_name": "hello-dev-open",
                "source_code_hash": "planned",
            }}}]
        })
    };
    for (environment, status, sentence) in [
        (
            "prod",
            2,
            "must be a plan of `dev` of `hello`, but it is one of `prod` of `hello`",
        ),
        ("dev", 1, "artifacts/x86_64/open.zip`, is missing"),
    ] {
        project.write("plan.json", &plan(environment).to_string());
        portcullis(&["apply", "--env", "dev", "--plan", "plan.json"]).failed(status, sentence);
    }

    // A saved plan for AWS must match the committed files.
    let spec = project.read("portcullis.toml");
    project.write("portcullis.toml", &spec.replace("GET /open", "GET /opened"));
    portcullis(&["plan", "--env", "dev", "--out", "dev.tfplan"])
        .failed(1, "terraform/ is out of date")
        .failed(
            1,
            "help: run `portcullis generate`, then review and commit the result",
        );
    assert!(!project.path("dev.tfplan").exists());
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn nothing_runs_in_aws_that_a_file_beside_the_generated_ones_brings_along() {
    let project = demo();
    let spec = project.read("portcullis.toml");
    let spec = spec.replace(
        "[environments.dev]",
        "[environments.dev]\ndeletion_protection = false",
    );
    project.write("portcullis.toml", &spec);
    project.portcullis(&["generate"]).succeeded();
    let marker = project.path("it-ran");
    let program = format!(
        "data \"external\" \"x\" {{\n  program = [\"touch\", {:?}]\n}}\n",
        marker.to_str().unwrap()
    );
    project.write("terraform/environments/dev/z.tf", &program);
    let path = signed_in_as(&project, "111111111111");
    for command in [
        &["apply", "--env", "dev", "--yes"][..],
        &["plan", "--env", "dev"],
        &["plan", "--env", "dev", "--detailed-exitcode"],
        &["apply", "--env", "dev", "--plan", "kept.tfplan"],
        &["destroy", "--env", "dev", "--yes"],
    ] {
        project.write("kept.tfplan", "PK\u{3}\u{4}");
        run(project.command(&*PORTCULLIS).args(command).env("PATH", &path))
            .failed(
                1,
                "`data.external.x` in `terraform/environments/dev/z.tf` needs another provider",
            )
            .failed(1, "of = \"terraform/environments/dev/z.tf: data.external.x\"");
        assert!(
            !project.path("terraform/environments/dev/.terraform").exists(),
            "{command:?}"
        );
    }
    assert!(!marker.exists());
}

/// Returns a PATH on which the AWS CLI reports an identity of an account.
fn signed_in_as(project: &Project, account: &str) -> String {
    let said = format!(
        r#"{{"UserId": "AIDA", "Account": "{account}", "Arn": "arn:aws:iam::{account}:user/someone"}}"#
    );
    let program = format!("#!/bin/sh\n[ \"$1 $2\" = 'sts get-caller-identity' ] && echo '{said}'\n");
    project.write("bin/aws", &program);
    fs::set_permissions(project.path("bin/aws"), fs::Permissions::from_mode(0o755)).unwrap();
    format!(
        "{}:{}",
        project.path("bin").display(),
        std::env::var("PATH").unwrap()
    )
}
