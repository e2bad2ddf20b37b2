//! Services without a user pool of their own, without any, and with an existing one. And users with second factors.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::{PORTCULLIS, Project, curl, run, run_with_input, text, token};

const WITHOUT_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[functions.notices]

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices", auth = "none" }

[environments.dev]
"#;

const WITH_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.notices]

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices" }

[environments.dev]
"#;

const WITH_EXISTING_POOL: &str = r#"
[service]
name   = "notices"
region = "us-east-1"

[user_pool]
existing = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Existing1"

[functions.notices]
environment = { POOL = "${user_pool.id}", POOL_ARN = "${user_pool.arn}" }

[routes]
"GET /notices"      = { function = "notices", auth = "none" }
"GET /notices/{id}" = { function = "notices" }

[environments.dev]
"#;

#[test]
fn a_service_without_a_pool_gets_one_and_gives_it_up() {
    let project = Project::of("notices", WITHOUT_POOL);
    let applied = project.portcullis(&["apply"]).succeeded();
    assert!(
        applied.stderr.contains("The service has no user pool"),
        "{}",
        applied.stderr
    );
    assert!(!applied.stderr.contains("scripts/login"), "{}", applied.stderr);
    let surface = project.is_as_its_spec();
    assert!(surface.authorizers.is_empty() && surface.user_pool.is_none());
    let get = |path: &str| curl("GET", &format!("{}{path}", project.api_url()), &[]).status;
    assert_eq!((get("/notices"), get("/notices/7")), (200, 200));
    let outputs = project.outputs();
    for key in [
        "user_pool_id",
        "user_pool_client_id",
        "first_user_email",
        "example_password",
    ] {
        assert_eq!(outputs[key], Value::Null, "{key}");
    }
    project
        .portcullis(&["invitation"])
        .failed(2, "the service has no user pool");
    let login = |arguments: &[&str]| run(project.command(project.path("scripts/login.sh")).args(arguments));
    login(&["client", "you@example.com", "Testing1"]).failed(2, "the service has no user pool");
    project
        .portcullis(&["apply", "--first-user", "me@example.com"])
        .failed(2, "the service has no user pool");

    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!((get("/notices"), get("/notices/7")), (200, 401));
    let token = project.sign_in_first();
    let authorization = format!("Authorization: {token}");
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);

    project.change(WITHOUT_POOL);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!(get("/notices/7"), 200);
    assert!(project.resources("aws_cognito_user_pool").is_empty());
    assert!(project.resources("aws_api_gateway_authorizer").is_empty());
    project.portcullis(&["destroy"]).succeeded();
    assert_eq!(project.processes(), [""; 0]);
}

#[test]
fn a_service_with_an_existing_pool_has_one_of_its_own_in_local() {
    let project = Project::of("notices", WITH_EXISTING_POOL);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    assert_eq!(surface.authorizers[0].pools, ["${user_pool}"]);
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[]).status, 401);
    let authorization = format!("Authorization: {}", project.sign_in_first());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);
    assert_eq!(text(&project.outputs(), "first_user_email"), "you@example.com");
    project.portcullis(&["destroy"]).succeeded();
}

#[test]
fn a_route_with_a_scope_takes_access_tokens_and_refuses_id_tokens() {
    let scoped = WITH_POOL.replace(
        r#""GET /notices/{id}" = { function = "notices" }"#,
        r#""GET /notices/{id}" = { function = "notices", scopes = ["aws.cognito.signin.user.admin"] }"#,
    );
    let project = Project::of("notices", &scoped);
    let applied = project.portcullis(&["apply"]).succeeded();
    let header = "-H \"Authorization: $(portcullis login --access-token)\"";
    assert!(applied.stderr.contains(header), "{}", applied.stderr);
    project.is_as_its_spec();
    let login = |arguments: &[&str]| token(project.portcullis(&[&["login"], arguments].concat()));
    let id_token = login(&["--first"]);
    let access_token = login(&["--access-token"]);
    project.portcullis(&["call", "GET", "/notices/7"]).succeeded();
    let url = format!("{}/notices/7", project.api_url());
    let status = |token: &str| curl("GET", &url, &[&format!("Authorization: {token}")]).status;
    assert_eq!((status(&id_token), status(&access_token)), (401, 200));

    // Both ways, in place.
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!((status(&id_token), status(&access_token)), (200, 401));
    project.change(&scoped);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!((status(&id_token), status(&access_token)), (401, 200));
    project.portcullis(&["destroy"]).succeeded();
}

