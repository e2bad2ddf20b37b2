//! Specs that follow one another: after each, every route answers as its spec says, and there is nothing to change.
//!
//! Many changes come in one step if their effects can be told apart, because each step costs an apply.

use portcullis_generator::surface::{Route, Surface};

use super::calls::{CREATE_DEPLOYMENT, DELETE_METHOD, calls, last};
use crate::support::{Answer, Project, curl, preflight, text};

/// The part that all the specs share.
const SERVICE: &str = r#"
[service]
name   = "chain"
region = "us-east-1"

[user_pool]
name         = "TestingUsers"
sign_in_with = ["email"]
password     = { minimum_length = 6, lowercase = true, uppercase = true }

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.one]

[functions.two]
"#;

fn spec(cors: &str, functions: &str, routes: &str) -> String {
    format!(
        "{SERVICE}{functions}\n[api]\nname = \"ServiceApi\"\nstage = \"v1\"\n{cors}\n\n[routes]\n{routes}"
    )
}

fn before() -> String {
    spec(
        r#"cors = { allow_origin = "https://a.example.com", allow_methods = ["*"], allow_headers = ["*"] }"#,
        "",
        r#"
"GET /"           = { function = "one" }
"GET /closing"    = { function = "one", auth = "none" }
"GET /going"      = { function = "one", auth = "none" }
"GET /items/{id}" = { function = "one", auth = "none" }
"GET /opening"    = { function = "one" }
"GET /other"      = { function = "one", auth = "none" }
"GET /staying"    = { function = "two", auth = "none" }
"#,
    )
}

const ROUTES_AFTER: &str = r#"
"GET /"            = { function = "one" }
"GET /closing"     = { function = "one" }
"GET /coming"      = { function = "three", auth = "none" }
"GET /items/{key}" = { function = "one", auth = "none" }
"GET /opening"     = { function = "one", auth = "none" }
"GET /other"       = { function = "two", auth = "none" }
"GET /staying"     = { function = "two", auth = "none" }
"#;

#[test]
fn every_change_of_a_spec_reaches_the_stage_and_so_does_its_reversal() {
    // The folder's name goes through every program there is.
    let project = Project::of("Große Übung, 'quoted'", &before());
    apply(&project, None);
    let api_url = project.api_url();
    let token = project.sign_in_first();
    let get = |path: &str| curl("GET", &format!("{api_url}{path}"), &[]);
    answers_as_its_spec(&project, &api_url, &token);
    assert_eq!(get("/items/7").parameters()["id"], "7");
    assert_eq!(get("/coming").status, 403);

    let cors =
        r#"cors = { allow_origin = "https://b.example.com", allow_methods = ["*"], allow_headers = ["*"] }"#;
    apply(&project, Some(&spec(cors, "\n[functions.three]\n", ROUTES_AFTER)));
    answers_as_its_spec(&project, &api_url, &token);
    assert_eq!(get("/items/7").parameters()["key"], "7");
    assert_eq!(get("/going").status, 403);
    assert_eq!((get("/closing").status, get("/opening").status), (401, 200));
    assert_eq!((get("/other").name(), get("/coming").name()), ("two", "three"));
    let origin = preflight(&api_url, "https://b.example.com", "GET");
    assert_eq!(
        origin.header("access-control-allow-origin"),
        Some("https://b.example.com")
    );

    // Without CORS nothing of it stays: no preflight, no header on a refusal.
    apply(&project, Some(&spec("", "\n[functions.three]\n", ROUTES_AFTER)));
    answers_as_its_spec(&project, &api_url, &token);
    assert_eq!(preflight(&api_url, "https://b.example.com", "GET").status, 403);
    for refusal in [get("/"), get("/unknown")] {
        assert_eq!(refusal.header("access-control-allow-origin"), None, "{refusal:?}");
    }

    apply(&project, Some(&before()));
    answers_as_its_spec(&project, &api_url, &token);
    assert_eq!((get("/coming").status, get("/other").name()), (403, "one"));
    assert_eq!(
        get("/").header("access-control-allow-origin"),
        Some("https://a.example.com")
    );
    assert_eq!(project.api_url(), api_url);
}

/// Applies the present spec, or another one. Deleted parts of the API must be gone before its last snapshot, or the
/// stage would go on serving them.
fn apply(project: &Project, spec: Option<&str>) {
    let earlier = if let Some(spec) = spec {
        project.change(spec);
        calls(project).len()
    } else {
        0
    };
    project.portcullis(&["apply"]).succeeded();
    let calls = &calls(project)[earlier..];
    let deployed = last(calls, CREATE_DEPLOYMENT).expect("the API was deployed");
    if spec.is_some() {
        let deleted =
            last(calls, DELETE_METHOD).expect("each of these specs lacks a route of the one before");
        assert!(
            deleted < deployed,
            "a method was deleted after the last deployment"
        );
    }
    project.assert_nothing_to_change();
}

/// Fails if a route of the spec answers otherwise than its spec says. It asks without a token, with a token, and as a
/// browser.
fn answers_as_its_spec(project: &Project, api_url: &str, token: &str) {
    let surface: Surface =
        serde_json::from_value(project.portcullis(&["surface", "--json"]).succeeded().json()).unwrap();
    for Route {
        path,
        method,
        auth_type,
        function,
        cors,
        ..
    } in &surface.routes
    {
        let concrete = path.replace("{id}", "7").replace("{key}", "7");
        let url = format!("{api_url}{}", concrete.trim_end_matches('/'));
        if let Some(cors) = cors {
            let answer = preflight(&url, &cors.allow_origin, "GET");
            assert!([200, 204].contains(&answer.status), "{path}: {answer:?}");
            let allows = |header: &str| answer.header(header).unwrap_or_default().to_owned();
            assert_eq!(allows("access-control-allow-origin"), cors.allow_origin, "{path}");
            assert!(
                allows("access-control-allow-methods").contains("GET"),
                "{path}: {answer:?}"
            );
            assert!(
                allows("access-control-allow-headers").contains("Authorization"),
                "{path}"
            );
            continue;
        }
        if auth_type == "NONE" {
            let answer = curl(method, &url, &[]);
            assert_eq!(Some(answer.name()), function.as_deref(), "{path}");
        } else {
            let refusal = curl(method, &url, &[]);
            assert_eq!(
                (refusal.status, refusal.body.as_str()),
                (401, r#"{"message":"Unauthorized"}"#),
                "{path}"
            );
            let answer = curl(method, &url, &[&format!("Authorization: {token}")]);
            assert_eq!(Some(answer.name()), function.as_deref(), "{path}");
            assert_eq!(
                text(&answer.event()["requestContext"]["authorizer"]["claims"], "email"),
                "you@example.com"
            );
        }
    }
    let unknown = curl("GET", &format!("{api_url}/unknown"), &[]);
    assert_eq!(
        (unknown.status, unknown.body.as_str()),
        (403, r#"{"message":"Missing Authentication Token"}"#)
    );
}

/// The answers of `handler.rs`.
impl Answer {
    #[track_caller]
    fn name(&self) -> &str {
        assert_eq!(self.status, 200, "{self:?}");
        self.body.split_once('\n').unwrap().0
    }

    fn event(&self) -> serde_json::Value {
        serde_json::from_str(self.body.split_once('\n').unwrap().1).unwrap()
    }

    fn parameters(&self) -> serde_json::Value {
        self.event()["pathParameters"].clone()
    }
}
