//! Limits of requests: generated, applied, enforced, raised, and taken away.

use std::thread;

use crate::support::{Answer, Project, curl};

const WITH_LIMITS: &str = r#"
[service]
name   = "catalogue"
region = "us-east-1"

[functions.catalogue]

[api]
throttle = { rate = 1000, burst = 1000 }

[routes]
"GET /"           = { function = "catalogue", auth = "none", throttle = { rate = 1, burst = 2 } }
"GET /variables"  = { function = "catalogue", auth = "none", throttle = { rate = 1, burst = 1 } }
"GET /items/{id}" = { function = "catalogue", auth = "none" }

[environments.dev]
"#;

#[test]
fn requests_over_a_limit_are_refused() {
    let project = Project::of("catalogue", WITH_LIMITS);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    let call = |path: &str| curl("GET", &format!("{}{path}", project.api_url()), &[]);
    // At once, or a slow machine gets a token for each.
    let many = |path: &str| -> Vec<Answer> {
        thread::scope(|scope| {
            let calls: Vec<_> = (0..30).map(|_| scope.spawn(|| call(path))).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        })
    };
    let refused = |path: &str| many(path).into_iter().find(|answer| answer.status != 200);
    assert_eq!(call("/").status, 200);
    assert_eq!(refused("/").unwrap().status, 429);
    let refusal = refused("/variables").unwrap();
    assert_eq!(refusal.status, 429);
    assert_eq!(refusal.body, r#"{"message":"Too Many Requests"}"#);
    assert_eq!(
        refusal.header("x-amzn-ErrorType"),
        Some("TooManyRequestsException")
    );
    assert!(refused("/items/7").is_none());

    // The limits of the API and of a route go, and another route's are raised.
    let spec = WITH_LIMITS
        .replace("[api]\nthrottle = { rate = 1000, burst = 1000 }\n", "")
        .replace(
            "throttle = { rate = 1, burst = 2 }",
            "throttle = { rate = 500, burst = 500 }",
        )
        .replace(", throttle = { rate = 1, burst = 1 }", "");
    project.change(&spec);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    let bursts: Vec<String> = surface
        .routes
        .iter()
        .map(|route| route.throttle.as_ref().unwrap().burst.to_string())
        .collect();
    assert_eq!(bursts, ["500", "100", "100"]);
    assert!(refused("/").is_none());
    project.portcullis(&["destroy"]).succeeded();
}
