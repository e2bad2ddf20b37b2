//! Attacks that only HTTP can carry, on routes with an authorizer. The authorizer's own tests cover attacks by tokens.

use std::fs;
use std::io::{Read, Write};

use serde_json::{Value, json};

use crate::shop::{Answer, Shop, issuer, project, read, state, token};

const REQUEST: &str = "GET /v1/claims HTTP/1.1\r\nHost: shop.localhost\r\n";

/// Sends these bytes, in which `{token}` stands for a token, and reads one answer.
fn call(shop: &Shop, request: &[u8], token: &str) -> Answer {
    let mut stream = shop.connect();
    let mut bytes = Vec::new();
    let mut rest = request;
    while let Some(place) = rest.windows(7).position(|part| part == b"{token}") {
        bytes.extend_from_slice(&rest[..place]);
        bytes.extend_from_slice(token.as_bytes());
        rest = &rest[place + 7..];
    }
    bytes.extend_from_slice(rest);
    // It may be refused before all of it is read.
    let _ = stream.write_all(&bytes);
    let method = request.split(|byte| *byte == b' ').next().unwrap();
    read(&mut stream, std::str::from_utf8(method).unwrap())
}

/// Returns the log's remark on the request with this answer.
fn remark(shop: &Shop, answer: &Answer) -> String {
    let id = answer.header("x-amzn-RequestId").unwrap();
    let log = shop.log();
    let line = log.lines().find(|line| line.contains(id)).unwrap();
    line.split_once(&format!("{id}: ")).unwrap().1.to_owned()
}

fn assert_not_logged(shop: &Shop, token: &str) {
    let log = shop.log();
    let logged = token
        .as_bytes()
        .windows(17)
        .map(|part| std::str::from_utf8(part).unwrap())
        .find(|part| log.contains(part));
    assert_eq!(logged, None, "a part of the token is in the log: {log}");
}

