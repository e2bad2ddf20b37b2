//! Clients that speak HTTP badly, slowly or incompletely. Each gets a 4xx or a closed connection, other clients don't
//! notice, and nothing of them stays.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use shop::{Shop, eventually, read, send};

/// Sends bytes, stops sending, and returns all that comes back until the connection is closed.
fn exchange(shop: &Shop, bytes: &[u8]) -> String {
    let mut stream = shop.connect();
    // The other side may close before it has it all.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("it hangs on {:?}", cut(bytes))
        }
        _ => String::from_utf8_lossy(&answer).into_owned(),
    }
}

fn cut(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned()
}

/// Status codes of the answers in a stream of them.
fn statuses(answers: &str) -> Vec<&str> {
    answers
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &answers[at + 9..at + 12])
        .collect()
}

#[test]
fn invalid_http_is_a_4xx_or_a_closed_connection() {
    let shop = Shop::start();
    let long_target = format!(
        "GET /v1/{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(200_000)
    );
    let long_header = format!(
        "GET /v1/open HTTP/1.1\r\nHost: localhost\r\nx: {}\r\n\r\n",
        "y".repeat(2_000_000)
    );
    let many: String = (0..100_000).map(|index| format!("x-{index}: 1\r\n")).collect();
    let many = format!("GET /v1/open HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    for bad in [
        &b"nonsense\r\n\r\n"[..],
        b"\0\x01\x02\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a client that speaks TLS \r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1/open HTTP/9.9\r\n\r\n",
        b"GET /v1/open\r\n\r\n",
        b"GET  /v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/o pen HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"G\xc3\x89T /v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\n folded: b\r\n\r\n",
        b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\nname with space: b\r\n\r\n",
        b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\nx: a\0b\r\n\r\n",
        b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\n: nameless\r\n\r\n",
        b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab\r\n0\r\n\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\nab",
        long_target.as_bytes(),
        long_header.as_bytes(),
        many.as_bytes(),
    ] {
        let answer = exchange(&shop, bad);
        let refused = statuses(&answer).iter().all(|status| status.starts_with('4'));
        assert!(refused, "{:?} was answered: {answer}", cut(bad));
    }
    assert_eq!(shop.get("/open").status, 200);
    assert!(!shop.log().contains("panicked"), "{}", shop.log());
}

#[test]
fn a_body_with_two_lengths_does_not_become_a_second_request() {
    let shop = Shop::start();
    // Whichever length counts, what is behind the shorter one must not be taken for a request of its own.
    let hidden = "GET /v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: 0\r\nContent-Length: 45",
    ] {
        let request =
            format!("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\n{lengths}\r\n\r\n0\r\n\r\n{hidden}");
        let answers = exchange(&shop, request.as_bytes());
        assert!(!answers.contains("whoever you are"), "{lengths}: {answers}");
    }
}

#[test]
fn targets_of_other_forms_lead_to_the_same_check() {
    let shop = Shop::start();
    for (target, expected) in [
        ("http://api.localhost/v1/open", "200"),
        ("http://api.localhost/v1/claims", "401"),
        ("http://api.localhost/v1", "401"),
        ("*", "403"),
        ("/", "403"),
        ("/v1/../v1/claims", "403"),
        ("/v1/%2e%2e/v1/claims", "403"),
        ("/v2/../v1/claims", "403"),
        ("/v1/claims%00", "403"),
        ("/v1/claims/", "401"),
        ("/v1//claims", "401"),
        ("/v1/claims?", "401"),
        ("/v1/claims#open", "401"),
        ("/v1/CLAIMS", "403"),
        ("/V1/claims", "403"),
        ("/v1/claims;open", "403"),
    ] {
        let answer = exchange(
            &shop,
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes(),
        );
        assert_eq!(statuses(&answer), [expected], "{target}: {answer}");
    }
}

#[test]
fn requests_in_one_piece_are_answered_in_order() {
    let shop = Shop::start();
    let request = |path: &str| format!("GET /v1{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answers = exchange(
        &shop,
        [
            request("/open"),
            request("/nowhere"),
            request("/claims"),
            request("/open"),
        ]
        .concat()
        .as_bytes(),
    );
    assert_eq!(statuses(&answers), ["200", "403", "401", "200"]);
    // A client of HTTP/1.0 gets one answer, and the end of the connection.
    let answer = exchange(&shop, b"GET /v1/open HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
}

#[test]
fn clients_that_stop_halfway_leave_nothing_behind() {
    let shop = Shop::start();
    let rest = sockets_at_rest(&shop);
    let halves: [&[u8]; 5] = [
        b"",
        b"GET /v1/op",
        b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf",
        b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ];
    for half in halves {
        let answer = exchange(&shop, half);
        assert!(
            statuses(&answer).iter().all(|status| status.starts_with('4')),
            "{:?}: {answer}",
            cut(half)
        );
        // One that resets the connection instead.
        let mut stream = shop.connect();
        stream.write_all(half).unwrap();
        drop(stream);
    }
    // A client that goes away before the answer: its invocation goes on to its end.
    let mut stream = shop.connect();
    send(&mut stream, "GET", "/v1/echo?sleep=0.2", &[], b"");
    eventually("its invocation begins", || {
        shop.function_log("echo").contains("START")
    });
    drop(stream);
    eventually("its invocation ends", || {
        shop.function_log("echo").contains("REPORT")
    });
    // A client that closes its half as soon as it has asked still gets its answer.
    let answer = exchange(&shop, b"GET /v1/open HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(statuses(&answer), ["200"]);
    assert_eq!(shop.get("/open").status, 200);
    eventually("their connections are closed", || sockets(&shop) <= rest);
}

#[test]
fn slow_and_silent_clients_do_not_delay_others() {
    let shop = Shop::start();
    let rest = sockets_at_rest(&shop);
    let mut slow: Vec<TcpStream> = (0..300)
        .map(|index| {
            let mut stream = shop.connect();
            match index % 3 {
                // A header of which more comes. A version would be invalid with more, so the server might refuse it.
                0 => stream.write_all(b"GET /v1/open HTTP/1.1\r\nX-Slow: "),
                1 => stream
                    .write_all(b"POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nab"),
                _ => Ok(()),
            }
            .unwrap();
            stream
        })
        .collect();
    for _ in 0..20 {
        for stream in slow.iter_mut().step_by(3) {
            stream.write_all(b"T").unwrap();
        }
        assert_eq!(shop.get("/open").status, 200);
    }
    // One that reads its answer slowly gets it whole.
    let mut stream = shop.connect();
    send(&mut stream, "GET", "/v1/open", &[], b"");
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(read(&mut stream, "GET").status, 200);
    drop((slow, stream));
    eventually("their connections are closed", || sockets(&shop) <= rest);
}

/// Open sockets of the data plane.
fn sockets(shop: &Shop) -> usize {
    fs::read_dir(format!("/proc/{}/fd", shop.id()))
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}

/// The same with a process of each function and no client.
fn sockets_at_rest(shop: &Shop) -> usize {
    for path in ["/open", "/echo"] {
        assert_eq!(shop.get(path).status, 200);
    }
    let rest = sockets(shop);
    // The last client's may still be counted.
    eventually("the last client is gone", || sockets(shop) <= rest);
    sockets(shop)
}
