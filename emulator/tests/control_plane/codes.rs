//! Confirmation codes: each is mailed, checked, and good for what it was sent for, once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::process::Command;

use portcullis_emulator::control_plane::{Kind, Mail};
use serde_json::{Value, json};

use crate::harness::{Answer, ControlPlane, python};
use crate::users::{claims, pool_with, sign_up};
use portcullis_test_support::in_time::InTime;

const EMAIL: &str = "new@example.com";
const PASSWORD: &str = "Testing1";
const OTHER_PASSWORD: &str = "Testing2";

/// Returns the output of the AWS CLI, or its error.
fn aws(plane: &ControlPlane, arguments: &[&str]) -> Result<Value, String> {
    let beside = python().with_file_name("aws");
    let program = if beside.is_file() { beside } else { "aws".into() };
    let output = Command::new(program)
        .arg("cognito-idp")
        .args(arguments)
        .args(["--no-sign-request", "--region", "us-east-1", "--output", "json"])
        .args(["--cli-connect-timeout", "30", "--cli-read-timeout", "30"])
        .args(["--endpoint-url", plane.endpoint()])
        .env("AWS_PAGER", "")
        .env("AWS_MAX_ATTEMPTS", "1")
        .output_in_time()
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    } else {
        Err(String::from_utf8(output.stderr).unwrap().trim().to_owned())
    }
}

/// The last mail, which has to be of this kind.
fn last(plane: &ControlPlane, kind: Kind) -> Mail {
    let mail = plane.mails().pop().unwrap();
    assert_eq!(mail.kind, kind);
    assert!(
        mail.secret.len() == 6 && mail.secret.bytes().all(|byte| byte.is_ascii_digit()),
        "{}",
        mail.secret
    );
    assert!(mail.message.contains(&mail.secret), "{}", mail.message);
    mail
}

/// Another code than this one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn email_pool(plane: &ControlPlane) -> (String, String) {
    pool_with(plane, &json!({"UsernameAttributes": ["email"]}))
}

/// A user who signed up and entered the code.
fn confirmed(plane: &ControlPlane, client: &str, email: &str) {
    sign_up(plane, client, email, email).json();
    let code = last(plane, Kind::SignUp).secret;
    confirm(plane, client, email, &code).json();
}

fn confirm(plane: &ControlPlane, client: &str, username: &str, code: &str) -> Answer {
    plane.cognito(
        "ConfirmSignUp",
        &json!({"ClientId": client, "Username": username, "ConfirmationCode": code}),
    )
}

fn set_password(plane: &ControlPlane, client: &str, code: &str, password: &str) -> Answer {
    plane.cognito(
        "ConfirmForgotPassword",
        &json!({"ClientId": client, "Username": EMAIL, "ConfirmationCode": code, "Password": password}),
    )
}

fn tokens(plane: &ControlPlane, client: &str, email: &str, password: &str) -> Value {
    plane.sign_in(client, email, password).json()["AuthenticationResult"].clone()
}