#[test]
fn a_token_is_taken_from_its_header_and_nowhere_else() {
    let shop = Shop::start();
    let good = token("customers", json!({}));
    let field = |text: &[u8]| [REQUEST.as_bytes(), text, b"\r\n"].concat();
    for admitted in [
        &b"Authorization: {token}\r\n"[..],
        b"authorization: Bearer {token}\r\n",
        b"AUTHORIZATION:{token}\r\n",
        b"aUtHoRiZaTiOn: \t {token} \t\r\n",
        b"X-Authorization: x\r\nAuthorization: {token}\r\nProxy-Authorization: x\r\n",
    ] {
        let answer = call(&shop, &field(admitted), &good);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(admitted));
    }
    let nothing = "no token in the header `Authorization`";
    let twice = "more than one header `Authorization`";
    let beside = "not a token: the header must be a token, or `Bearer ` and a token";
    let header = "its header must be base64url without padding";
    let cases: [(&str, &[u8], &str); 26] = [
        ("none", b"", nothing),
        ("an empty one", b"Authorization:\r\n", nothing),
        (
            "twice the same",
            b"Authorization: {token}\r\nAuthorization: {token}\r\n",
            twice,
        ),
        (
            "in two cases",
            b"Authorization: {token}\r\nauthorization: {token}\r\n",
            twice,
        ),
        (
            "a bad one first",
            b"Authorization: x\r\nAuthorization: {token}\r\n",
            twice,
        ),
        (
            "a bad one last",
            b"Authorization: {token}\r\nAuthorization: x\r\n",
            twice,
        ),
        (
            "an empty one last",
            b"Authorization: {token}\r\nAuthorization:\r\n",
            twice,
        ),
        (
            "with others between",
            b"Authorization: {token}\r\nX: y\r\nAuthorization: {token}\r\n",
            twice,
        ),
        ("two in one", b"Authorization: {token}, {token}\r\n", beside),
        ("bearer", b"Authorization: bearer {token}\r\n", beside),
        ("BEARER", b"Authorization: BEARER {token}\r\n", beside),
        ("Basic", b"Authorization: Basic {token}\r\n", beside),
        (
            "Bearer Bearer",
            b"Authorization: Bearer Bearer {token}\r\n",
            beside,
        ),
        ("a tab", b"Authorization: Bearer\t{token}\r\n", beside),
        ("two spaces", b"Authorization: Bearer  {token}\r\n", beside),
        (
            "the scheme alone",
            b"Authorization: Bearer \r\n",
            "not a token: it must have 3 segments, but it has 1",
        ),
        (
            "bytes that are no UTF-8 before it",
            b"Authorization: \xff{token}\r\n",
            header,
        ),
        (
            "bytes that are no UTF-8 behind it",
            b"Authorization: {token}\xc3\r\n",
            "invalid signature",
        ),
        (
            "a space of Unicode",
            b"Authorization: \xc2\xa0{token}\r\n",
            header,
        ),
        (
            "a cookie",
            b"Cookie: Authorization={token}; token={token}\r\n",
            nothing,
        ),
        (
            "the proxy's header",
            b"Proxy-Authorization: Bearer {token}\r\n",
            nothing,
        ),
        (
            "another authorizer's header",
            b"X-Staff-Token: {token}\r\n",
            nothing,
        ),
        (
            "a header that names it",
            b"Connection: Authorization\r\nX: {token}\r\n",
            nothing,
        ),
        ("an underscore", b"Authorization_: {token}\r\n", nothing),
        (
            "a body",
            b"Content-Length: 16\r\n\r\nAuthorization: x\r\n",
            nothing,
        ),
        (
            "a trailer",
            b"Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\nAuthorization: {token}\r\n",
            nothing,
        ),
    ];
    for (name, text, reason) in cases {
        let answer = call(&shop, &field(text), &good);
        assert_eq!(
            (answer.status, answer.text()),
            (401, r#"{"message":"Unauthorized"}"#),
            "{name}"
        );
        assert_eq!(remark(&shop, &answer), reason, "{name}");
    }
    for name in [
        "Authorization",
        "authorization",
        "access_token",
        "token",
        "id_token",
    ] {
        let request = format!("GET /v1/claims?{name}={{token}} HTTP/1.1\r\nHost: shop.localhost\r\n\r\n");
        let answer = call(&shop, request.as_bytes(), &good);
        assert_eq!(
            (answer.status, remark(&shop, &answer).as_str()),
            (401, nothing),
            "{name}"
        );
    }
    // Other texts than HTTP never reach the authorizer.
    for (name, text) in [
        ("a space before the colon", &b"Authorization : {token}\r\n"[..]),
        ("a line that is folded", b"Authorization: Bearer\r\n {token}\r\n"),
        ("a NUL", b"Authorization: {token}\0\r\n"),
        ("a return inside", b"Authorization: {token}\rX\r\n"),
    ] {
        assert_eq!(call(&shop, &field(text), &good).status, 400, "{name}");
    }
    let long =
        |length: usize| field(format!("Authorization: {{token}}{}\r\n", "A".repeat(length)).as_bytes());
    let answer = call(&shop, &long(100_000), &good);
    // The limit on all headers comes before the authorizer.
    assert_eq!(answer.status, 413);
    assert_not_logged(&shop, &good);
}

