//! The access log of a stage, written by a process that serves a real state.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use shop::{Shop, project, state, token};

/// The variables that the generated files name, and what a client could use to get a key or a token into the log.
const FORMAT: &str = r#"{"id":"$context.requestId","ip":"$context.identity.sourceIp","method":"$context.httpMethod","path":"$context.resourcePath","status":"$context.status","length":"$context.responseLength","latency":"$context.responseLatency","integration":"$context.integrationErrorMessage","sub":"$context.authorizer.claims.sub","authorizer":"$context.authorizer.error","type":"$context.error.responseType","message":"$context.error.message","key":"$context.identity.apiKey","agent":"$context.identity.userAgent"}"#;

fn shop() -> Shop {
    let folder = project();
    let mut state = state();
    let resources = state["values"]["root_module"]["resources"].as_array_mut();
    let stages = resources.unwrap().iter_mut();
    for stage in stages.filter(|resource| resource["type"] == "aws_api_gateway_stage") {
        stage["values"]["access_log_settings"] = json!([{
            "destination_arn": "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/apigateway/shop",
            "format": FORMAT,
        }]);
    }
    fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
    Shop::start_in(folder)
}

fn lines(shop: &Shop) -> Vec<Value> {
    let log = fs::read_to_string(shop.path("work/logs/access/v1.log")).unwrap();
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_request_has_a_line_and_no_line_has_a_token() {
    let shop = shop();
    let token = token("customers", json!({"sub": "a-user"}));
    let answers = [
        shop.get("/open"),
        shop.call("GET", "", &[("Authorization", &token), ("User-Agent", "a\"b")]),
        shop.get(""),
        shop.call("GET", "/nowhere", &[("Authorization", &token)]),
        shop.get("/broken"),
    ];
    let lines = lines(&shop);
    assert_eq!(lines.len(), answers.len(), "{lines:#?}");
    for (line, answer) in lines.iter().zip(&answers) {
        assert_eq!(line["id"], answer.header("x-amzn-RequestId").unwrap());
        assert_eq!(line["status"], answer.status.to_string());
        assert_eq!(line["length"], answer.body.len().to_string());
        assert_eq!(line["ip"], "127.0.0.1");
        assert!(line["latency"].as_str().unwrap().parse::<u64>().is_ok(), "{line}");
    }
    let field = |name: &str| -> Vec<&str> { lines.iter().map(|line| line[name].as_str().unwrap()).collect() };
    assert_eq!(field("sub"), ["-", "a-user", "-", "-", "-"]);
    assert_eq!(field("authorizer"), ["-", "-", "Unauthorized", "-", "-"]);
    assert_eq!(field("path"), ["/open", "/", "/", "-", "/broken"]);
    assert_eq!(field("agent"), ["-", "a\"b", "-", "-", "-"]);
    assert_eq!(field("type")[..3], ["-", "-", "UNAUTHORIZED"]);
    assert_eq!(lines[4]["status"], "502");
    // The function's own error is not in it.
    assert_eq!(lines[4]["integration"], "the integration failed");
    let path = shop.path("work/logs/access/v1.log");
    let log = fs::read_to_string(&path).unwrap();
    assert!(
        !log.contains(&token[..40]) && !log.contains(&token[token.len() - 40..]),
        "{log}"
    );
    let mode = fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_key_of_a_route_is_not_logged_and_a_reload_continues_the_log() {
    let shop = shop();
    let key = "key-of-a-partner-0123456789";
    shop.call("GET", "/keyed", &[("x-api-key", key)]);
    shop.signal("HUP");
    assert_eq!(shop.line()["generation"], 2);
    // No stage is named so, so no log can be of it.
    assert_eq!(shop.call_with("GET", "/v2/open", &[], b"").status, 403);
    shop.get("/open");
    let lines = lines(&shop);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines.iter().all(|line| line["key"] == "-"), "{lines:#?}");
    let log = fs::read_to_string(shop.path("work/logs/access/v1.log")).unwrap();
    assert!(!log.contains(key), "{log}");
}

#[test]
fn a_stage_without_a_format_has_no_log() {
    let shop = Shop::start();
    assert_eq!(shop.get("/open").status, 200);
    assert!(!shop.path("work/logs/access").exists());
}