/// The words are Cognito's: <https://github.com/aws-amplify/amplify-ui/issues/219> and
/// <https://github.com/furaiev/amazon-cognito-identity-dart-2/issues/80> have recorded those of a second attempt.
#[test]
fn a_code_confirms_who_signed_up_and_does_so_once() {
    let plane = ControlPlane::start();
    let (_, client) = email_pool(&plane);
    let of_client = ["--client-id", client.as_str(), "--username", EMAIL];
    let call = |operation: &str, more: &[&str]| {
        let arguments = [&[operation], &of_client[..], more].concat();
        aws(&plane, &arguments)
    };
    let answer = call("sign-up", &["--password", PASSWORD]).unwrap();
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({"Destination": "n***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
    );
    let mail = last(&plane, Kind::SignUp);
    assert_eq!(mail.to.as_deref(), Some(EMAIL));
    assert_eq!(mail.subject.as_deref(), Some("Your verification code"));
    let log = fs::read_to_string(plane.background.log()).unwrap();
    assert!(!answer.to_string().contains(&mail.secret) && !log.contains(&mail.secret));
    assert_eq!(
        plane.sign_in(&client, EMAIL, PASSWORD).error(),
        "UserNotConfirmedException"
    );

    let code = |code: &str| call("confirm-sign-up", &["--confirmation-code", code]);
    let refused = code(wrong(&mail.secret)).unwrap_err();
    assert!(
        refused.ends_with(
            "An error occurred (CodeMismatchException) when calling the ConfirmSignUp operation: \
             Invalid verification code provided, please try again."
        ),
        "{refused}"
    );
    // A code that is sent again takes the place of the one before.
    call("resend-confirmation-code", &[]).unwrap();
    let again = last(&plane, Kind::SignUp);
    assert_eq!(plane.mails().len(), 1);
    if again.secret != mail.secret {
        assert!(code(&mail.secret).unwrap_err().contains("CodeMismatchException"));
    }
    code(&again.secret).unwrap();
    assert!(
        code(&again.secret)
            .unwrap_err()
            .ends_with("User cannot be confirmed. Current status is CONFIRMED")
    );
    assert!(
        call("resend-confirmation-code", &[])
            .unwrap_err()
            .ends_with("User is already confirmed.")
    );
    let id = claims(&tokens(&plane, &client, EMAIL, PASSWORD)["IdToken"]);
    assert_eq!(
        (&id["email"], &id["email_verified"]),
        (&json!(EMAIL), &json!(true))
    );
}

#[test]
fn only_invited_users_have_accounts_if_the_pool_forbids_sign_up() {
    let plane = ControlPlane::start();
    let only_invited = json!({"UsernameAttributes": ["email"],
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}});
    let (_, client) = pool_with(&plane, &only_invited);
    assert_eq!(
        sign_up(&plane, &client, EMAIL, EMAIL).error(),
        "NotAuthorizedException"
    );
    assert_eq!(plane.mails(), []);
}

#[test]
fn a_forgotten_password_is_set_by_its_code_and_by_no_other() {
    let plane = ControlPlane::start();
    let (_, client) = email_pool(&plane);
    sign_up(&plane, &client, EMAIL, EMAIL).json();
    let sign_up_code = last(&plane, Kind::SignUp).secret;
    let forgot = json!({"ClientId": client, "Username": EMAIL});
    assert_eq!(
        plane.cognito("ForgotPassword", &forgot).error(),
        "InvalidParameterException",
        "there is no verified address"
    );
    assert_eq!(
        set_password(&plane, &client, &sign_up_code, OTHER_PASSWORD).error(),
        "ExpiredCodeException"
    );
    confirm(&plane, &client, EMAIL, &sign_up_code).json();
    assert_eq!(
        set_password(&plane, &client, "123456", OTHER_PASSWORD).error(),
        "ExpiredCodeException",
        "nobody asked for a code"
    );

    let forgotten = plane.cognito("ForgotPassword", &forgot);
    assert_eq!(
        forgotten.json()["CodeDeliveryDetails"]["Destination"],
        "n***@e***"
    );
    let code = last(&plane, Kind::ForgottenPassword).secret;
    assert!(!forgotten.head.contains("portcullis") && !forgotten.head.contains(&code));
    assert_eq!(
        set_password(&plane, &client, wrong(&code), OTHER_PASSWORD).error(),
        "CodeMismatchException"
    );
    assert_eq!(
        set_password(&plane, &client, &code, "short").error(),
        "InvalidPasswordException"
    );
    plane.sign_in(&client, EMAIL, PASSWORD).json();
    set_password(&plane, &client, &code, OTHER_PASSWORD).json();
    assert_eq!(
        set_password(&plane, &client, &code, PASSWORD).error(),
        "ExpiredCodeException"
    );
    assert_eq!(
        plane.sign_in(&client, EMAIL, PASSWORD).error(),
        "NotAuthorizedException"
    );
    plane.sign_in(&client, EMAIL, OTHER_PASSWORD).json();
}