#[test]
fn a_refusal_gives_the_caller_little_and_the_log_its_reason() {
    let shop = Shop::start();
    let pool = |name: &str| issuer(name).rsplit_once('/').unwrap().1.to_owned();
    let unauthorized = r#"{"message":"Unauthorized"}"#;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let access = json!({"token_use": "access", "scope": "shop/read"});
    for (path, good, bad, body, reason) in [
        (
            "/claims",
            token("customers", json!({})),
            token("staff", json!({})),
            unauthorized,
            format!(
                "issuer is pool `{}`, but the route requires pool `{}`",
                pool("staff"),
                pool("customers")
            ),
        ),
        (
            "/claims",
            token("customers", json!({})),
            token("customers", json!({"exp": now - 210})),
            r#"{"message":"The incoming token has expired"}"#,
            "expired 3 min ago".to_owned(),
        ),
        (
            "/claims",
            token("customers", json!({})),
            token("customers", access.clone()),
            unauthorized,
            "the route takes an id token, but this is an access token".to_owned(),
        ),
        (
            "/scoped",
            token("customers", access.clone()),
            token("customers", json!({})),
            unauthorized,
            "the route takes an access token with a scope, but this is an id token".to_owned(),
        ),
        (
            "/scoped",
            token("customers", access),
            token("customers", json!({"token_use": "access", "scope": "openid"})),
            unauthorized,
            "it needs one of the scopes `shop/all`, `shop/read`".to_owned(),
        ),
        (
            "/claims",
            token("customers", json!({})),
            token("customers", json!({"iss": "\u{1b}[2J\r\nINFO all is well"})),
            unauthorized,
            format!(
                r#"issuer is "\u{{1b}}[2J\r\nINFO all is well", but the route requires pool `{}`"#,
                pool("customers")
            ),
        ),
    ] {
        assert_eq!(
            shop.call("GET", path, &[("Authorization", &good)]).status,
            200,
            "{reason}"
        );
        let answer = shop.call("GET", path, &[("Authorization", &bad)]);
        assert_eq!((answer.status, answer.text()), (401, body), "{reason}");
        assert_eq!(remark(&shop, &answer), reason);
        assert_not_logged(&shop, &bad);
    }
}

/// The fixture with a guard on `GET /pets/{id}`, beside which everything under `/pets` is open.
fn guarded_pets() -> Shop {
    let folder = project();
    let mut state = state();
    let resources = state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    let id_of = |kind: &str, name: &str, value: &str| {
        let found = resources
            .iter()
            .find(|resource| resource["type"] == kind && resource["values"][name] == value);
        found.unwrap()["values"]["id"].clone()
    };
    let pet = id_of("aws_api_gateway_resource", "path", "/pets/{id}");
    let authorizer = id_of(
        "aws_api_gateway_authorizer",
        "identity_source",
        "method.request.header.Authorization",
    );
    for resource in resources
        .iter_mut()
        .filter(|resource| resource["type"] == "aws_api_gateway_method")
    {
        let values: &mut Value = &mut resource["values"];
        if values["resource_id"] == pet {
            values["authorization"] = json!("COGNITO_USER_POOLS");
            values["authorizer_id"] = authorizer.clone();
        }
    }
    fs::write(folder.path().join("state.json"), state.to_string()).unwrap();
    Shop::start_in(folder)
}

