//! Functions that crash at random: every request gets exactly one answer, its own or a 502.
//!
//! `PORTCULLIS_CRASH_REQUESTS` is how many requests each of 8 connections sends; the load benchmark sends more.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and their helpers have none"
)]

mod shop;

use std::collections::{BTreeMap, BTreeSet};

use shop::{Shop, project, read, send, zip};

const CONNECTIONS: usize = 8;
const BAD_GATEWAY: &str = r#"{"message": "Internal server error"}"#;

#[test]
fn no_answer_is_lost_or_swapped_while_functions_crash() {
    let requests =
        std::env::var("PORTCULLIS_CRASH_REQUESTS").map_or(60, |requests| requests.parse().unwrap());
    let folder = project();
    zip(
        &folder.path().join("artifacts/shop.zip"),
        include_str!("fixtures/crashing/bootstrap"),
    );
    let shop = Shop::start_in(folder);

    let answers: BTreeMap<String, u16> = std::thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                scope.spawn({
                    let shop = &shop;
                    move || answers(shop, connection, requests)
                })
            })
            .collect();
        connections
            .into_iter()
            .flat_map(|connection| connection.join().unwrap())
            .collect()
    });
    assert_eq!(answers.len(), CONNECTIONS * requests);

    let log = shop.function_log("open");
    let mut words: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in log.lines() {
        // Behind the time and the request id.
        match line.split(' ').skip(2).collect::<Vec<_>>()[..] {
            ["took", nonce] => words.entry("took").or_default().push(nonce),
            ["done", nonce] => words.entry("done").or_default().push(nonce),
            ["dies", moment, nonce] => words.entry(moment).or_default().push(nonce),
            _ => {}
        }
    }
    let told = |word: &str| words.get(word).cloned().unwrap_or_default();
    let took: BTreeSet<&str> = told("took").into_iter().collect();
    assert_eq!(
        took.len(),
        told("took").len(),
        "an event reached a function twice"
    );
    for nonce in told("done") {
        assert_eq!(
            answers[nonce], 200,
            "{nonce} was answered, and the client was told otherwise"
        );
    }
    for nonce in told("answered") {
        assert_eq!(
            answers[nonce], 200,
            "{nonce}: the function died behind its whole answer"
        );
    }
    for moment in ["read", "half"] {
        for nonce in told(moment) {
            assert_eq!(answers[nonce], 502, "{nonce}: the function died at `{moment}`");
        }
    }
    let right: Vec<&String> = answers
        .iter()
        .filter(|(_, status)| **status == 200)
        .map(|(nonce, _)| nonce)
        .collect();
    assert!(
        right.iter().all(|nonce| took.contains(nonce.as_str())),
        "an answer without a function"
    );
    let deaths: usize = ["idle", "asked", "unread", "read", "half", "answered"]
        .map(|moment| told(moment).len())
        .iter()
        .sum();
    let failed = answers.len() - right.len();
    assert!(failed <= deaths, "{failed} requests failed by {deaths} deaths");
    let moments: Vec<String> = words
        .iter()
        .map(|(word, nonces)| format!("{word} {}", nonces.len()))
        .collect();
    println!(
        "{} answers: {} right, {failed} bad gateway; the functions: {}",
        answers.len(),
        right.len(),
        moments.join(", "),
    );
}

/// The status that each nonce of a connection was answered with; the bodies are right.
fn answers(shop: &Shop, connection: usize, requests: usize) -> Vec<(String, u16)> {
    let mut stream = shop.connect();
    let nonces = (0..requests).map(|request| format!("{connection}-{request}"));
    nonces
        .map(|nonce| {
            send(&mut stream, "GET", &format!("/v1/open?nonce={nonce}"), &[], b"");
            let answer = read(&mut stream, "GET");
            match answer.status {
                200 => assert_eq!(answer.text(), nonce, "another request's answer"),
                502 => assert_eq!(answer.text(), BAD_GATEWAY),
                status => panic!("{nonce} is answered with {status}: {}", answer.text()),
            }
            (nonce, answer.status)
        })
        .collect()
}