#[test]
fn tokens_are_valid_for_as_long_as_their_client_says() {
    let lifetime = |token: &str| {
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    let flows = "auth_flows = [\"user_password\", \"refresh_token\"]";
    let shorter =
        "id_token_minutes = 5\naccess_token_minutes = 90\nrefresh_token_days = 1\ntoken_revocation = false";
    let shorter = WITH_POOL.replace(flows, &format!("{flows}\n{shorter}"));
    let project = Project::of("notices", &shorter);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    let client = text(&project.outputs(), "user_pool_client_id");
    let kept = |argument: &str| lifetime(&token(project.portcullis(&["login", argument])));
    assert_eq!((kept("--first"), kept("--access-token")), (300, 5400));

    // Both ways, in place.
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    fs::remove_file(project.path(".portcullis/local/login.json")).unwrap();
    let mut login = project.command(&*PORTCULLIS);
    let login = run_with_input(login.args(["login", "--password-stdin"]), "Testing1\n");
    assert_eq!((lifetime(&token(login)), kept("--access-token")), (3600, 3600));
    project.change(&shorter);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!(text(&project.outputs(), "user_pool_client_id"), client);
    project.portcullis(&["destroy"]).succeeded();
}

#[test]
fn functions_learn_the_groups_of_users() {
    let groups = "[user_pool.groups.staff]\ndescription = \"Reads every notice\"\n\n[user_pool.groups.back-office]\n\n";
    let with_groups = WITH_POOL.replace("[functions.", &format!("{groups}[functions."));
    let project = Project::of("notices", &with_groups);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    assert_eq!(surface.user_pool.unwrap().groups, ["back-office", "staff"]);
    let outputs = project.outputs();
    let [pool, email] = ["user_pool_id", "first_user_email"].map(|key| text(&outputs, key));
    for group in ["staff", "back-office"] {
        let user = [
            "--user-pool-id",
            &pool,
            "--username",
            &email,
            "--group-name",
            group,
        ];
        project.aws(&[&["cognito-idp", "admin-add-user-to-group"], &user[..]].concat());
    }
    let authorization = format!("Authorization: {}", project.sign_in_first());
    let answer = curl(
        "GET",
        &format!("{}/notices/7", project.api_url()),
        &[&authorization],
    );
    let event: Value = serde_json::from_str(answer.body.split_once('\n').unwrap().1).unwrap();
    let named = event["requestContext"]["authorizer"]["claims"]["cognito:groups"].as_str();
    let mut named: Vec<&str> = named.unwrap().split(',').collect();
    named.sort();
    assert_eq!(named, ["back-office", "staff"]);

    // Without description, and without a group.
    project.change(&with_groups.replace("description = \"Reads every notice\"\n", ""));
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert!(project.resources("aws_cognito_user_group").is_empty());
    project.portcullis(&["destroy"]).succeeded();
}

/// Signs in for the first time and sets up an authenticator app. Prints the app's key.
const WITH_AN_APP: &str = r#"
import base64, hmac, re, struct, subprocess, sys, time

def code(key, later=0):
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", int(time.time()) // 30 + later), "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, place)[0] & 0x7fffffff) % 10**6:06}"

if sys.argv[1] == "code":
    print(code(sys.argv[2], 1), end="")
    sys.exit()
pipe = subprocess.PIPE
login = subprocess.Popen(sys.argv[1:], stdin=pipe, stdout=subprocess.DEVNULL, stderr=pipe, text=True)
login.stdin.write("Testing1\n")
login.stdin.flush()
for line in login.stderr:
    sys.stderr.write(line)
    if found := re.search("Add this key to it: `([A-Z2-7]+)`", line):
        print(found[1], end="")
        login.stdin.write(code(found[1]) + "\n")
        login.stdin.flush()
login.communicate()
sys.exit(login.returncode)
"#;

#[test]
fn the_first_user_of_a_pool_with_second_factors_sets_up_an_app_and_needs_its_code() {
    let spec = WITH_POOL.replace(
        "[user_pool.clients",
        "[user_pool]\nmfa = \"required\"\n\n[user_pool.clients",
    );
    let project = Project::of("notices", &spec);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    assert_eq!(surface.user_pool.unwrap().mfa, "ON");
    let python = |arguments: &[&str]| {
        let mut command = project.command("python3");
        run(command.args(["-I", "-c", WITH_AN_APP]).args(arguments))
            .succeeded()
            .stdout
    };
    let key = python(&[&*PORTCULLIS, "login", "--first", "--password-stdin"]);
    project.portcullis(&["call", "GET", "/notices/7"]).succeeded();

    let kept = project.path(".portcullis/local/login.json");
    let login = |typed: &str| {
        _ = fs::remove_file(&kept);
        let mut command = project.command(&*PORTCULLIS);
        run_with_input(command.args(["login", "--password-stdin"]), typed)
    };
    let outputs = project.outputs();
    let [client, email] = ["user_pool_client_id", "first_user_email"].map(|key| text(&outputs, key));
    let mut script = project.command(project.path("scripts/login.sh"));
    run(script
        .args([&client, &email, "Testing1"])
        .env("MFA_CODE", "000000"))
    .failed(3, "this is not the code that the authenticator app");
    login("Testing1\n000000\n").failed(3, "Cognito does not accept this code");
    token(login(&format!("Testing1\n{}\n", python(&["code", &key]))));
    project.portcullis(&["call", "GET", "/notices/7"]).succeeded();

    // With one factor less, Cognito asks no longer.
    project.change(WITH_POOL);
    project.portcullis(&["apply"]).succeeded();
    assert_eq!(project.is_as_its_spec().user_pool.unwrap().mfa, "OFF");
    token(login("Testing1\n"));
    project.portcullis(&["destroy"]).succeeded();
}
