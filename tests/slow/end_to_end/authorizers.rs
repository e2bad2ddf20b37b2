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
function                       = "admission"
identity_validation_expression = "[a-z]+"
ttl_seconds                    = 300

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
    assert_eq!(call("GET", "/rates", &["Authorization: Open"]).status, 401);
    let help = project.portcullis(&["call", "GET", "/quotes"]);
    help.failed(1, "--header 'X-Key: …'");

    // A route gives its authorizer up, which goes.
    let (before, banks) = WITH_AUTHORIZERS.split_once("[authorizers.banks]").unwrap();
    let (_, routes) = banks.split_once("[routes]").unwrap();
    let routes = routes.replace("authorizers.banks", "authorizers.partners");
    project.change(&format!("{before}[routes]{routes}"));
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    // The provider forgets an authorizer that it can't delete, because a method still names it.
    let apis = project.aws(&["apigateway", "get-rest-apis"]);
    let id = apis["items"][0]["id"].as_str().unwrap();
    let authorizers = project.aws(&["apigateway", "get-authorizers", "--rest-api-id", id]);
    let left: Vec<_> = authorizers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(left, ["partners"]);
    assert_eq!(call("POST", "/rates", &["X-Key: open"]).status, 200);
    assert_eq!(call("POST", "/rates", &["Authorization: open"]).status, 401);
    project.portcullis(&["destroy"]).succeeded();
    assert_eq!(project.processes(), [""; 0]);
}
