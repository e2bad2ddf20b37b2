//! Attacks on the listeners of the data plane and of a function's Runtime API, on loopback with raw sockets.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_test_support::attacks::{PAGES, as_another_user, names};
use shop::{Shop, project, zip};

/// Sends a head on a connection of its own, and returns the status and the rest of the answer.
fn ask(port: u16, head: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

fn port_of(url: &str) -> u16 {
    url.split(['/', ':'])
        .filter_map(|part| part.parse().ok())
        .next_back()
        .unwrap()
}

#[test]
fn the_data_plane_answers_to_its_own_name_alone() {
    let shop = Shop::start();
    let port = port_of(shop.ready["api_url"].as_str().unwrap());
    for (head, refused) in names("/v1/open", port) {
        let (status, answer) = ask(port, &head);
        assert_eq!(status, refused.unwrap_or(200), "{head}\n{answer}");
        assert_eq!(
            answer.contains("whoever you are"),
            refused.is_none(),
            "{head}\n{answer}"
        );
        if refused.is_some() {
            assert!(
                answer.contains(r#"{"message":""#) && answer.contains("Host"),
                "{answer}"
            );
        }
    }
    assert!(
        shop.log().contains("GET /v1/open 403: refused: `Host` must be"),
        "{}",
        shop.log()
    );
    // Pages are its callers: what they may read, CORS says.
    for page in PAGES {
        let (status, answer) = ask(
            port,
            &format!("GET /v1/open HTTP/1.1\r\nHost: localhost\r\n{page}"),
        );
        assert_eq!(status, 200, "{page}\n{answer}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_data_plane_answers_its_own_user_alone() {
    let shop = Shop::start();
    let port = port_of(shop.ready["api_url"].as_str().unwrap());
    let request = "GET /v1/open HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let Some(answer) = as_another_user(port, request) else {
        return;
    };
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(
        answer.contains("only programs of the user who started this server may call it"),
        "{answer}"
    );
    assert_eq!(shop.get("/open").status, 200);
}

/// The port of the Runtime API of a function's process.
#[cfg(target_os = "linux")]
fn runtime_api(process: &serde_json::Value) -> u16 {
    let environment = fs::read_to_string(format!("/proc/{process}/environ")).unwrap();
    let address = environment
        .split('\0')
        .find_map(|variable| variable.strip_prefix("AWS_LAMBDA_RUNTIME_API="));
    port_of(address.unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_runtime_api_answers_the_process_of_its_function_alone() {
    let shop = Shop::start();
    let process = shop.get("/echo").echoed()["process"].clone();
    let port = runtime_api(&process);
    let host = format!("Host: 127.0.0.1:{port}\r\n");
    let steal = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n{host}");
    let (status, answer) = ask(port, &steal);
    assert_eq!(status, 403, "{answer}");
    assert!(answer.contains("only programs of the user"), "{answer}");

    // While an invocation runs, its answer is the function's: also if another program knows its id.
    let mut caller = shop.connect();
    shop::send(&mut caller, "GET", "/v1/echo?sleep=1", &[], b"");
    shop::eventually("the second invocation runs", || {
        shop.function_log("echo").matches("START RequestId: ").count() == 2
    });
    let log = shop.function_log("echo");
    let (_, behind) = log.rsplit_once("START RequestId: ").unwrap();
    let id = behind.split(' ').next().unwrap();
    let forge = format!(
        "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\n{host}Content-Length: 18\r\n\r\n{}",
        r#"{"statusCode":418}"#
    );
    for forged in [forge.clone(), forge.replace("/response", "/error")] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(forged.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 403");
    }
    let answer = shop::read(&mut caller, "GET");
    assert_eq!(
        (answer.status, &answer.echoed()["process"]),
        (200, &process),
        "the function answers, and nobody took its event"
    );
    if let Some(answer) = as_another_user(port, &format!("{steal}Connection: close\r\n\r\n")) {
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
}

/// A function that sends its event to its own Runtime API, and answers with the response.
const ATTACK: &str = r#"
    if "attack" in query:
        import socket
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        page = socket.create_connection((host, int(port)), 30)
        page.sendall(query["attack"].replace("PORT", port).encode())
        answer = page.makefile(newline="").read()
        query["result"] = json.dumps({"statusCode": 200, "body": answer})
"#;

#[test]
fn a_runtime_api_answers_no_browser_and_no_other_name() {
    // The function itself sends what a page would: so the name and the browser alone are refused.
    let folder = project();
    let bootstrap = include_str!("fixtures/shop/code/bootstrap");
    let marker = "    if \"result\" in query:\n";
    let changed = bootstrap.replacen(marker, &format!("{ATTACK}{marker}"), 1);
    assert_ne!(bootstrap, changed);
    zip(&folder.path().join("artifacts/shop.zip"), &changed);
    let shop = Shop::start_in(folder);
    let attack = |head: &str| {
        let head = format!("{head}Connection: close\r\n\r\n");
        let head = utf8_percent_encode(&head, NON_ALPHANUMERIC);
        let answer = shop.get(&format!("/echo?attack={head}")).text().to_owned();
        let status = answer.get(9..12).and_then(|status| status.parse().ok());
        let status: u16 = status.unwrap_or_else(|| panic!("{answer}\n{}", shop.function_log("echo")));
        (status, answer)
    };
    // The answer to an unknown path proves that a request was admitted.
    let none = "/2018-06-01/runtime/nothing";
    for (head, refused) in names(none, 0) {
        let head = head.replace(":0", ":PORT");
        let (status, answer) = attack(&head);
        assert_eq!(status, refused.unwrap_or(404), "{head}\n{answer}");
    }
    let own = "Host: 127.0.0.1:PORT\r\n";
    let steal = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n{own}");
    let forge =
        format!("POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\n{own}Content-Length: 0\r\n");
    let (status, answer) = attack(&forge);
    assert!(status == 400 && answer.contains("InvalidRequestID"), "{answer}");
    // This includes addresses that a user typed.
    for page in PAGES
        .into_iter()
        .chain(["Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n"])
    {
        for head in [&steal, &forge] {
            let (status, answer) = attack(&format!("{head}{page}"));
            assert_eq!(status, 403, "{head}{page}\n{answer}");
            assert!(
                answer.contains("web browsers may not call this address"),
                "{answer}"
            );
        }
    }
}