#[test]
fn no_spelling_of_method_and_path_bypasses_the_authorizer() {
    let shop = guarded_pets();
    let good = token("customers", json!({}));
    let call = |line: &str, more: &str| {
        call(
            &shop,
            format!("{line} HTTP/1.1\r\nHost: shop.localhost\r\n{more}\r\n").as_bytes(),
            &good,
        )
    };
    // The same route, however it is called.
    for (line, more) in [
        ("GET /v1/claims", ""),
        ("GET /v1/claims/", ""),
        ("GET /v1/claims//", ""),
        ("GET /v1//claims", ""),
        ("GET /v1///claims", ""),
        ("GET //v1/claims", ""),
        ("GET /v1/claims?", ""),
        ("GET /v1/claims?x=/open", ""),
        ("GET /v1/claims#/open", ""),
        ("GET http://api.localhost/v1/claims", ""),
        ("GET /v1/pets/7", ""),
        ("GET /v1/pets/7/", ""),
        ("GET /v1/pets/%37", ""),
        ("GET /v1/pets/..", ""),
        ("GET /v1/pets/7%2Fx", ""),
        ("POST /v1/claims", "X-HTTP-Method-Override: GET\r\n"),
        ("OPTIONS /v1/claims", "X-HTTP-Method-Override: GET\r\n"),
        ("HEAD /v1/claims", "x-http-method-override: GET\r\n"),
        (
            "POST /v1/claims",
            "X-HTTP-Method-Override: POST\r\nX-HTTP-Method-Override: GET\r\n",
        ),
        (
            "GET /v1/claims",
            "X-Original-URL: /v1/open\r\nX-Rewrite-URL: /v1/open\r\n",
        ),
        (
            "GET /v1/claims",
            "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Prefix: /v1/open\r\n",
        ),
        (
            "GET /v1/claims",
            "Origin: http://page.test\r\nAccess-Control-Request-Method: GET\r\n",
        ),
    ] {
        let admitted = call(line, &format!("{more}Authorization: {{token}}\r\n"));
        assert_eq!(admitted.status, 200, "{line} {more}");
        let refused = call(line, more);
        assert_eq!(
            (refused.status, remark(&shop, &refused).as_str()),
            (401, "no token in the header `Authorization`"),
            "{line} {more}"
        );
    }
    // No route at all, with a token and without.
    for (line, more) in [
        ("GET /v1/CLAIMS", ""),
        ("GET /v1/%63laims", ""),
        ("GET /v1/claims%2F", ""),
        ("GET /v1/claims%00", ""),
        ("GET /v1/claims%3F", ""),
        ("GET /v1/claims;x=y", ""),
        ("GET /v1/claims.json", ""),
        ("GET /v1/claims/.", ""),
        ("GET /v1/./claims", ""),
        ("GET /v1/open/../claims", ""),
        ("GET /v1/open/%2e%2e/claims", ""),
        ("GET /V1/claims", ""),
        ("GET /claims", ""),
        ("get /v1/claims", ""),
        ("ANY /v1/claims", ""),
        ("TRACE /v1/claims", ""),
        ("POST /v1/claims", ""),
        ("OPTIONS /v1/claims", ""),
        ("GET /v1/claims", "X-HTTP-Method-Override: get\r\n"),
        ("GET /v1/claims", "X-HTTP-Method-Override:\r\n"),
    ] {
        for more in [more.to_owned(), format!("{more}Authorization: {{token}}\r\n")] {
            assert_eq!(call(line, &more).status, 403, "{line} {more}");
        }
    }
    // The public method is exactly the applied one: another method or another resource is not.
    for line in ["POST /v1/pets/7", "GET /v1/pets/7/x", "GET /v1/pets//7"] {
        let event = call(line, "").echoed()["event"].clone();
        assert_eq!(event["resource"], "/pets/{proxy+}", "{line}");
        assert_eq!(event["requestContext"].get("authorizer"), None, "{line}");
    }
    assert_not_logged(&shop, &good);
}

#[test]
fn a_token_counts_for_one_request_of_a_connection() {
    let shop = Shop::start();
    let good = token("customers", json!({}));
    let with = format!("{REQUEST}Authorization: {good}\r\n\r\n");
    let without = format!("{REQUEST}\r\n");
    for pipelined in [true, false] {
        let mut stream = shop.connect();
        let mut statuses = Vec::new();
        if pipelined {
            stream
                .write_all([&with[..], &without, &with].concat().as_bytes())
                .unwrap();
        }
        for request in [&with, &without, &with] {
            if !pipelined {
                stream.write_all(request.as_bytes()).unwrap();
            }
            statuses.push(read(&mut stream, "GET").status);
        }
        assert_eq!(statuses, [200, 401, 200], "pipelined: {pipelined}");
    }
    // A second request in the body of the first is a body.
    let mut stream = shop.connect();
    let inner = format!("{REQUEST}Authorization: {good}\r\nConnection: close\r\n\r\n");
    let outer = format!(
        "{REQUEST}Content-Length: {}\r\nConnection: close\r\n\r\n{inner}",
        inner.len()
    );
    stream.write_all(outer.as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(answers.starts_with("HTTP/1.1 401 "), "{answers}");
}
