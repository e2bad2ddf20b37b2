//! API keys, usage plans, throttling and validation over HTTP. The rates of the fixture are so low that no token
//! comes back while a test runs.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::fs;

use serde_json::{Value, json};
use shop::{Answer, Shop, command, project};

const STATE: &str = include_str!("fixtures/limits/state.json");

/// Serves the fixture `limits`.
fn serve() -> Shop {
    serve_state(&serde_json::from_str(STATE).unwrap())
}

fn serve_state(state: &Value) -> Shop {
    let folder = project();
    fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
    let command = command(folder.path(), 0, &[]);
    Shop::start_with(folder, command)
}

fn resources(state: &mut Value) -> &mut Vec<Value> {
    state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap()
}

/// The fixture without gateway responses: errors look as AWS makes them.
fn plain() -> Value {
    let mut state = serde_json::from_str(STATE).unwrap();
    resources(&mut state).retain(|resource| resource["type"] != "aws_api_gateway_gateway_response");
    state
}

fn with_key(shop: &Shop, method: &str, path: &str, key: &str) -> Answer {
    let key = format!("key-of-the-{key}-0123456789");
    shop.call(method, path, &[("x-api-key", &key)])
}

fn post(shop: &Shop, path: &str, content_type: Option<&str>, body: &str) -> Answer {
    let headers: Vec<(&str, &str)> = content_type
        .map(|value| ("Content-Type", value))
        .into_iter()
        .collect();
    shop.call_with("POST", &format!("/v1{path}"), &headers, body.as_bytes())
}

/// The statuses of several answers.
fn statuses(times: usize, call: impl Fn() -> Answer) -> Vec<u16> {
    (0..times).map(|_| call().status).collect()
}

#[test]
fn a_key_must_be_enabled_and_of_a_plan_that_has_the_stage() {
    let shop = serve();
    assert_eq!(shop.ready["unsupported"], json!([]));
    let no_key = shop.get("/keyed");
    let others = ["former", "stray", "elsewhere", "nobody"].map(|key| with_key(&shop, "GET", "/keyed", key));
    for answer in [no_key].into_iter().chain(others) {
        assert_eq!(answer.status, 403);
        assert_eq!(
            answer.json(),
            json!({"type": "INVALID_API_KEY", "message": "Forbidden", "detail": ""})
        );
        assert_eq!(answer.header("x-amzn-ErrorType"), Some("ForbiddenException"));
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    }
    let answer = with_key(&shop, "GET", "/keyed", "partner");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["key"].as_str().unwrap().len(), 10);
}

#[test]
fn a_plan_throttles_each_key_and_some_methods_by_themselves() {
    let shop = serve();
    assert_eq!(
        statuses(2, || with_key(&shop, "POST", "/keyed", "partner")),
        [200, 429],
        "a limit of the method's own"
    );
    let get = || with_key(&shop, "GET", "/keyed", "partner");
    assert_eq!(statuses(3, get), [200; 3]);
    let throttled = get();
    assert_eq!(throttled.status, 429);
    assert_eq!(
        throttled.json(),
        json!({"type": "THROTTLED", "message": "Too Many Requests", "detail": ""})
    );
    assert_eq!(
        throttled.header("x-amzn-ErrorType"),
        Some("TooManyRequestsException")
    );
    assert_eq!(throttled.header("Access-Control-Allow-Origin"), Some("*"));
    let other = with_key(&shop, "GET", "/keyed", "trial");
    assert_eq!(other.status, 200, "each key counts by itself");
    assert_eq!(
        with_key(&shop, "GET", "/open", "partner").status,
        200,
        "methods that want no key are not in the plan"
    );
    let log = shop.log();
    let reason = "throttled by `aws_api_gateway_usage_plan.partners`: rate 0.001/s, burst 3";
    assert!(log.contains(reason), "{log}");
    assert!(!log.contains("key-of-the"), "a key is in the log: {log}");
}

#[test]
fn a_quota_is_less_by_its_offset_in_the_first_period() {
    let shop = serve();
    let get = || with_key(&shop, "GET", "/keyed", "trial");
    assert_eq!(statuses(2, get), [200; 2]);
    let exceeded = get();
    assert_eq!(exceeded.status, 429);
    assert_eq!(
        exceeded.json(),
        json!({"type": "QUOTA_EXCEEDED", "message": "Limit Exceeded", "detail": ""})
    );
    assert_eq!(
        exceeded.header("x-amzn-ErrorType"),
        Some("LimitExceededException")
    );
    assert!(
        shop.log()
            .contains("the quota of `aws_api_gateway_usage_plan.trial` is used up")
    );
}

#[test]
fn a_stage_throttles_each_of_its_methods() {
    let shop = serve();
    assert_eq!(shop.get("/pets/1").status, 200);
    assert_eq!(shop.get("/pets/2").status, 200);
    assert_eq!(
        shop.get("/pets/3").status,
        429,
        "one bucket for the method, whatever its parameter"
    );
    assert_eq!(
        statuses(7, || shop.get("/open")),
        [200, 200, 200, 200, 200, 200, 429]
    );
}

