//! The proxy in front of an emulator that is not its own: here, that of another control plane.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::net::TcpListener;

use portcullis_local::background::Background;
use serde_json::Value;

use crate::harness::{ControlPlane, LIMIT};

#[test]
fn an_emulator_of_somebody_else_outlives_the_proxy_and_so_do_its_invitations() {
    let emulator = ControlPlane::start();
    let plane = ControlPlane::start_in_front_of(emulator.endpoint());
    assert_eq!(plane.ready["upstream"], emulator.endpoint());
    assert_eq!(plane.ready["moto"], Value::Null);
    let (pool, client) = plane.user_pool();
    // Mended on the way: the password that moto would not have made.
    plane.create_user(&pool, "someone@example.com", None).json();
    let invitations = plane.invitations();

    assert!(plane.background.stop(LIMIT).unwrap());
    let command = ControlPlane::command_in_front_of(plane.folder.path(), emulator.endpoint());
    let again = plane.background.start(command, LIMIT).unwrap();
    assert!(again.fresh);
    assert_eq!(again.ready["instance"], plane.ready["instance"]);
    assert_eq!(plane.invitations(), invitations);
    let signed_in = emulator.sign_in(&client, "someone@example.com", &invitations[0].temporary_password);
    assert_eq!(signed_in.json()["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[test]
fn while_the_emulator_of_somebody_else_is_gone_calls_fail_and_say_so() {
    let emulator = ControlPlane::start();
    let plane = ControlPlane::start_in_front_of(emulator.endpoint());
    let address = emulator.endpoint().strip_prefix("http://").unwrap().to_owned();
    drop(emulator);
    let refused = plane.rest("apigateway", "GET", "/restapis", b"").json_of(500);
    let message = refused["message"].as_str().unwrap();
    assert!(
        message.starts_with(&format!("the emulated AWS at {address} cannot be reached: ")),
        "{message}"
    );
}

#[test]
fn where_nothing_answers_the_proxy_does_not_start_and_says_so() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (url, reason) in [
        (
            url.as_str(),
            format!("nothing answers at `{url}`; start the emulator first"),
        ),
        (
            "https://localhost:4566",
            "`https://localhost:4566` asks for TLS".to_owned(),
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let background = Background::new(folder.path().join("control-plane"));
        let command = ControlPlane::command_in_front_of(folder.path(), url);
        assert!(background.start(command, LIMIT).is_err());
        let log = std::fs::read_to_string(background.log()).unwrap();
        assert!(log.contains(&reason), "{log}");
    }
}
