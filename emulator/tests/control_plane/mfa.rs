//! Second factors: which users need a code of an authenticator app, and which codes are right.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Answer, ControlPlane, python};
use crate::users::{pool_with, sign_up};
use portcullis_test_support::in_time::InTime;

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "Testing1";

/// Returns what an app with this key shows, now or some codes later (RFC 6238).
fn code(key: &Value, later: i32) -> String {
    const PROGRAM: &str = "
import base64, hmac, struct, sys, time
step = struct.pack('>Q', int(time.time()) // 30 + int(sys.argv[2]))
digest = hmac.digest(base64.b32decode(sys.argv[1]), step, 'sha1')
place = digest[-1] & 15
print(f'{(struct.unpack_from(\">I\", digest, place)[0] & 0x7fffffff) % 10**6:06}', end='')
";
    let output = Command::new(python())
        .args(["-I", "-c", PROGRAM, key.as_str().unwrap(), &later.to_string()])
        .output_in_time()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A pool whose users register themselves, and its client.
fn pool(plane: &ControlPlane, mfa: &str) -> (String, String) {
    let (pool, client) = pool_with(plane, &json!({"UsernameAttributes": ["email"]}));
    set(plane, &pool, mfa);
    (pool, client)
}

/// As the AWS provider sets it.
fn set(plane: &ControlPlane, pool: &str, mfa: &str) {
    let has_apps = mfa != "OFF";
    let set = json!({"UserPoolId": pool, "MfaConfiguration": mfa,
        "SoftwareTokenMfaConfiguration": {"Enabled": has_apps}});
    plane.cognito("SetUserPoolMfaConfig", &set).json();
}

/// A user with a password.
fn user(plane: &ControlPlane, (pool, client): &(String, String), email: &str) {
    sign_up(plane, client, email, email).json();
    let confirmed = json!({"UserPoolId": pool, "Username": email});
    plane.cognito("AdminConfirmSignUp", &confirmed).json();
}

fn respond(plane: &ControlPlane, client: &str, name: &str, session: &Value, responses: &Value) -> Answer {
    plane.cognito(
        "RespondToAuthChallenge",
        &json!({"ClientId": client, "ChallengeName": name, "Session": session, "ChallengeResponses": responses}),
    )
}

fn enter(plane: &ControlPlane, client: &str, session: &Value, email: &str, code: &str) -> Answer {
    let responses = json!({"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code});
    respond(plane, client, "SOFTWARE_TOKEN_MFA", session, &responses)
}

/// An app of a user.
struct App {
    key: Value,
    /// The code that set it up.
    code: String,
    /// The session after that, if there was one.
    session: Value,
}

/// Sets up an app in a session or with a token.
fn set_up(plane: &ControlPlane, by: &Value) -> App {
    let key = plane.cognito("AssociateSoftwareToken", by).json()["SecretCode"].clone();
    let mut verify = by.clone();
    verify["UserCode"] = json!("000000");
    let refused = plane.cognito("VerifySoftwareToken", &verify);
    assert_eq!(refused.error(), "EnableSoftwareTokenMFAException");
    let code = code(&key, 0);
    verify["UserCode"] = json!(code);
    let session = plane.cognito("VerifySoftwareToken", &verify).json()["Session"].clone();
    App { key, code, session }
}

fn is_signed_in(answer: &Answer) -> bool {
    answer.json()["AuthenticationResult"]["IdToken"].is_string()
}

#[test]
fn a_required_factor_is_set_up_at_the_first_sign_in_and_asked_for_at_the_next() {
    let plane = ControlPlane::start();
    let both = pool(&plane, "ON");
    let client = &both.1;
    user(&plane, &both, JANE);
    let challenge = plane.sign_in(client, JANE, PASSWORD).json();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(
        challenge["ChallengeParameters"]["MFAS_CAN_SETUP"],
        "[\"SOFTWARE_TOKEN_MFA\"]"
    );
    let responses = json!({ "USERNAME": JANE });
    let answer = |session: &Value| respond(&plane, client, "MFA_SETUP", session, &responses);
    assert_eq!(
        answer(&challenge["Session"]).error(),
        "NotAuthorizedException",
        "no app is set up yet"
    );
    let app = set_up(&plane, &json!({"Session": challenge["Session"]}));
    assert!(is_signed_in(&answer(&app.session)));

    let challenge = plane.sign_in(client, JANE, PASSWORD).json();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let enter = |code: &str| enter(&plane, client, &challenge["Session"], JANE, code);
    assert_eq!(enter("000000").error(), "CodeMismatchException");
    assert_eq!(enter(&app.code).error(), "ExpiredCodeException");
    assert!(is_signed_in(&enter(&code(&app.key, 1))));
}

#[test]
fn an_invited_user_chooses_a_password_and_then_sets_up_an_app() {
    let plane = ControlPlane::start();
    let (pool, client) = pool(&plane, "ON");
    plane.create_user(&pool, JANE, None).json();
    let [invitation] = plane.mails().try_into().unwrap();
    let challenge = plane.sign_in(&client, JANE, &invitation.secret).json();
    let challenge = plane
        .choose_password(&client, JANE, &challenge["Session"], PASSWORD)
        .json();
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    let app = set_up(&plane, &json!({"Session": challenge["Session"]}));
    let responses = json!({ "USERNAME": JANE });
    let answer = respond(&plane, &client, "MFA_SETUP", &app.session, &responses);
    assert!(is_signed_in(&answer));
}

/// A session is one user's, and answers one challenge.
#[test]
fn no_session_stands_in_for_another() {
    let plane = ControlPlane::start();
    let both = pool(&plane, "ON");
    let client = &both.1;
    let john = "john@example.com";
    let keys = [JANE, john].map(|email| {
        user(&plane, &both, email);
        let challenge = plane.sign_in(client, email, PASSWORD).json();
        set_up(&plane, &json!({"Session": challenge["Session"]})).key
    });
    let session = plane.sign_in(client, JANE, PASSWORD).json()["Session"].clone();
    let others = enter(&plane, client, &session, john, &code(&keys[1], 1));
    assert_eq!(others.error(), "NotAuthorizedException", "another user");
    let other_key = enter(&plane, client, &session, JANE, &code(&keys[1], 1));
    assert_eq!(other_key.error(), "CodeMismatchException", "another user's app");
    let srp = json!({"ClientId": client, "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": {"USERNAME": JANE, "SRP_A": "a1"}});
    let unproved = plane.cognito("InitiateAuth", &srp).json()["Session"].clone();
    let without_password = enter(&plane, client, &unproved, JANE, &code(&keys[0], 1));
    assert_eq!(without_password.error(), "NotAuthorizedException", "no password");
    let responses = json!({ "USERNAME": JANE });
    let setup = respond(&plane, client, "MFA_SETUP", &session, &responses);
    assert_eq!(
        setup.error(),
        "NotAuthorizedException",
        "an app instead of its code"
    );
    assert!(is_signed_in(&enter(
        &plane,
        client,
        &session,
        JANE,
        &code(&keys[0], 1)
    )));
}

#[test]
fn an_optional_factor_is_asked_of_users_who_want_it_until_the_pool_has_none() {
    let plane = ControlPlane::start();
    let both = pool(&plane, "OPTIONAL");
    let (pool, client) = &both;
    user(&plane, &both, JANE);
    let signed_in = plane.sign_in(client, JANE, PASSWORD).json();
    let token = signed_in["AuthenticationResult"]["AccessToken"].clone();
    let app = set_up(&plane, &json!({ "AccessToken": token }));
    assert!(
        is_signed_in(&plane.sign_in(client, JANE, PASSWORD)),
        "the app is not enabled yet"
    );
    let enable =
        json!({"AccessToken": token, "SoftwareTokenMfaSettings": {"Enabled": true, "PreferredMfa": true}});
    plane.cognito("SetUserMFAPreference", &enable).json();
    let challenge = plane.sign_in(client, JANE, PASSWORD).json();
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    assert!(is_signed_in(&enter(
        &plane,
        client,
        &challenge["Session"],
        JANE,
        &code(&app.key, 1)
    )));

    set(&plane, pool, "OFF");
    assert!(is_signed_in(&plane.sign_in(client, JANE, PASSWORD)));
}