#[test]
fn a_reload_resets_no_counter() {
    let shop = serve();
    assert_eq!(statuses(2, || shop.get("/pets/1")), [200; 2]);
    assert_eq!(
        statuses(3, || with_key(&shop, "GET", "/keyed", "trial")),
        [200, 200, 429]
    );
    shop.signal("HUP");
    assert_eq!(shop.line()["generation"], 2);
    assert_eq!(shop.get("/pets/1").status, 429);
    assert_eq!(with_key(&shop, "GET", "/keyed", "trial").status, 429);

    let mut state: Value = serde_json::from_str(STATE).unwrap();
    let plan = resources(&mut state)
        .iter_mut()
        .find(|resource| resource["address"] == "aws_api_gateway_usage_plan.trial")
        .unwrap();
    plan["values"]["quota_settings"][0]["limit"] = 4.into();
    fs::write(shop.path("state.json"), state.to_string()).unwrap();
    shop.signal("HUP");
    assert_eq!(shop.line()["generation"], 3);
    assert_eq!(
        statuses(2, || with_key(&shop, "GET", "/keyed", "trial")),
        [200, 429],
        "a wider quota leaves what it was wider by"
    );
}

#[test]
fn required_parameters_are_there_and_not_blank() {
    let shop = serve();
    let header = [("x-header-param", "1")];
    assert_eq!(shop.call("GET", "/search?qs1=1", &header).status, 200);
    for (path, headers, missing) in [
        ("/search", &[][..], "[x-header-param, qs1]"),
        ("/search?qs1=1", &[("X-Header-Param", "1")], "[x-header-param]"),
        ("/search?qs1=", &header, "[qs1]"),
    ] {
        let answer = shop.call("GET", path, headers);
        let message = format!("Missing required request parameters: {missing}");
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.json(),
            json!({"type": "BAD_REQUEST_PARAMETERS", "message": message, "detail": message})
        );
        assert_eq!(answer.header("x-amzn-ErrorType"), Some("BadRequestException"));
    }
}

#[test]
fn bodies_fit_their_model() {
    let shop = serve();
    let json = Some("application/json");
    assert_eq!(
        post(&shop, "/orders", json, r#"[{"item": "tea", "count": 1}]"#).status,
        200
    );
    for (content_type, body, detail) in [
        (
            json,
            r#"[{"item": "tea"}]"#,
            r#"[object has missing required properties (["count"])]"#,
        ),
        (
            Some("application/json; charset=utf-8"),
            r#"{"item": "tea", "count": 1}"#,
            r#"[instance type (object) does not match any allowed primitive type (allowed: ["array"])]"#,
        ),
        (None, "", "[the body is empty]"),
        (json, "[", "[the body is not JSON]"),
    ] {
        let answer = post(&shop, "/orders", content_type, body);
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(
            answer.json(),
            json!({"type": "BAD_REQUEST_BODY", "message": "Invalid request body", "detail": detail})
        );
        assert_eq!(answer.header("x-amzn-ErrorType"), Some("BadRequestException"));
    }
    assert_eq!(
        post(&shop, "/orders", Some("text/plain"), "x").status,
        200,
        "no model, no validation"
    );
    assert_eq!(
        post(&shop, "/anything", Some("text/plain"), "x").status,
        400,
        "`$default`"
    );
    assert_eq!(
        post(&shop, "/both", json, "{}").json()["type"],
        "BAD_REQUEST_PARAMETERS"
    );
    assert_eq!(
        post(&shop, "/both?qs1=1", json, "{}").json()["type"],
        "BAD_REQUEST_BODY"
    );
}

#[test]
fn the_key_is_asked_first_then_the_limits_then_the_parameters() {
    let shop = serve();
    assert_eq!(shop.get("/guarded").status, 403);
    assert_eq!(
        statuses(4, || with_key(&shop, "GET", "/guarded", "partner")),
        [400, 400, 400, 429]
    );
}

#[test]
fn errors_without_a_gateway_response_are_those_of_aws_to_the_byte() {
    let shop = serve_state(&plain());
    for (answer, status, body) in [
        (shop.get("/keyed"), 403, r#"{"message":"Forbidden"}"#),
        (
            shop.get("/search"),
            400,
            r#"{"message":"Missing required request parameters: [x-header-param, qs1]"}"#,
        ),
        (
            post(&shop, "/orders", None, ""),
            400,
            r#"{"message":"Invalid request body"}"#,
        ),
    ] {
        assert_eq!((answer.status, answer.text()), (status, body));
    }
    for (key, requests, body) in [
        ("partner", 4, r#"{"message":"Too Many Requests"}"#),
        ("trial", 3, r#"{"message":"Limit Exceeded"}"#),
    ] {
        let answers = (0..requests).map(|_| with_key(&shop, "GET", "/keyed", key));
        let last = answers.last().unwrap();
        assert_eq!((last.status, last.text()), (429, body));
    }
}

#[test]
fn a_method_whose_model_is_not_understood_is_not_emulated() {
    let mut state: Value = serde_json::from_str(STATE).unwrap();
    for resource in resources(&mut state) {
        if resource["address"] == "aws_api_gateway_model.order" {
            resource["values"]["schema"] = r#"{"type": "text"}"#.into();
        }
    }
    let shop = serve_state(&state);
    assert_eq!(shop.ready["unsupported"].as_array().unwrap().len(), 3);
    let answer = post(&shop, "/anything", None, "{}");
    assert_eq!(answer.status, 501);
    assert!(
        answer
            .text()
            .contains("its model `Order` must be a JSON schema of draft 4"),
        "{}",
        answer.text()
    );
    assert_eq!(shop.get("/open").status, 200);
}
