//! The proxy in front of an emulator that is not its own: here, that of another control plane.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use portcullis_test_support::in_time::InTime;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use portcullis_emulator::background::Background;
use serde_json::{Value, json};

use crate::harness::{ACCESS_KEY_ID, ControlPlane, LIMIT};

/// The weaknesses of moto in docs/another-emulator.md.
const MOTO: [&str; 2] = [
    "a client's `auth_flows` are not enforced",
    "all user pools sign with the same key, so only the issuer separates their tokens",
];

/// The weaknesses of ministack in docs/another-emulator.md.
const MINISTACK: [&str; 2] = [
    "the first sign-in accepts any new password and ignores the pool's policy",
    "a client's `auth_flows` are not enforced",
];

#[test]
fn an_existing_emulator_outlives_the_proxy_and_so_do_its_invitations() {
    let emulator = ControlPlane::start();
    let plane = ControlPlane::start_in_front_of(emulator.endpoint());
    assert_eq!(plane.ready["upstream"], emulator.endpoint());
    assert_eq!(plane.ready["moto"], Value::Null);
    let (pool, client) = plane.user_pool();
    // Mended on the way: the password that moto would not have made.
    plane.create_user(&pool, "someone@example.com", None).json();
    let invitations = plane.mails();

    assert!(plane.background.stop(LIMIT).unwrap());
    let command = ControlPlane::command_in_front_of(plane.folder.path(), emulator.endpoint());
    let again = plane.background.start(command, LIMIT).unwrap();
    assert!(again.fresh);
    assert_eq!(again.ready["instance"], plane.ready["instance"]);
    assert_eq!(plane.mails(), invitations);
    let signed_in = emulator.sign_in(&client, "someone@example.com", &invitations[0].secret);
    assert_eq!(signed_in.json()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[test]
fn calls_fail_with_a_reason_while_the_existing_emulator_is_gone() {
    let emulator = ControlPlane::start();
    let plane = ControlPlane::start_in_front_of(emulator.endpoint());
    let address = emulator.endpoint().strip_prefix("http://").unwrap().to_owned();
    drop(emulator);
    let refused = plane.rest("apigateway", "GET", "/restapis", b"").json_of(500);
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("can't reach the emulated AWS at {address}: ")),
        "{message}"
    );
}

#[test]
fn the_proxy_does_not_start_without_the_existing_emulator() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (url, reason) in [
        (
            url.as_str(),
            format!("can't connect to `{url}`: start the emulator first"),
        ),
        (
            "https://localhost:4566",
            "`https://localhost:4566` must begin with `http://`".to_owned(),
        ),
    ] {
        let error = refused(|folder| ControlPlane::command_in_front_of(folder, url));
        assert!(error.starts_with(&reason), "{error}");
    }
}

/// Returns the error of a control plane that does not start.
fn refused(command: impl Fn(&Path) -> Command) -> String {
    let folder = tempfile::tempdir().unwrap();
    let background = Background::new(folder.path().join("control-plane"));
    let refused = background.start(command(folder.path()), LIMIT);
    format!("{:#}", refused.unwrap_err())
}

#[test]
fn moto_is_as_weak_as_we_say_and_the_probe_leaves_nothing() {
    let emulator = ControlPlane::start();
    let plane = ControlPlane::start_in_front_of(emulator.endpoint());
    assert_eq!(plane.ready["weaker"], json!(MOTO));
    assert_eq!(pools(&emulator), json!([]));
    assert_eq!(plane.mails(), []);
}

#[test]
fn an_emulator_whose_tokens_cannot_be_verified_is_refused() {
    let emulator = ControlPlane::start();
    for (jwks, reason) in [
        (("404 Not Found", "{}"), "it answers with status 404 Not Found"),
        (("200 OK", r#"{"keys":[]}"#), "missing RSA key"),
        (
            ("200 OK", include_str!("../fixtures/keys/jwks.json")),
            "no key of its issuer has its `kid`",
        ),
    ] {
        let address = with_jwks(emulator.endpoint(), jwks);
        let error = refused(|folder| ControlPlane::command_in_front_of(folder, &address));
        assert!(
            error.starts_with(&format!(
                "can't use the emulated AWS at `{address}`: can't verify an id token of the user pool "
            )) && error.contains(reason),
            "{error}"
        );
        assert_eq!(pools(&emulator), json!([]));
    }
}

fn pools(emulator: &ControlPlane) -> Value {
    emulator
        .cognito("ListUserPools", &json!({"MaxResults": 60}))
        .json()["UserPools"]
        .take()
}

/// Returns the address of a proxy for an emulator that answers requests for keys by itself.
fn with_jwks(endpoint: &str, (status, body): (&'static str, &'static str)) -> String {
    let emulator = endpoint.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        // One connection is one request: the proxy makes a new one for each.
        for client in listener.incoming() {
            let (mut client, emulator) = (client.unwrap(), emulator.clone());
            thread::spawn(move || {
                let mut bytes = [0; 65536];
                let read = client.read(&mut bytes).unwrap();
                let line = String::from_utf8_lossy(&bytes[..read.min(200)]).into_owned();
                if line
                    .lines()
                    .next()
                    .is_some_and(|line| line.contains("/.well-known/jwks.json"))
                {
                    let length = body.len();
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
                    return client.write_all(answer.as_bytes()).unwrap();
                }
                let mut emulator = TcpStream::connect(emulator).unwrap();
                emulator.write_all(&bytes[..read]).unwrap();
                let (mut rest, mut to) = (client.try_clone().unwrap(), emulator.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut rest, &mut to));
                // The proxy may have gone.
                _ = std::io::copy(&mut emulator, &mut client);
            });
        }
    });
    address
}

#[test]
fn ministack_is_as_weak_as_we_say_and_only_our_account_of_it_is_used() {
    let ministack = Ministack::start();
    let plane = ControlPlane::start_in_front_of(&ministack.endpoint);
    assert_eq!(plane.ready["weaker"], json!(MINISTACK));
    assert_eq!(pools(&plane), json!([]));

    let error = refused(|folder| {
        let mut command = ControlPlane::command_in_front_of(folder, &ministack.endpoint);
        command.env(ACCESS_KEY_ID, "test");
        command
    });
    assert!(
        error.contains(
            "the access key `test` must belong to account 123456789012, but it belongs to 000000000000"
        ),
        "{error}"
    );
}

/// A ministack that the test owns. `PORTCULLIS_MINISTACK` is a Python that has it; `scripts/test.sh` installs one.
struct Ministack {
    child: Child,
    endpoint: String,
}

impl Ministack {
    fn start() -> Self {
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/ministack/bin/python");
        let python = std::env::var_os("PORTCULLIS_MINISTACK").map_or(installed, PathBuf::from);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let child = Command::new(&python)
            .args([
                "-I",
                "-m",
                "hypercorn",
                "ministack.app:app",
                // In the process that is killed at the end, not in one of its own.
                "--workers",
                "0",
                "--bind",
                &address.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!(
                    "no ministack at `{}`, which `make test` installs: {error}",
                    python.display()
                )
            });
        let started = Self {
            child,
            endpoint: format!("http://{address}"),
        };
        let deadline = Instant::now() + LIMIT;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "ministack does not answer");
            sleep(Duration::from_millis(20));
        }
        started
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait_in_time();
    }
}
