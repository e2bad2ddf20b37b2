//! The data plane as a process: a real state, real zips, processes that speak the Runtime API, and HTTP.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod authorizer;
mod environments;
mod shop;

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::{Read, Write};

use serde_json::{Value, json};
use shop::{Shop, command, eventually, issuer, lives, processes_in, project, read, send, state, token, zip};

#[test]
fn a_public_route_answers_anyone() {
    let shop = Shop::start();
    let answer = shop.get("/open");
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"message": "Hello, whoever you are", "structure": "shop"})
    );
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(answer.header("x-amzn-RequestId").unwrap().len(), 36);
    assert_eq!(answer.header("x-amz-apigw-id").unwrap().len(), 16);
    assert!(answer.header("X-Amzn-Trace-Id").unwrap().starts_with("Root=1-"));
}

#[test]
fn a_route_with_an_authorizer_answers_signed_in_users() {
    let shop = Shop::start();
    for (headers, body) in [
        (vec![], r#"{"message":"Unauthorized"}"#),
        (
            vec![("Authorization", "nonsense".to_owned())],
            r#"{"message":"Unauthorized"}"#,
        ),
        (
            vec![("Authorization", token("staff", json!({})))],
            r#"{"message":"Unauthorized"}"#,
        ),
        (
            vec![("Authorization", token("customers", json!({"exp": 1})))],
            r#"{"message":"The incoming token has expired"}"#,
        ),
    ] {
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        for path in ["", "/"] {
            let answer = shop.call("GET", path, &headers);
            assert_eq!((answer.status, answer.text()), (401, body));
            assert_eq!(answer.header("x-amzn-ErrorType"), Some("UnauthorizedException"));
            assert_eq!(
                answer.header("Access-Control-Allow-Origin"),
                Some("*"),
                "of the gateway response"
            );
            assert_eq!(answer.header("X-Amzn-Trace-Id"), None);
        }
    }
    let token = token("customers", json!({}));
    for value in [token.clone(), format!("Bearer {token}")] {
        let answer = shop.call("GET", "", &[("authorization", &value)]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json(), json!({"message": "Hello, someone@example.com"}));
    }
    let log = shop.log();
    for reason in [
        "no token in the header `Authorization`",
        "not a token",
        "days ago",
        "the route requires pool `",
    ] {
        assert!(log.contains(reason), "{reason}: {log}");
    }
    assert!(
        !log.contains(&token[..40]) && !log.contains(&token[token.len() - 40..]),
        "a token is in the log"
    );
}

#[test]
fn scopes_want_an_access_token_and_another_header_another_pool() {
    let shop = Shop::start();
    let with = |path: &str, header: &str, token: &str| shop.call("GET", path, &[(header, token)]);
    let access = token(
        "customers",
        json!({"token_use": "access", "scope": "openid shop/read"}),
    );
    assert_eq!(with("/scoped", "Authorization", &access).status, 200);
    assert_eq!(
        with("/scoped", "Authorization", &token("customers", json!({}))).status,
        401
    );
    assert_eq!(with("/claims", "Authorization", &access).status, 401);
    let staff = token("staff", json!({}));
    assert_eq!(with("/staff", "x-staff-token", &staff).status, 200);
    assert_eq!(with("/staff", "Authorization", &staff).status, 401);
    assert_eq!(
        with("/staff", "X-Staff-Token", &token("customers", json!({}))).status,
        401
    );

    let claims = with(
        "/claims",
        "Authorization",
        &token("customers", json!({"cognito:groups": ["A", "B"]})),
    );
    let claims = &claims.echoed()["event"]["requestContext"]["authorizer"]["claims"];
    assert_eq!(claims["email_verified"], "true");
    assert_eq!(claims["auth_time"], "1718636404");
    assert_eq!(claims["cognito:groups"], "A,B");
    assert!(claims["exp"].as_str().unwrap().contains(" UTC 20"), "{claims}");
}

#[test]
fn a_preflight_is_answered_from_the_applied_mock() {
    let shop = Shop::start();
    let preflight = [
        ("Origin", "http://page.test"),
        ("Access-Control-Request-Method", "GET"),
    ];
    for path in ["", "/", "/open"] {
        let answer = shop.call("OPTIONS", path, &preflight);
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{path}");
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(answer.header("Access-Control-Allow-Methods"), Some("GET,OPTIONS"));
        assert_eq!(
            answer.header("Access-Control-Allow-Headers"),
            Some("*,Authorization")
        );
        assert_eq!(answer.header("X-Amzn-Trace-Id"), None);
    }
    assert_eq!(
        shop.call("OPTIONS", "/claims", &preflight).status,
        403,
        "no preflight was applied there"
    );
}

#[test]
fn what_is_not_there_is_forbidden() {
    let shop = Shop::start();
    for (method, path) in [
        ("GET", "/nowhere"),
        ("POST", "/open"),
        ("HEAD", "/open"),
        ("GET", "/open/more"),
    ] {
        let answer = shop.call(method, path, &[]);
        assert_eq!(answer.status, 403, "{method} {path}");
        assert_eq!(
            answer.header("x-amzn-ErrorType"),
            Some("MissingAuthenticationTokenException")
        );
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
        if method != "HEAD" {
            assert_eq!(answer.text(), r#"{"message":"Missing Authentication Token"}"#);
        }
    }
    for path in ["/v2/open", "/", "/open"] {
        let answer = shop.call_with("GET", path, &[], b"");
        assert_eq!(
            (answer.status, answer.text()),
            (403, r#"{"message":"Forbidden"}"#)
        );
        assert_eq!(answer.header("x-amzn-ErrorType"), Some("ForbiddenException"));
        assert_eq!(answer.header("Access-Control-Allow-Origin"), None);
    }
    assert_eq!(
        shop.call("POST", "/open", &[("X-HTTP-Method-Override", "GET")])
            .status,
        200
    );
}

#[test]
fn the_event_carries_the_request_as_it_was_sent() {
    let shop = Shop::start();
    let headers = [
        ("X-oWn", "1"),
        ("authorization", "anything"),
        ("User-Agent", "test"),
    ];
    let event = shop
        .call_with("PUT", "/v1//echo/?b=1&b=2+3", &headers, "hällo".as_bytes())
        .echoed()["event"]
        .clone();
    assert_eq!(event["headers"]["X-oWn"], "1");
    assert_eq!(event["headers"]["Authorization"], "anything");
    assert_eq!(event["headers"]["Host"], "shop.localhost");
    assert_eq!(event["headers"].get("Content-Length"), None);
    assert_eq!(
        (&event["path"], &event["resource"]),
        (&json!("/echo/"), &json!("/echo"))
    );
    assert_eq!(event["requestContext"]["path"], "/v1//echo/");
    assert_eq!(event["queryStringParameters"], json!({"b": "2 3"}));
    assert_eq!(
        (&event["body"], &event["httpMethod"]),
        (&json!("hällo"), &json!("PUT"))
    );
    assert_eq!(event["requestContext"]["identity"]["userAgent"], "test");
    assert_eq!(event["stageVariables"], json!({"colour": "blue"}));
    assert_eq!(event["requestContext"].get("authorizer"), None);

    let pet = shop.get("/pets/a%2Fb").echoed()["event"].clone();
    assert_eq!(
        (&pet["pathParameters"], &pet["resource"]),
        (&json!({"id": "a%2Fb"}), &json!("/pets/{id}"))
    );
    let beyond = shop.get("/pets/a//b/").echoed()["event"].clone();
    assert_eq!(
        (&beyond["pathParameters"], &beyond["path"]),
        (&json!({"proxy": "a//b"}), &json!("/pets/a//b/"))
    );
}

#[test]
fn the_case_of_headers_is_kept_on_every_request_of_a_connection() {
    let shop = Shop::start();
    let mut stream = shop.connect();
    for name in ["X-One", "x-ONE", "X-oNE"] {
        send(
            &mut stream,
            "POST",
            "/v1/echo",
            &[(name, "1")],
            b"X-Body: 1\r\n\r\n",
        );
        let event = read(&mut stream, "POST").echoed()["event"].clone();
        assert_eq!(event["headers"][name], "1", "{}", event["headers"]);
    }
}

#[test]
fn a_route_that_wants_an_api_key_takes_those_of_its_stage() {
    let shop = Shop::start();
    for headers in [
        &[][..],
        &[("x-api-key", "")],
        &[("x-api-key", "unknown")],
        &[("x-api-key", "key-of-a-former-0123456789")],
    ] {
        let answer = shop.call("GET", "/keyed", headers);
        assert_eq!(
            (answer.status, answer.text()),
            (403, r#"{"message":"Forbidden"}"#),
            "{headers:?}"
        );
        assert_eq!(answer.header("x-amzn-ErrorType"), Some("ForbiddenException"));
        assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    }
    let key = "key-of-a-partner-0123456789";
    let identity =
        shop.call("GET", "/keyed", &[("X-API-Key", key)]).echoed()["event"]["requestContext"]["identity"]
            .clone();
    assert_eq!(
        (&identity["apiKey"], identity["apiKeyId"].is_string()),
        (&json!(key), true)
    );
    let identity =
        shop.call("GET", "/echo", &[("X-API-Key", key)]).echoed()["event"]["requestContext"]["identity"]
            .clone();
    assert_eq!(
        identity.as_object().unwrap().len(),
        12,
        "only where a key is wanted"
    );
}

#[test]
fn a_function_without_permission_is_a_500() {
    let shop = Shop::start();
    let answer = shop.get("/unpermitted");
    assert_eq!(
        (answer.status, answer.text()),
        (500, r#"{"message": "Internal server error"}"#)
    );
    assert!(
        shop.log()
            .contains("missing `aws_lambda_permission` for `arn:aws:execute-api:"),
        "{}",
        shop.log()
    );
}

#[test]
fn unsupported_parts_are_reported_at_start_and_by_their_routes() {
    let shop = Shop::start();
    let address = "aws_api_gateway_integration.elsewhere";
    assert_eq!(shop.ready["unsupported"][0]["address"], address);
    assert!(shop.log().contains(&format!("not emulated: `{address}`")));
    let answer = shop.get("/elsewhere");
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains(address), "{}", answer.text());
}

#[test]
fn required_parameters_are_demanded_with_the_applied_gateway_response() {
    let shop = Shop::start();
    let answer = shop.call("GET", "/pets", &[("x-shop", "1")]);
    assert_eq!(answer.status, 422);
    let id = answer.header("x-amzn-RequestId").unwrap();
    let why = "Missing required request parameters: [X-Shop, kind]";
    assert_eq!(answer.json(), json!({"why": why, "request": id}));
    assert_eq!(
        answer.header("Access-Control-Allow-Origin"),
        None,
        "the specific response goes alone"
    );
    assert_eq!(shop.call("GET", "/pets?kind=cat", &[("X-Shop", "1")]).status, 200);
}

#[test]
fn a_result_becomes_the_answer_by_the_rules_of_proxy_integrations() {
    let shop = Shop::start();
    let result = |result: Value| {
        let encoded: String = result
            .to_string()
            .bytes()
            .map(|byte| format!("%{byte:02X}"))
            .collect();
        shop.get(&format!("/echo?result={encoded}"))
    };
    let answer = result(
        json!({"statusCode": "201", "body": "ok", "headers": {"X-A": true}, "multiValueHeaders": {"Set-Cookie": ["a", "b"]}}),
    );
    assert_eq!(
        (answer.status, answer.text(), answer.header("X-A")),
        (201, "ok", Some("true"))
    );
    assert_eq!(answer.head.to_lowercase().matches("set-cookie: ").count(), 2);
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(result(json!({"cookies": []})).status, 502);
    assert_eq!(result(json!("text")).status, 502);
    assert_eq!(result(json!({"statusCode": 204})).status, 204);
}

#[test]
fn a_body_over_the_limit_is_a_413_however_it_is_sent() {
    let shop = Shop::start();
    let body = vec![b'x'; (10 << 20) + 1];
    let answer = shop.call_with("POST", "/v1/echo", &[], &body);
    assert_eq!(answer.status, 413, "{}", answer.text());
    let mut stream = shop.connect();
    stream
        .write_all(b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    let chunk = [format!("{:x}\r\n", 1 << 20).as_bytes(), &body[..1 << 20], b"\r\n"].concat();
    while stream.write_all(&chunk).is_ok() {}
    // It answers and closes; what was sent into the closed connection may have cost the answer.
    let mut answer = Vec::new();
    if stream.read_to_end(&mut answer).is_ok() {
        assert!(
            answer.starts_with(b"HTTP/1.1 413 "),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    assert_eq!(shop.get("/open").status, 200);
}

#[test]
fn a_reload_serves_the_new_state_and_code_and_keeps_what_did_not_change() {
    let shop = Shop::start();
    assert_eq!(
        (&shop.ready["ready"], &shop.ready["generation"]),
        (&json!(true), &json!(1))
    );
    let before = shop.get("/echo").echoed()["process"].clone();
    shop.signal("HUP");
    let line = shop.line();
    assert_eq!(
        (&line["generation"], &line["api_url"]),
        (&json!(2), &shop.ready["api_url"])
    );
    assert_eq!(
        shop.get("/echo").echoed()["process"],
        before,
        "the same zip, the same process"
    );

    let bootstrap = fs::read_to_string(shop.path("artifacts/shop.zip"))
        .err()
        .map(|_| ());
    assert!(bootstrap.is_some(), "the zip is no text");
    let code = include_str!("fixtures/shop/code/bootstrap").replace("whoever you are", "you");
    zip(&shop.path("artifacts/shop.zip"), &code);
    shop.signal("HUP");
    assert_eq!(shop.line()["generation"], 3);
    assert_eq!(shop.get("/open").json()["message"], "Hello, you");
    assert_ne!(shop.get("/echo").echoed()["process"], before);
    eventually("the old process ends", || !lives(before.as_u64().unwrap()));

    fs::write(shop.path("state.json"), "{").unwrap();
    shop.signal("HUP");
    let line = shop.line();
    assert_eq!((&line["ready"], &line["generation"]), (&json!(false), &json!(3)));
    assert!(line["error"].as_str().unwrap().contains("state.json"), "{line}");
    assert_eq!(shop.get("/echo").status, 200, "what was served goes on");
}

/// Returns the state of the fixture without the method of `/open`. Its stages serve `deployment`, if it is given.
fn state_without_open(deployment: Option<&str>) -> String {
    let mut state = state();
    let resources = state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    resources.retain(|resource| resource["address"] != METHOD_OF_OPEN);
    for resource in resources {
        if let (Some(id), "aws_api_gateway_stage") = (deployment, resource["type"].as_str().unwrap()) {
            resource["values"]["deployment_id"] = id.into();
        }
    }
    state.to_string()
}

const METHOD_OF_OPEN: &str = r#"aws_api_gateway_method.this["open"]"#;

#[test]
fn a_deployment_serves_what_it_froze_until_there_is_another() {
    let shop = Shop::start();
    assert_eq!(shop.ready["undeployed"], json!({}));
    fs::write(shop.path("state.json"), state_without_open(None)).unwrap();
    shop.signal("HUP");
    let line = shop.line();
    let undeployed: Vec<&Value> = line["undeployed"].as_object().unwrap().values().collect();
    assert_eq!(undeployed, [&json!([METHOD_OF_OPEN])]);
    assert_eq!(shop.get("/open").status, 200, "the deployment has it still");
    let sentence = format!("is older than the last change of `{METHOD_OF_OPEN}`");
    assert!(shop.log().contains(&sentence), "{}", shop.log());

    fs::write(shop.path("state.json"), state_without_open(Some("another"))).unwrap();
    shop.signal("HUP");
    assert_eq!(shop.line()["undeployed"], json!({}));
    assert_eq!(shop.get("/open").status, 403);
}

#[test]
fn a_stop_ends_every_process() {
    for signal in ["TERM", "INT"] {
        let mut shop = Shop::start();
        let idle = shop.get("/echo").echoed()["process"].as_u64().unwrap();
        let mut busy = shop.connect();
        send(&mut busy, "GET", "/v1/hang", &[], b"");
        eventually("the function hangs", || {
            shop.path("work/logs/shop-hang.log").exists() && shop.function_log("hang").contains("event")
        });
        assert!(lives(idle));
        shop.signal(signal);
        assert!(shop.ended().success());
        eventually("no process is left", || !lives(idle));
        assert!(processes_in(shop.folder.path()).is_empty());
    }
}

#[test]
fn processes_do_not_outlive_a_data_plane_that_is_killed() {
    let mut shop = Shop::start();
    let idle = shop.get("/echo").echoed()["process"].as_u64().unwrap();
    let mut busy = shop.connect();
    send(&mut busy, "GET", "/v1/echo?sleep=60", &[], b"");
    eventually("the function is at work", || {
        shop.function_log("echo").matches("event for").count() == 2
    });
    assert!(lives(idle));
    shop.signal("KILL");
    shop.ended();
    eventually("no process is left", || {
        processes_in(shop.folder.path()).is_empty()
    });
}

#[test]
fn the_project_may_be_named_relative_to_where_it_runs() {
    let folder = project();
    let keys = ["customers", "staff"].map(|pool| format!("{}=jwks.json", issuer(pool)));
    let program = command(folder.path(), 0, &[]).get_program().to_owned();
    let mut command = std::process::Command::new(program);
    command
        .current_dir(folder.path())
        .args(["state.json", "terraform", "work", "0"])
        .args(keys);
    assert_eq!(Shop::start_with(folder, command).get("/open").status, 200);
}

#[test]
fn code_for_another_machine_is_named_in_the_log() {
    let folder = project();
    // The head of a program for a machine that does not exist.
    let elf = "\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x7f\x7f";
    zip(
        &folder.path().join("artifacts/shop.zip"),
        &format!("{elf}{}", "\0".repeat(100)),
    );
    let shop = Shop::start_in(folder);
    assert_eq!(shop.get("/open").status, 502);
    assert!(
        shop.log()
            .contains("it is a Linux executable for the ELF machine 32639, but this machine is "),
        "{}",
        shop.log()
    );
}

#[test]
fn a_start_that_cannot_be_is_refused_by_name() {
    let error = |change: &dyn Fn(&std::path::Path), port: u16, pools: &[&str]| {
        let folder = project();
        change(folder.path());
        let output = command(folder.path(), port, pools).output_in_time().unwrap();
        assert!(!output.status.success() && output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let both = ["customers", "staff"];
    let without_keys = error(&|_| (), 0, &["customers"]);
    assert!(
        without_keys
            .contains("which protects `GET /staff` through `aws_api_gateway_authorizer.staff`: save them")
            && without_keys.contains(&format!("\n  --jwks {}=", issuer("staff"))),
        "{without_keys}"
    );
    assert!(!without_keys.contains("GET /claims"), "{without_keys}");

    let without_zip = error(
        &|folder| fs::remove_file(folder.join("artifacts/shop.zip")).unwrap(),
        0,
        &both,
    );
    assert!(
        without_zip.contains("aws_lambda_function.this`") && without_zip.contains("artifacts/shop.zip`"),
        "{without_zip}"
    );
    let without_state = error(
        &|folder| fs::remove_file(folder.join("state.json")).unwrap(),
        0,
        &both,
    );
    assert!(without_state.contains("missing file `"), "{without_state}");
    let bad_keys = error(
        &|folder| fs::write(folder.join("jwks.json"), "{}").unwrap(),
        0,
        &both,
    );
    assert!(
        bad_keys.contains("jwks.json` must be a JWKS with a key for RS256"),
        "{bad_keys}"
    );

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = error(&|_| (), port, &both);
    assert!(
        refused.contains(&format!("can't listen on 127.0.0.1:{port}")),
        "{refused}"
    );
}
