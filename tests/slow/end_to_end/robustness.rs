//! Failures of real machines, and how a local environment recovers from them.

use portcullis_test_support::in_time::InTime;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::calls::{CREATE_FUNCTION, calls, last};
use crate::support::{Ended, PORTCULLIS, Project, Running, curl, run, text, token, wait_until};

#[test]
fn a_wrong_spec_writes_nothing_and_starts_nothing() {
    let project = Project::demo();
    let spec = project.read("portcullis.toml");
    project.write(
        "portcullis.toml",
        &spec.replace("auth = \"none\"", "auth = \"nobody\""),
    );
    let before = project.files();
    for arguments in [&["apply"][..], &["plan"], &["generate"]] {
        project.portcullis(arguments).failed(2, "portcullis.toml");
    }
    assert!(project.files() == before, "something was written");
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn a_first_user_without_an_email_address_is_refused_before_anything_starts() {
    let project = Project::demo();
    let before = project.files();
    let mut apply = project.command(&*PORTCULLIS);
    run(apply.arg("apply").env("YOUR_EMAIL", "nobody")).failed(2, "`--first-user` must be an email address");
    assert!(project.files() == before, "something was written");
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn a_tree_that_cannot_be_written_is_named() {
    let project = Project::demo();
    let file = "terraform/environments/local/main.tf";
    project.write(file, &(project.read(file) + "# Somebody's own remark\n"));
    let folder = project.path("terraform/environments/local");
    run(Command::new("chmod").arg("a-w").arg(&folder)).succeeded();
    // Root may write everywhere, but for a root without that capability.
    let mut generate = project.command("setpriv");
    if run(Command::new("id").arg("-u")).stdout.trim() == "0" {
        generate.arg("--bounding-set=-dac_override");
    }
    let refused = run(generate.args([&*PORTCULLIS, "apply"]));
    run(Command::new("chmod").arg("u+w").arg(&folder)).succeeded();
    refused
        .failed(3, "terraform/environments/local/main.tf")
        .failed(3, "ermission denied");
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn a_reader_may_stop_early() {
    let project = Project::demo();
    let mut surface = project.command(&*PORTCULLIS);
    surface
        .args(["surface", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = surface.spawn().unwrap();
    drop(child.stdout.take());
    let ended = Ended::from(child.output_in_time().unwrap()).succeeded();
    assert_eq!(ended.stderr, "");
}

#[test]
fn only_a_first_user_who_exists_keeps_another_one_out() {
    let project = Project::of(
        "first-user",
        r#"
            [service]
            name   = "first-user"
            region = "us-east-1"
            [user_pool.clients.cli]
            auth_flows = ["user_password"]
[functions.one]
            [routes]
            "GET /" = { function = "one" }
        "#,
    );
    let applying = |email: &str| {
        run(project
            .command(&*PORTCULLIS)
            .arg("apply")
            .env("YOUR_EMAIL", email))
    };
    let first_user = || text(&project.outputs(), "first_user_email");

    // Cognito takes no address without a top-level domain, so everything is there but the user.
    applying("typo@example.c").failed(3, "Username should be either an email or a phone number.");
    assert!(!project.resources("aws_cognito_user_pool").is_empty());
    assert_eq!(project.resources("aws_cognito_user").len(), 0);
    applying("you@example.com").succeeded();
    assert_eq!(first_user(), "you@example.com");
    applying("else@example.com").failed(2, "can't make `else@example.com` the first user of `local`");

    // The user went with the emulated AWS.
    let pid = project.read(".portcullis/local/control-plane/lock");
    run(Command::new("kill").args(["-KILL", pid.trim()])).succeeded();
    applying("Jane@Example.com").succeeded();
    assert_eq!(first_user(), "Jane@Example.com");

    // An address is the same in any case, to Terraform and to Cognito.
    applying("jane@example.com")
        .succeeded()
        .failed(0, "0 added, 0 changed, 0 destroyed");
    let invitation = project
        .portcullis(&["invitation", "jane@example.com"])
        .succeeded()
        .stdout;
    let outputs = project.outputs();
    let [pool, client] = ["user_pool_id", "user_pool_client_id"].map(|key| text(&outputs, key));
    let mut login = project.command(project.path("scripts/login_first.sh"));
    login.args([&pool, &client, "jane@example.com"]);
    let token = token(run(
        login.env("TEMPORARY_PASSWORD", invitation.lines().last().unwrap())
    ));
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(claims["email"], "Jane@Example.com");
    assert_eq!(claims["email_verified"], true);
    project.portcullis(&["destroy"]).succeeded();
}

/// Variables of a shell that would mislead Terraform, the provider, moto or the AWS CLI.
const HOSTILE: [(&str, &str); 20] = [
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    (
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    ("AWS_SESSION_TOKEN", "session"),
    ("AWS_PROFILE", "production"),
    ("AWS_REGION", "eu-west-3"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9"),
    ("AWS_CA_BUNDLE", "/nowhere"),
    ("TF_CLI_ARGS", "-destroy"),
    ("TF_CLI_ARGS_apply", "-destroy"),
    ("TF_CLI_ARGS_plan", "-destroy"),
    ("TF_WORKSPACE", "x"),
    ("TF_DATA_DIR", "/nowhere"),
    ("TF_CLI_CONFIG_FILE", "/nowhere"),
    ("TF_VAR_first_user_email", "else@example.com"),
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("http_proxy", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("ALL_PROXY", "http://127.0.0.1:9"),
    ("PYTHONHOME", "/nowhere"),
];

#[test]
fn a_local_environment_recovers_from_every_failure() {
    let project = Project::demo();
    let applying = |email: &str| {
        let mut apply = project.command(&*PORTCULLIS);
        apply.arg("apply").envs(HOSTILE).env("YOUR_EMAIL", email);
        apply
    };

    // Ctrl-C in the middle: Terraform saves its state, and the next apply makes the whole.
    let interrupted = Running::start(&mut applying("me@example.com"));
    let log = project.path(".portcullis/local/control-plane/log");
    let interrupted = interrupted.until("Terraform is in the middle", || {
        log.exists() && last(&calls(&project), CREATE_FUNCTION).is_some()
    });
    interrupted.interrupt();
    interrupted
        .ended()
        .failed(3, "`terraform apply` was interrupted")
        .failed(3, "help: run `portcullis apply` to finish it");
    let begun = project.resources("aws_iam_role").len();
    assert!(begun > 0, "Terraform's state holds nothing of what was begun");

    // Two at once: one after the other. The first user is the one that the first apply named.
    let mut one = applying("");
    let mut other = applying("me@example.com");
    let both = [Running::start(&mut one), Running::start(&mut other)].map(|apply| apply.ended().succeeded());
    assert!(
        both.iter()
            .any(|ended| ended.stderr.contains("Waiting for another command")),
        "{both:?}"
    );
    let outputs = project.outputs();
    assert_eq!(text(&outputs, "first_user_email"), "me@example.com");
    let api_url = text(&outputs, "api_url");
    let answers = || curl("GET", &format!("{api_url}/open"), &[]).status;
    assert_eq!(answers(), 200);
    project.assert_nothing_to_change();

    // Another first user would delete this one.
    let before = project.files();
    run(&mut applying("else@example.com"))
        .failed(2, "would delete the user `me@example.com`")
        .failed(
            2,
            "help: remove `--first-user` (and YOUR_EMAIL), or run `portcullis destroy` first",
        );
    assert!(project.files() == before, "something was changed");
    assert_eq!(answers(), 200);

    // The emulated AWS dies and takes everything with it, and another program takes its port. The data plane dies too.
    let port = |name: &str| {
        let ports: serde_json::Value =
            serde_json::from_str(&project.read(".portcullis/local/ports.json")).unwrap();
        u16::try_from(ports[name].as_u64().unwrap()).unwrap()
    };
    for name in ["control-plane", "data-plane"] {
        let pid = project.read(&format!(".portcullis/local/{name}/lock"));
        run(Command::new("kill").args(["-KILL", pid.trim()])).succeeded();
    }
    wait_until("moto ends with its proxy", || project.processes().is_empty());
    project
        .portcullis(&["outputs"])
        .failed(3, "the API of `local` is not running");
    let taken = port("control_plane");
    let _somebody = TcpListener::bind(("127.0.0.1", taken)).unwrap();
    run(&mut applying(""))
        .succeeded()
        .failed(
            0,
            "The emulated AWS restarted without its resources. Terraform creates them again",
        )
        .failed(0, &format!("port {taken} is in use by another program"));
    assert_ne!(port("control_plane"), taken);
    let rebuilt = project.outputs();
    assert_eq!(text(&rebuilt, "first_user_email"), "me@example.com");
    assert_ne!(rebuilt["user_pool_id"], outputs["user_pool_id"]);
    assert_eq!(text(&rebuilt, "api_url"), api_url, "the address stays the same");
    assert_eq!(answers(), 200);

    // The new pool's users sign in, also with a shell like this.
    let mut login = project.command(project.path("scripts/login_first.sh"));
    let ids = ["user_pool_id", "user_pool_client_id", "first_user_email"].map(|key| text(&rebuilt, key));
    login
        .args(ids)
        .envs(HOSTILE)
        .env_remove("AWS_ENDPOINT_URL")
        .env_remove("PYTHONHOME");
    let token = token(run(login.env("TEMPORARY_PASSWORD", project.temporary_password())));
    assert_eq!(
        curl("GET", &api_url, &[&format!("Authorization: {token}")]).status,
        200
    );

    let mut destroy = project.command(&*PORTCULLIS);
    run(destroy.arg("destroy").envs(HOSTILE)).succeeded();
    assert_eq!(project.processes(), [""; 0]);
}
