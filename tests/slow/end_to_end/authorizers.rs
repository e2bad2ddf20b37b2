//! A function decides who may call: generated, applied, asked, and taken away.

use serde_json::Value;

use crate::support::{Project, curl};

const WITH_AUTHORIZERS: &str = r#"
[service]
name   = "exchange"
region = "us-east-1"

[functions.admission]

[functions.quotes]

[authorizers.partners]
function         = "admission"
type             = "request"
identity_sources = ["method.request.header.X-Key"]

[authorizers.banks]
function    = "admission"
ttl_seconds = 300

[routes]
"GET /quotes"  = { function = "quotes", auth = "authorizers.partners" }
"GET /rates"   = { function = "quotes", auth = "authorizers.banks" }
"POST /rates"  = { function = "quotes", auth = "authorizers.banks" }
"GET /status"  = { function = "quotes", auth = "none" }

[environments.dev]
"#;

#[test]
fn a_function_decides_who_may_call() {
    let project = Project::of("exchange", WITH_AUTHORIZERS);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    let functions: Vec<_> = surface
        .authorizers
        .iter()
        .map(|one| one.function.as_deref())
        .collect();
    assert_eq!(functions, [Some("admission"); 2]);
    let call = |method: &str, path: &str, headers: &[&str]| {
        curl(method, &format!("{}{path}", project.api_url()), headers)
    };
    assert_eq!(call("GET", "/status", &[]).status, 200);
    assert_eq!(call("GET", "/quotes", &[]).status, 401);
    let refused = call("GET", "/quotes", &["X-Key: closed"]);
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.body,
        r#"{"Message":"User is not authorized to access this resource with an explicit deny"}"#
    );
    let admitted = call("GET", "/quotes", &["X-Key: open"]);
    assert_eq!(admitted.status, 200, "{}", admitted.body);
    let event = admitted.body.split_once('\n').unwrap().1;
    let event: Value = serde_json::from_str(event).unwrap();
    let authorizer = &event["requestContext"]["authorizer"];
    assert_eq!(
        (&authorizer["principalId"], &authorizer["shop"]),
        (&"partner".into(), &"north".into())
    );
    // The policy for one route is kept, and refuses the next.
    assert_eq!(call("GET", "/rates", &["Authorization: open"]).status, 200);
    assert_eq!(call("POST", "/rates", &["Authorization: open"]).status, 403);
    let help = project.portcullis(&["call", "GET", "/quotes"]);
    help.failed(1, "--header 'X-Key: …'");

    // A route gives its authorizer up, which goes.
    let fewer = WITH_AUTHORIZERS
        .replace(
            "[authorizers.banks]\nfunction    = \"admission\"\nttl_seconds = 300\n",
            "",
        )
        .replace("authorizers.banks", "authorizers.partners");
    project.change(&fewer);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!(project.resources("aws_api_gateway_authorizer").len(), 1);
    assert_eq!(call("POST", "/rates", &["X-Key: open"]).status, 200);
    assert_eq!(call("POST", "/rates", &["Authorization: open"]).status, 401);
    project.portcullis(&["destroy"]).succeeded();
    assert_eq!(project.processes(), [""; 0]);
}
