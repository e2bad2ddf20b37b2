//! User names, and the claims of their tokens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{Answer, ControlPlane};

const PASSWORD: &str = "Testing1";

/// A pool with these settings, and a client of it.
pub fn pool_with(plane: &ControlPlane, settings: &Value) -> (String, String) {
    let mut pool = json!({"PoolName": "TestingUsers", "AutoVerifiedAttributes": ["email"],
        "Policies": {"PasswordPolicy": {"MinimumLength": 6}}});
    pool.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let pool = plane.cognito("CreateUserPool", &pool).json()["UserPool"]["Id"].clone();
    let client = json!({"UserPoolId": pool, "ClientName": "cli"});
    let client = plane.cognito("CreateUserPoolClient", &client).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&pool), text(&client["UserPoolClient"]["ClientId"]))
}

pub fn sign_up(plane: &ControlPlane, client: &str, username: &str, email: &str) -> Answer {
    plane.cognito(
        "SignUp",
        &json!({"ClientId": client, "Username": username, "Password": PASSWORD,
            "UserAttributes": [{"Name": "email", "Value": email}]}),
    )
}

/// Returns the claims of a token, which the data plane verifies.
pub fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// <https://repost.aws/knowledge-center/cognito-signin-case-sensitivity>
#[test]
fn every_operation_finds_a_user_in_any_case_of_the_name() {
    let plane = ControlPlane::start();
    for (settings, username) in [
        (json!({"UsernameAttributes": ["email"]}), "Jane@Example.com"),
        (json!({}), "Jane"),
        (json!({"AliasAttributes": ["email"]}), "Jane"),
    ] {
        let mut settings = settings;
        settings["UsernameConfiguration"] = json!({"CaseSensitive": false});
        let (pool, client) = pool_with(&plane, &settings);
        let other = username.to_uppercase();
        let created = plane.cognito(
            "AdminCreateUser",
            &json!({"UserPoolId": pool, "Username": username, "DesiredDeliveryMediums": ["EMAIL"],
                "UserAttributes": [{"Name": "email", "Value": "Jane@Example.com"},
                    {"Name": "email_verified", "Value": "true"}]}),
        );
        let created = created.json()["User"].clone();

        // It is one user, whose name and address stay as they were entered.
        let user = json!({"UserPoolId": pool, "Username": other});
        let found = plane.cognito("AdminGetUser", &user).json();
        assert_eq!(found["Username"], created["Username"]);
        assert_eq!(
            plane.cognito("AdminCreateUser", &user).error(),
            "UsernameExistsException"
        );
        assert_eq!(
            sign_up(&plane, &client, &other, "jane@example.com").error(),
            "UsernameExistsException"
        );

        let mut resend = user.clone();
        resend["MessageAction"] = json!("RESEND");
        let resent = plane.cognito("AdminCreateUser", &resend).json();
        assert_eq!(resent["User"]["Username"], created["Username"]);
        let [invitation] = plane.mails().try_into().unwrap();

        let challenge = plane.sign_in(&client, &other, &invitation.secret).json();
        let answered = plane.choose_password(&client, username, &challenge["Session"], PASSWORD);
        let tokens = answered.json()["AuthenticationResult"].clone();
        let id = claims(&tokens["IdToken"]);
        assert_eq!(id["email"], "Jane@Example.com");
        assert_eq!(id["cognito:username"], created["Username"]);
        assert_eq!(claims(&tokens["AccessToken"])["username"], created["Username"]);
        plane.sign_in(&client, username, PASSWORD).json();
        let signed_in = plane.sign_in(&client, &other, PASSWORD).json();

        // Signing out by one case ends what was begun in the other.
        let refresh = |token: &Value| {
            plane.cognito(
                "InitiateAuth",
                &json!({"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH",
                    "AuthParameters": {"REFRESH_TOKEN": token}}),
            )
        };
        let token = &signed_in["AuthenticationResult"]["RefreshToken"];
        let refreshed = refresh(token).json()["AuthenticationResult"]["IdToken"].clone();
        assert_eq!(claims(&refreshed)["email"], "Jane@Example.com");
        let lower = json!({"UserPoolId": pool, "Username": username.to_lowercase()});
        plane.cognito("AdminUserGlobalSignOut", &lower).json();
        assert_eq!(refresh(token).error(), "NotAuthorizedException");

        // The mails go with the user.
        assert_eq!(plane.cognito("AdminDeleteUser", &lower).status, 200);
        assert_eq!(plane.mails(), []);
        assert_eq!(
            plane.cognito("AdminGetUser", &user).error(),
            "UserNotFoundException"
        );
    }
}

/// A CreateUserPool without the setting makes a pool that distinguishes the case of names, as `true` does.
#[test]
fn a_pool_that_tells_names_apart_has_two_users() {
    let plane = ControlPlane::start();
    for settings in [
        json!({"UsernameAttributes": ["email"]}),
        json!({"UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": true}}),
    ] {
        let (pool, client) = pool_with(&plane, &settings);
        for email in ["new@example.com", "NEW@example.com"] {
            sign_up(&plane, &client, email, email).json();
        }
        let users = plane.cognito("ListUsers", &json!({ "UserPoolId": pool })).json();
        assert_eq!(users["Users"].as_array().unwrap().len(), 2);
        assert_eq!(
            plane.sign_in(&client, "New@example.com", PASSWORD).error(),
            "UserNotFoundException"
        );
    }
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>: an alias signs in
/// once it is verified.
#[test]
fn an_alias_names_its_user_once_it_is_verified() {
    let plane = ControlPlane::start();
    let (pool, client) = pool_with(&plane, &json!({"AliasAttributes": ["email"]}));
    sign_up(&plane, &client, "jane", "jane@example.com").json();
    let user = json!({"UserPoolId": pool, "Username": "jane"});
    plane.cognito("AdminConfirmSignUp", &user).json();
    assert_eq!(
        plane.sign_in(&client, "jane@example.com", PASSWORD).error(),
        "UserNotFoundException"
    );
    let verified = json!({"UserPoolId": pool, "Username": "jane",
        "UserAttributes": [{"Name": "email_verified", "Value": "true"}]});
    plane.cognito("AdminUpdateUserAttributes", &verified).json();
    plane.sign_in(&client, "jane@example.com", PASSWORD).json();
}
