//! API keys: generated, applied, required, counted, moved to another plan, and taken away.

use crate::support::{Project, curl};

const WITH_KEYS: &str = r#"
[service]
name   = "prices"
region = "us-east-1"

[functions.prices]

[usage_plans.trial]
api_keys = ["anyone"]
quota    = { requests = 3, per = "month" }
throttle = { rate = 100, burst = 100 }

[usage_plans.partners]
api_keys = ["acme", "globex"]

[routes]
"GET /prices" = { function = "prices", auth = "none", api_key = true }
"GET /"       = { function = "prices", auth = "none" }

[environments.dev]
tags = { Team = "prices" }
usage_plans.trial.quota = { requests = 2, per = "day" }
"#;

/// The value of a key in the applied state.
fn key(project: &Project, name: &str) -> String {
    let keys = project.resources("aws_api_gateway_api_key");
    let name = format!("prices-local-{name}");
    let found = keys.iter().find(|key| key.values["name"] == name.as_str());
    found.unwrap().values["value"].as_str().unwrap().to_owned()
}

#[test]
fn a_route_needs_a_key_and_a_plan_counts_its_requests() {
    let project = Project::of("prices", WITH_KEYS);
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    assert_eq!(surface.usage_plans.len(), 2);
    let call = |value: &str| {
        let header = format!("x-api-key: {value}");
        curl("GET", &format!("{}/prices", project.api_url()), &[&header])
    };
    assert_eq!(curl("GET", &project.api_url(), &[]).status, 200);
    let refused = curl("GET", &format!("{}/prices", project.api_url()), &[]);
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (403, r#"{"message":"Forbidden"}"#)
    );
    assert_eq!(call("unknown").status, 403);
    let [anyone, globex] = ["anyone", "globex"].map(|name| key(&project, name));
    for status in [200, 200, 200, 429] {
        assert_eq!(call(&anyone).status, status);
    }
    assert_eq!(call(&anyone).body, r#"{"message":"Limit Exceeded"}"#);
    for _ in 0..5 {
        assert_eq!(call(&globex).status, 200);
    }
    let help = project.portcullis(&["call", "GET", "/prices"]);
    help.failed(1, "--header 'x-api-key: …'");

    // A key moves to another plan with its value, a quota changes, and limits go.
    let spec = WITH_KEYS
        .replace(r#"["anyone"]"#, r#"["anyone", "globex"]"#)
        .replace(r#"["acme", "globex"]"#, r#"["acme"]"#)
        .replace("requests = 3", "requests = 4")
        .replace("throttle = { rate = 100, burst = 100 }\n", "");
    project.change(&spec);
    project.portcullis(&["apply"]).succeeded();
    project.is_as_its_spec();
    assert_eq!(key(&project, "globex"), globex);
    assert_eq!([call(&anyone).status, call(&anyone).status], [200, 429]);

    // A plan goes with its keys.
    let (before, partners) = spec.split_once("[usage_plans.partners]").unwrap();
    let (_, routes) = partners.split_once("[routes]").unwrap();
    project.change(&format!("{before}[routes]{routes}"));
    project.portcullis(&["apply"]).succeeded();
    let surface = project.is_as_its_spec();
    assert_eq!(surface.usage_plans.len(), 1);
    assert_eq!(call(&globex).status, 200);
    project.portcullis(&["destroy"]).succeeded();
}
