//! Lifetimes of tokens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, ControlPlane};
use crate::users::{claims, pool_with, sign_up};

const JANE: &str = "jane@example.com";
const PASSWORD: &str = "Testing1";

/// A pool with a user, by its id.
fn pool(plane: &ControlPlane) -> String {
    let (pool, client) = pool_with(plane, &json!({"UsernameAttributes": ["email"]}));
    sign_up(plane, &client, JANE, JANE).json();
    let confirmed = json!({"UserPoolId": pool, "Username": JANE});
    plane.cognito("AdminConfirmSignUp", &confirmed).json();
    pool
}

/// A client with these settings, and the tokens that it gets.
fn tokens(plane: &ControlPlane, pool: &str, settings: &Value) -> (String, Value) {
    let mut client = json!({"UserPoolId": pool, "ClientName": "cli"});
    let settings = settings.as_object().unwrap().clone();
    client.as_object_mut().unwrap().extend(settings);
    let client = plane.cognito("CreateUserPoolClient", &client).json();
    let client = client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
    let tokens = plane.sign_in(&client, JANE, PASSWORD).json()["AuthenticationResult"].clone();
    (client, tokens)
}

fn lifetime(token: &Value) -> i64 {
    let claims = claims(token);
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

fn refresh(plane: &ControlPlane, client: &str, token: &Value) -> Answer {
    plane.cognito(
        "InitiateAuth",
        &json!({"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": token}}),
    )
}

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html>
#[test]
fn tokens_are_valid_for_as_long_as_their_client_says() {
    let plane = ControlPlane::start();
    let pool = pool(&plane);
    let minutes = json!({"IdToken": "minutes", "AccessToken": "minutes", "RefreshToken": "days"});
    for (settings, id, access) in [
        (json!({}), 3600, 3600),
        (
            json!({"IdTokenValidity": 2, "AccessTokenValidity": 3}),
            7200,
            10_800,
        ),
        (
            json!({"IdTokenValidity": 5, "AccessTokenValidity": 1440, "TokenValidityUnits": minutes}),
            300,
            86_400,
        ),
    ] {
        let (client, first) = tokens(&plane, &pool, &settings);
        let refreshed = refresh(&plane, &client, &first["RefreshToken"]).json();
        for tokens in [&first, &refreshed["AuthenticationResult"]] {
            let found = [&tokens["IdToken"], &tokens["AccessToken"]].map(lifetime);
            assert_eq!(found, [id, access], "{settings}");
            assert_eq!(tokens["ExpiresIn"], access, "{settings}");
        }
    }
}

#[test]
fn a_refresh_token_ends_with_its_lifetime() {
    let plane = ControlPlane::start();
    let pool = pool(&plane);
    let second = json!({"RefreshTokenValidity": 1, "TokenValidityUnits": {"RefreshToken": "seconds"}});
    let (client, tokens) = tokens(&plane, &pool, &second);
    sleep(Duration::from_millis(1100));
    let refused = refresh(&plane, &client, &tokens["RefreshToken"]);
    assert_eq!(refused.error(), "NotAuthorizedException");
}
