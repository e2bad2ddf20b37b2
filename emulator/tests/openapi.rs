//! An API made of an OpenAPI body, served by a process of its own: the fixture `bookshop`, whose state a real Terraform
//! wrote.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use shop::{Answer, Shop, token, zip};
use tempfile::TempDir;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const PLACE: &str = "module.openapi.aws_api_gateway_rest_api.this.body";

/// The fixture as it is made of a body.
fn state() -> Value {
    state_without("module.resources")
}

/// The fixture without one of its two APIs, which are the same in both layouts.
fn state_without(layout: &str) -> Value {
    let text = fs::read_to_string(format!("{FIXTURES}/bookshop/state.json")).unwrap();
    let mut state: Value = serde_json::from_str(&text).unwrap();
    let modules = state["values"]["root_module"]["child_modules"]
        .as_array_mut()
        .unwrap();
    modules.retain(|module| module["address"] != layout);
    state
}

/// The REST API among the resources of its module.
fn rest_api(state: &mut Value) -> &mut Value {
    let modules = state["values"]["root_module"]["child_modules"]
        .as_array_mut()
        .unwrap();
    let module = modules
        .iter_mut()
        .find(|module| module["address"] == "module.openapi")
        .unwrap();
    let resources = module["resources"].as_array_mut().unwrap();
    resources
        .iter_mut()
        .find(|resource| resource["type"] == "aws_api_gateway_rest_api")
        .unwrap()
}

/// The fixture with another text in its body.
fn with(before: &str, after: &str) -> Value {
    let mut state = state();
    let body = &mut rest_api(&mut state)["values"]["body"];
    let text = body.as_str().unwrap();
    assert!(text.contains(before), "{text}");
    *body = text.replace(before, after).into();
    state
}

/// `https://` and the endpoint of a pool.
fn issuer(pool: &str) -> String {
    let state = state();
    let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
    let address = format!("aws_cognito_user_pool.this[\"{pool}\"]");
    let pool = resources
        .iter()
        .find(|resource| resource["address"] == address.as_str())
        .unwrap();
    format!("https://{}", pool["values"]["endpoint"].as_str().unwrap())
}

/// A token of a pool of the bookshop.
fn token_of(pool: &str, change: Value) -> String {
    let mut claims = json!({"iss": issuer(pool)});
    claims
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    token("customers", claims)
}

fn serve(state: &Value) -> Shop {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in [".git", "terraform", "artifacts"] {
        fs::create_dir(path(name)).unwrap();
    }
    fs::write(path("state.json"), state.to_string()).unwrap();
    fs::copy(format!("{FIXTURES}/keys/jwks.json"), path("jwks.json")).unwrap();
    let bootstrap = fs::read_to_string(format!("{FIXTURES}/shop/code/bootstrap")).unwrap();
    zip(&path("artifacts/bookshop.zip"), &bootstrap);
    let mut command: Command = shop::command(folder.path(), 0, &[]);
    for pool in ["readers", "staff"] {
        command.arg(format!("{}={}", issuer(pool), path("jwks.json").display()));
    }
    Shop::start_with(folder, command)
}

/// The addresses that the ready line lists, with the reasons.
fn unsupported(shop: &Shop) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let listed = shop.ready["unsupported"].as_array().unwrap().iter();
    listed
        .map(|one| (text(&one["address"]), text(&one["reason"])))
        .collect()
}

/// Holds that a route answers 501 with a place in the body, which is listed at start.
#[track_caller]
fn not_emulated(shop: &Shop, answer: &Answer, place: &str, reason: &str) {
    let place = format!("{PLACE}{place}");
    assert_eq!(answer.status, 501, "{}", answer.text());
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&place) && message.contains(reason), "{message}");
    let listed = unsupported(shop);
    assert!(
        listed
            .iter()
            .any(|(address, why)| *address == place && why.contains(reason)),
        "{listed:#?}"
    );
    assert!(shop.log().contains(&place), "the log says it too");
}

/// The layouts with the other's module.
const LAYOUTS: [(&str, &str); 2] = [
    ("bookshop-openapi", "module.resources"),
    ("bookshop-resources", "module.openapi"),
];

#[test]
fn routes_answer_the_same_in_both_layouts() {
    for (name, other) in LAYOUTS {
        let shop = serve(&state_without(other));
        assert_eq!(shop.ready["api"], name);
        routes(&shop);
    }
}

fn routes(shop: &Shop) {
    assert_eq!(shop.get("/books").json()["message"], "Hello, whoever you are");

    let page = shop.call("PUT", "/books/7/pages/2/left", &[]).echoed();
    let event = &page["event"];
    assert_eq!(event["resource"], "/books/{id}/pages/{proxy+}");
    assert_eq!(event["pathParameters"], json!({"id": "7", "proxy": "2/left"}));
    let id = event["requestContext"]["resourceId"].as_str().unwrap();
    assert_eq!(id.len(), 10, "{id}");

    let preflight = shop.call("OPTIONS", "/books", &[("Origin", "http://page")]);
    assert_eq!((preflight.status, preflight.body.len()), (204, 0));
    assert_eq!(
        preflight.header("Access-Control-Allow-Methods"),
        Some("GET,POST,OPTIONS")
    );

    let image = shop.call_with(
        "POST",
        "/v1/books/7/pages/1",
        &[("Content-Type", "image/png")],
        b"\x89PNG",
    );
    // moto forgets the binary types of a REST API that has no body, so the state of that one holds none.
    let binary = shop.ready["api"] == "bookshop-openapi";
    assert_eq!(image.echoed()["event"]["isBase64Encoded"], binary);
    assert_eq!(shop.get("/toys").status, 403);
}