/// <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminResetUserPassword.html>
#[test]
fn after_a_reset_only_the_code_of_the_mail_signs_in_again() {
    let plane = ControlPlane::start();
    let (pool, client) = email_pool(&plane);
    confirmed(&plane, &client, EMAIL);
    let user = json!({"UserPoolId": pool, "Username": EMAIL});
    plane.cognito("AdminResetUserPassword", &user).json();
    assert_eq!(
        plane.sign_in(&client, EMAIL, PASSWORD).error(),
        "PasswordResetRequiredException"
    );
    let code = last(&plane, Kind::ForgottenPassword).secret;
    set_password(&plane, &client, &code, OTHER_PASSWORD).json();
    plane.sign_in(&client, EMAIL, OTHER_PASSWORD).json();
}

/// A user who signed up enters the address of another user.
#[test]
fn a_new_address_counts_only_after_its_code() {
    const VICTIM: &str = "victim@example.com";
    let plane = ControlPlane::start();
    let keeping = json!({"UsernameAttributes": ["email"], "UserAttributeUpdateSettings":
        {"AttributesRequireVerificationBeforeUpdate": ["email"]}});
    for (settings, keeps) in [(keeping, true), (json!({"UsernameAttributes": ["email"]}), false)] {
        let (_, client) = pool_with(&plane, &settings);
        confirmed(&plane, &client, EMAIL);
        let signed_in = tokens(&plane, &client, EMAIL, PASSWORD);
        let access = &signed_in["AccessToken"];
        let update = |attributes: Value| {
            plane.cognito(
                "UpdateUserAttributes",
                &json!({"AccessToken": access, "UserAttributes": attributes}),
            )
        };
        let verify = |code: &str| {
            plane.cognito(
                "VerifyUserAttribute",
                &json!({"AccessToken": access, "AttributeName": "email", "Code": code}),
            )
        };
        let id = || {
            let refreshed = plane.cognito(
                "InitiateAuth",
                &json!({"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH",
                    "AuthParameters": {"REFRESH_TOKEN": signed_in["RefreshToken"]}}),
            );
            let id = claims(&refreshed.json()["AuthenticationResult"]["IdToken"]);
            (id["email"].clone(), id["email_verified"].clone())
        };
        let own = json!([{"Name": "email", "Value": VICTIM}, {"Name": "email_verified", "Value": "true"}]);
        assert_eq!(update(own).error(), "NotAuthorizedException");
        assert_eq!(id(), (json!(EMAIL), json!(true)));
        assert_eq!(verify("123456").error(), "ExpiredCodeException");

        let told =
            update(json!([{"Name": "email", "Value": VICTIM}, {"Name": "name", "Value": "New"}])).json();
        assert_eq!(told["CodeDeliveryDetailsList"][0]["Destination"], "v***@e***");
        let code = last(&plane, Kind::Email);
        assert_eq!(code.to.as_deref(), Some(VICTIM));
        assert_eq!(verify(wrong(&code.secret)).error(), "CodeMismatchException");
        if keeps {
            assert_eq!(id(), (json!(EMAIL), json!(true)));
            plane.sign_in(&client, EMAIL, PASSWORD).json();
            assert_eq!(
                plane.sign_in(&client, VICTIM, PASSWORD).error(),
                "UserNotFoundException"
            );
        } else {
            assert_eq!(id(), (json!(VICTIM), json!(false)));
            plane.sign_in(&client, VICTIM, PASSWORD).json();
        }

        // Reading the mail proves the address.
        let ask = json!({"AccessToken": access, "AttributeName": "email"});
        plane.cognito("GetUserAttributeVerificationCode", &ask).json();
        let code = last(&plane, Kind::Email);
        assert_eq!(code.to.as_deref(), Some(VICTIM));
        verify(&code.secret).json();
        assert_eq!(id(), (json!(VICTIM), json!(true)));
        assert_eq!(verify(&code.secret).error(), "ExpiredCodeException");
    }
}

