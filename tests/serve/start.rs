//! A function that does not start: its log says what its `bootstrap` is, and what is not there. On AWS each is a 502,
//! and the log has no more than `exec format error` or `no such file or directory`.

use std::fs;

use serde_json::json;

use super::served::{BOOTSTRAP, Project, state, zip};

/// Returns the function's log after a call of a function with this `bootstrap`, and the answer's status.
fn log_of(bootstrap: &[u8]) -> (u16, String) {
    let project = Project::new();
    zip(
        &project.path("shop/build/orders.zip"),
        &[("bootstrap", bootstrap)],
    );
    let work = project.path("work");
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    let state = state(json!({"filename": "../build/orders.zip", "architectures": [architecture]}));
    let served = project
        .serve(&state, &["--work", work.to_str().unwrap()])
        .unwrap();
    let (status, _) = served.get("/");
    (
        status,
        fs::read_to_string(work.join("logs/shop-orders.log")).unwrap(),
    )
}

/// The program that runs this test, for another processor.
fn of_another_processor() -> Vec<u8> {
    let mut program = fs::read("/bin/true").unwrap();
    assert_eq!(&program[..4], b"\x7fELF");
    // `EM_S390` in the byte order of the file.
    let machine: [u8; 2] = if program[5] == 1 { [22, 0] } else { [0, 22] };
    program[18..20].copy_from_slice(&machine);
    program
}

/// A dynamically linked program whose loader does not exist.
fn of_another_loader() -> (Vec<u8>, String) {
    let mut program = fs::read("/bin/true").unwrap();
    let at = program.windows(7).position(|bytes| bytes == b"/ld-lin").unwrap();
    program[at..at + 7].copy_from_slice(b"/ld-xyz");
    let start = program[..at].iter().rposition(|byte| *byte == 0).unwrap() + 1;
    let end = at + program[at..].iter().position(|byte| *byte == 0).unwrap();
    let loader = String::from_utf8(program[start..end].to_vec()).unwrap();
    (program, loader)
}

#[test]
fn the_log_says_what_a_bootstrap_is_that_does_not_start() {
    let here = std::env::consts::ARCH.replace("aarch64", "arm64");
    let (linked, loader) = of_another_loader();
    for (bootstrap, expected) in [
        (
            of_another_processor(),
            format!(
                "it is a Linux executable for s390x, but this machine is {here}. The function's `architectures` is `{here}`, \
                 so it does not start on AWS either"
            ),
        ),
        (
            b"exec node index.js\n".to_vec(),
            "it is text without `#!` in its first line".to_owned(),
        ),
        (b"\x1f\x8b\x08\0\0\0\0\0".to_vec(), "it is a gzip file".to_owned()),
        (
            b"MZ\x90\0\x03\0".to_vec(),
            "it is a Windows executable".to_owned(),
        ),
        (Vec::new(), "it is empty".to_owned()),
        (
            b"#!/opt/nowhere/ruby\nputs 1\n".to_vec(),
            "it is a script for `/opt/nowhere/ruby`, which does not exist".to_owned(),
        ),
        (
            b"#!/bin/sh\r\nexit 1\r\n".to_vec(),
            "it is a script for `/bin/sh\\u000D`, which does not exist: its line ends are those of Windows"
                .to_owned(),
        ),
        (linked, format!("missing loader `{loader}`: ")),
    ] {
        let (status, log) = log_of(&bootstrap);
        assert_eq!(status, 502, "{expected}");
        assert!(log.contains(&expected), "{expected}\n{log}");
        assert!(log.contains("Runtime.InvalidEntrypoint"), "{log}");
    }
    let (status, log) = log_of(BOOTSTRAP.as_bytes());
    assert!(status == 200 && !log.contains("can't start"), "{log}");
}
