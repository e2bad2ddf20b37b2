//! Services without a user pool of their own: without any, and with an existing one.

use portcullis_generator::surface::Surface;
use serde_json::Value;

use crate::support::{Project, curl, run, text};

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

/// Holds the applied state against the spec, and asks for another plan.
fn is_as_its_spec(project: &Project) -> Surface {
    project.assert_nothing_to_change();
    project.write("state.json", &project.state());
    let of = |arguments: &[&str]| -> Surface {
        let shown = project.portcullis(arguments).succeeded();
        serde_json::from_str(&shown.stdout).unwrap()
    };
    let spec = of(&["surface", "--json"]);
    assert_eq!(spec, of(&["surface", "--json", "--state", "state.json"]));
    spec
}

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
    let surface = is_as_its_spec(&project);
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
    is_as_its_spec(&project);
    assert_eq!((get("/notices"), get("/notices/7")), (200, 401));
    let token = project.sign_in_first();
    let authorization = format!("Authorization: {token}");
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);

    project.change(WITHOUT_POOL);
    project.portcullis(&["apply"]).succeeded();
    is_as_its_spec(&project);
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
    let surface = is_as_its_spec(&project);
    assert_eq!(surface.authorizers[0].pools, ["${user_pool}"]);
    let url = format!("{}/notices/7", project.api_url());
    assert_eq!(curl("GET", &url, &[]).status, 401);
    let authorization = format!("Authorization: {}", project.sign_in_first());
    assert_eq!(curl("GET", &url, &[&authorization]).status, 200);
    assert_eq!(text(&project.outputs(), "first_user_email"), "you@example.com");
    project.portcullis(&["destroy"]).succeeded();
}