#[test]
fn guards_are_the_same_in_both_layouts() {
    for (_, other) in LAYOUTS {
        guards(&serve(&state_without(other)));
    }
}

fn guards(shop: &Shop) {
    let refused = shop.get("/books/7");
    assert_eq!(
        (refused.status, refused.text()),
        (401, r#"{"message":"Unauthorized"}"#)
    );
    assert_eq!(
        refused.header("Access-Control-Allow-Origin"),
        Some("*"),
        "of the gateway response"
    );
    let with = |path: &str, header: &str, token: &str| shop.call("GET", path, &[(header, token)]).status;
    let reader = token_of("readers", json!({}));
    assert_eq!(with("/books/7", "Authorization", &reader), 200);
    assert_eq!(
        with("/books/7", "Authorization", &token_of("staff", json!({}))),
        401
    );
    assert_eq!(with("/orders", "Authorization", &reader), 401);
    let staff = token_of("staff", json!({}));
    assert_eq!(with("/orders", "X-Staff-Token", &staff), 200);

    assert_eq!(shop.get("/partners").status, 403);
    let with_key = |key: &str| shop.call("GET", "/partners", &[("x-api-key", key)]).status;
    assert_eq!(with_key("key-of-the-bookshop-0"), 200);
    assert_eq!(with_key("key-of-the-bookshop-1"), 403, "it has no plan");

    let missing = shop.get("/search");
    assert_eq!(missing.status, 422, "of the gateway response");
    let why = missing.json()["why"].as_str().unwrap().to_owned();
    assert_eq!(why, "Missing required request parameters: [query]");
    assert_eq!(shop.get("/search?query=x").status, 200);
}

#[test]
fn scopes_of_a_body_want_an_access_token() {
    let shop = serve(&with("x-amazon-apigateway-request-validator: everything", ""));
    let post = |token: &str| shop.call("POST", "/books", &[("Authorization", token)]).status;
    let access = |scope: &str| token_of("readers", json!({"token_use": "access", "scope": scope}));
    assert_eq!(post(&access("books/order")), 200);
    assert_eq!(post(&access("books/burn")), 401);
    assert_eq!(post(&token_of("readers", json!({}))), 401);
}

#[test]
fn what_of_a_body_is_not_emulated_is_listed_and_answers_with_its_place() {
    let shop = serve(&state());
    not_emulated(
        &shop,
        &shop.get("/elsewhere"),
        ".paths[\"/elsewhere\"].get.x-amazon-apigateway-integration",
        "of type `HTTP_PROXY`",
    );
    let orders = ".paths[\"/orders\"].get";
    for (security, reason) in [
        (
            "- staff: []\n        - readers: []",
            "names both `staff` and `readers`",
        ),
        ("- nobody: []", "`nobody` is not in the body"),
        ("- {}", "lets anyone in as an alternative"),
    ] {
        let shop = serve(&with("- staff: []", security));
        let staff = token_of("staff", json!({}));
        let answer = shop.call("GET", "/orders", &[("X-Staff-Token", &staff)]);
        not_emulated(&shop, &answer, orders, reason);
        assert_eq!(shop.get("/books").status, 200, "the other routes answer");
    }
    let shop = serve(&with(
        "type: http_proxy",
        "type: aws_proxy\n        credentials: role",
    ));
    assert_eq!(shop.get("/elsewhere").status, 501);
    let shop = serve(&with("type: cognito_user_pools", "type: token"));
    let answer = shop.get("/orders");
    assert_eq!(answer.status, 501);
    assert!(
        answer
            .text()
            .contains("securitySchemes.staff` must name a function in its `authorizer_uri`"),
        "{}",
        answer.text()
    );
}

#[test]
fn a_policy_of_a_body_closes_every_route() {
    let shop = serve(&with(
        "x-amazon-apigateway-binary-media-types",
        "x-amazon-apigateway-policy: {Version: \"2012-10-17\", Statement: []}\nx-amazon-apigateway-binary-media-types",
    ));
    assert_eq!(shop.get("/books").status, 501);
}

#[test]
fn methods_beside_a_body_answer_where_both_are_merged() {
    let beside = |mode: &str| {
        let mut state = state();
        let api = rest_api(&mut state);
        api["values"]["put_rest_api_mode"] = mode.into();
        let (id, root) = (
            api["values"]["id"].clone(),
            api["values"]["root_resource_id"].clone(),
        );
        let one = |kind: &str, values: Value| {
            let mut values = values;
            values["rest_api_id"] = id.clone();
            json!({"address": format!("{kind}.beside"), "mode": "managed", "type": kind, "values": values})
        };
        let key = json!({"resource_id": "beside", "http_method": "GET"});
        let mut method = key.clone();
        method["authorization"] = "NONE".into();
        let mut integration = key;
        integration["type"] = "MOCK".into();
        let resources = state["values"]["root_module"]["resources"]
            .as_array_mut()
            .unwrap();
        let resource = json!({"id": "beside", "parent_id": root, "path_part": "beside"});
        resources.push(one("aws_api_gateway_resource", resource));
        resources.push(one("aws_api_gateway_method", method));
        resources.push(one("aws_api_gateway_integration", integration));
        state
    };
    // A mock without a response is an error of the configuration: it is reached.
    assert_eq!(serve(&beside("merge")).get("/beside").status, 500);
    let shop = serve(&beside("overwrite"));
    let answer = shop.get("/beside");
    assert_eq!(answer.status, 501);
    assert!(
        answer
            .text()
            .contains("`aws_api_gateway_method.beside`: the next update of the OpenAPI `body` deletes it")
    );
}