#[test]
fn an_address_that_is_taken_or_called_verified_by_a_user_is_refused() {
    let plane = ControlPlane::start();
    let (pool, client) = email_pool(&plane);
    let verified = json!({"ClientId": client, "Username": EMAIL, "Password": PASSWORD,
        "UserAttributes": [{"Name": "email_verified", "Value": "true"}]});
    assert_eq!(
        plane.cognito("SignUp", &verified).error(),
        "NotAuthorizedException"
    );
    confirmed(&plane, &client, EMAIL);
    confirmed(&plane, &client, "other@example.com");
    let taken = json!([{"Name": "email", "Value": EMAIL}]);
    let access = tokens(&plane, &client, "other@example.com", PASSWORD)["AccessToken"].clone();
    let by_user = json!({"AccessToken": access, "UserAttributes": taken});
    assert_eq!(
        plane.cognito("UpdateUserAttributes", &by_user).error(),
        "AliasExistsException"
    );
    let by_administrator =
        json!({"UserPoolId": pool, "Username": "other@example.com", "UserAttributes": taken});
    assert_eq!(
        plane
            .cognito("AdminUpdateUserAttributes", &by_administrator)
            .error(),
        "AliasExistsException"
    );
    // One's own is not taken.
    let own = json!({"UserPoolId": pool, "Username": EMAIL, "UserAttributes": taken});
    plane.cognito("AdminUpdateUserAttributes", &own).json();
}

#[test]
fn a_mail_that_cannot_be_stored_is_reported_and_sent_again() {
    let plane = ControlPlane::start();
    let (_, client) = email_pool(&plane);
    let folder = plane.folder.path().join("mails");
    fs::remove_dir(&folder).unwrap();
    fs::write(&folder, "").unwrap();
    assert_eq!(
        sign_up(&plane, &client, EMAIL, EMAIL).error(),
        "CodeDeliveryFailureException"
    );
    fs::remove_file(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    let resend = json!({"ClientId": client, "Username": EMAIL});
    plane.cognito("ResendConfirmationCode", &resend).json();
    confirm(&plane, &client, EMAIL, &last(&plane, Kind::SignUp).secret).json();
}

/// <https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html>: up to 256 characters,
/// of which a policy may ask for 99.
#[test]
fn a_password_has_as_many_characters_as_a_policy_may_ask_for() {
    let plane = ControlPlane::start();
    let (_, client) = pool_with(
        &plane,
        &json!({"UsernameAttributes": ["email"], "Policies": {"PasswordPolicy": {"MinimumLength": 99}}}),
    );
    let sign_up = |length: usize| {
        let password = "Testing1".repeat(40)[..length].to_owned();
        let request =
            json!({"ClientId": client, "Username": format!("{length}@example.com"), "Password": password});
        plane.cognito("SignUp", &request)
    };
    assert_eq!(sign_up(98).error(), "InvalidPasswordException");
    sign_up(99).json();
    sign_up(256).json();
    assert_eq!(sign_up(257).error(), "InvalidPasswordException");
}

/// 24 hours for an address, one for a password:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html>,
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-recover-a-user-account.html>
#[test]
fn codes_expire() {
    const PROGRAM: &str = concat!(
        include_str!("../../src/control_plane/moto_cognitoidp.py"),
        include_str!("../../src/control_plane/moto_users.py"),
        include_str!("../../src/control_plane/moto_codes.py"),
        include_str!("codes_expire.py")
    );
    let output = Command::new(python())
        .args(["-I", "-c", PROGRAM])
        .output_in_time()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(String::from_utf8_lossy(&output.stdout), "passed\n");
}
