//! A deployment's settings are remembered for one state of one API, and never open a route silently.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::KEYS;
use super::served::{POOL, Project, Served, add, resource, state, values};

/// A state whose `GET /` only signed-in users may call.
fn guarded() -> Value {
    let mut state = state(json!({"filename": "../build/orders.zip"}));
    let arn = "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Shop";
    let pool = resource(
        "aws_cognito_user_pool",
        json!({"id": "eu-central-1_Shop", "arn": arn, "endpoint": POOL}),
    );
    let authorizer = resource(
        "aws_api_gateway_authorizer",
        json!({"id": "users", "rest_api_id": "api", "type": "COGNITO_USER_POOLS", "provider_arns": [arn]}),
    );
    add(&mut state, [pool, authorizer]);
    let method = values(&mut state, "aws_api_gateway_method");
    (method["authorization"], method["authorizer_id"]) = ("COGNITO_USER_POOLS".into(), "users".into());
    state
}

/// The same state without the authorizer on the method.
fn opened() -> Value {
    let mut state = guarded();
    let method = values(&mut state, "aws_api_gateway_method");
    (method["authorization"], method["authorizer_id"]) = ("NONE".into(), Value::Null);
    state
}

/// Serves a state at a place of the project.
fn serve(project: &Project, place: &str, state: &Value) -> Served {
    let path = project.path(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, state.to_string()).unwrap();
    let jwks = format!("https://{POOL}={KEYS}");
    Served::start(project.command(&path, &["--jwks", &jwks])).unwrap()
}

#[test]
fn a_copy_without_the_authorizer_opens_nothing_of_the_users_own_state() {
    let project = Project::new();
    let theirs = serve(&project, "elsewhere/state.json", &opened());
    assert_eq!(theirs.get("/").0, 200);
    theirs.stop();
    let ours = serve(&project, "shop/terraform/state.json", &guarded());
    assert_eq!(ours.get("/").0, 401, "{}", ours.log());
    assert_eq!(ours.ready["more_open"], json!({}));
    assert_eq!(ours.ready["undeployed"], json!({}));
    ours.stop();
    // Theirs goes on as it was: a memory for each.
    let theirs = serve(&project, "elsewhere/state.json", &guarded());
    assert_eq!(theirs.get("/").0, 200);
}

#[test]
fn the_api_of_another_account_has_a_memory_of_its_own() {
    let project = Project::new();
    let mut theirs = opened();
    let arn = "arn:aws:execute-api:eu-central-1:999999999999:api";
    values(&mut theirs, "aws_api_gateway_rest_api")["execution_arn"] = arn.into();
    serve(&project, "shop/terraform/state.json", &theirs).stop();
    let ours = serve(&project, "shop/terraform/state.json", &guarded());
    assert_eq!((ours.get("/").0, &ours.ready["more_open"]), (401, &json!({})));
}

#[test]
fn a_deployment_that_is_more_open_than_the_state_is_reported_by_route() {
    let project = Project::new();
    let place = "shop/terraform/state.json";
    serve(&project, place, &opened()).stop();
    let served = serve(&project, place, &guarded());
    // AWS does the same: the authorizer is not deployed yet.
    assert_eq!(served.get("/").0, 200);
    let told = served.ready["more_open"]["deployment"].clone();
    assert_eq!(
        told["routes"],
        json!([{
            "route": "GET /",
            "reason": "it is public, but the state protects it with `aws_api_gateway_authorizer.this`",
        }])
    );
    let file = told["remembered_in"].as_str().unwrap().to_owned();
    let log = served.stop();
    assert!(
        log.contains("more open than the state: `GET /` of deployment `deployment`"),
        "{log}"
    );
    assert!(log.contains(&format!("delete `{file}`")), "{log}");
    // The two ways out that it tells.
    let mut redeployed = guarded();
    values(&mut redeployed, "aws_api_gateway_deployment")["id"] = "another".into();
    values(&mut redeployed, "aws_api_gateway_stage")["deployment_id"] = "another".into();
    let served = serve(&project, place, &redeployed);
    assert_eq!((served.get("/").0, &served.ready["more_open"]), (401, &json!({})));
    served.stop();
    fs::remove_file(Path::new(&file)).unwrap();
    let served = serve(&project, place, &guarded());
    assert_eq!((served.get("/").0, &served.ready["more_open"]), (401, &json!({})));
}

#[test]
fn a_deployment_that_is_less_open_than_the_state_stays_so() {
    let project = Project::new();
    let place = "shop/terraform/state.json";
    serve(&project, place, &guarded()).stop();
    let served = serve(&project, place, &opened());
    assert_eq!((served.get("/").0, &served.ready["more_open"]), (401, &json!({})));
    let changed = json!({"deployment": ["aws_api_gateway_method.this"]});
    assert_eq!(served.ready["undeployed"], changed);
}

#[test]
fn what_is_not_served_is_not_remembered() {
    let project = Project::new();
    let mut broken = opened();
    values(&mut broken, "aws_lambda_function")["filename"] = "/bin/bash".into();
    project.refused(&broken, &[]);
    let served = serve(&project, "shop/terraform/state.json", &guarded());
    assert_eq!((served.get("/").0, &served.ready["more_open"]), (401, &json!({})));
}
