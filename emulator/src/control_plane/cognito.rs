//! The calls of Amazon Cognito user pools that do not go through as they came:
//!
//! - CreateUserPool, UpdateUserPool: the password policy is said in full ([`password_policy`]).
//! - AdminCreateUser: Cognito makes up a temporary password when the caller gives none, and mails it. moto does
//!   neither, and its user could never sign in. So a random one is put into the call, and the mail is kept
//!   ([`mail`](super::mail)). With `MessageAction` SUPPRESS nothing is sent, and the call is left alone.
//! - AdminCreateUser with `MessageAction` RESEND: moto makes a second user. Cognito gives the same user a new
//!   temporary password, and so does this, by AdminSetUserPassword.
//! - Each call that sends a confirmation code: the mail is kept. moto makes and checks the code (`moto_codes.py`).
//! - AdminDeleteUser, DeleteUserPool: the mails go with their users.
//!
//! Sources: <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html>,
//! `moto/cognitoidp/models.py` of moto 5.2.5.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, Uri, request, response};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use tracing::{error, warn};

use super::mail::{Folder, Kind, Mail, now};
use super::password_policy::{self, PasswordPolicy};
use crate::upstream::{Body, Upstream, full, with_body};

/// Cognito's subject if the pool has no template of its own.
const EMAIL_SUBJECT: &str = "Your temporary password";
const EMAIL_MESSAGE: &str = "Your username is {username} and temporary password is {####}.";

/// The header that names the operation of a call.
pub(super) const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// The operation that a request calls, if it calls Amazon Cognito user pools.
pub(super) fn operation(head: &request::Parts) -> Option<&str> {
    let target = head.headers.get(TARGET)?.to_str().ok()?;
    target.strip_prefix("AWSCognitoIdentityProviderService.")
}

/// The header in which moto names the emails that it would have sent (`moto_codes.py`).
const MAILS: &str = "x-portcullis-mails";

/// Amazon Cognito as clients see it: moto, mended.
#[derive(Debug)]
pub(super) struct Cognito {
    upstream: Upstream,
    mails: Folder,
}

/// An answer of moto's, read to its end.
struct Answer {
    head: response::Parts,
    body: Bytes,
}

impl Answer {
    fn is_success(&self) -> bool {
        self.head.status.is_success()
    }

    fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).context("the answer of moto must be JSON")
    }

    fn into_response(self) -> Response<Body> {
        Response::from_parts(self.head, full(self.body))
    }
}

impl Cognito {
    pub(super) fn new(upstream: Upstream, mails: Folder) -> Self {
        Self { upstream, mails }
    }

    /// Returns whether an operation is handled here. Every other one goes to moto unchanged.
    pub(super) fn mends(operation: &str) -> bool {
        matches!(
            operation,
            "CreateUserPool" | "UpdateUserPool" | "AdminCreateUser" | "AdminDeleteUser" | "DeleteUserPool"
        )
    }

    /// Answers a call of an operation that is mended.
    ///
    /// # Errors
    /// When moto cannot be reached, or a mail not be kept.
    pub(super) async fn answer(
        &self,
        operation: &str,
        head: request::Parts,
        body: Bytes,
    ) -> Result<Response<Body>> {
        let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else {
            // moto knows best how to refuse it.
            return self.upstream.send(with_body(head, body)).await;
        };
        let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
        let (user_pool_id, username) = (text("UserPoolId"), text("Username"));
        let answer = match (operation, user_pool_id, username) {
            ("CreateUserPool" | "UpdateUserPool", ..) => {
                password_policy::mend(&mut request);
                self.call(&head.headers, operation, Value::Object(request))
                    .await?
            }
            ("AdminCreateUser", Some(user_pool_id), Some(username))
                if text("MessageAction").as_deref() != Some("SUPPRESS") =>
            {
                self.admin_create_user(&head.headers, request, &user_pool_id, &username)
                    .await?
            }
            ("AdminDeleteUser", Some(user_pool_id), Some(username)) => {
                let username = self
                    .assigned_username(&head.headers, &user_pool_id, username)
                    .await?;
                let answer = self
                    .call(&head.headers, operation, Value::Object(request))
                    .await?;
                if answer.is_success() {
                    report(self.mails.forget_user(&user_pool_id, &username));
                }
                answer
            }
            ("DeleteUserPool", Some(user_pool_id), _) => {
                let answer = self
                    .call(&head.headers, operation, Value::Object(request))
                    .await?;
                if answer.is_success() {
                    report(self.mails.forget_user_pool(&user_pool_id));
                }
                answer
            }
            _ => return self.upstream.send(with_body(head, body)).await,
        };
        Ok(answer.into_response())
    }

    /// Takes the mails off an answer of moto's, which says so in a header, and keeps them.
    pub(super) fn deliver(&self, mut answer: Response<Body>) -> Response<Body> {
        let Some(mails) = answer.headers_mut().remove(MAILS) else {
            return answer;
        };
        match self.keep_mails(&mails) {
            Ok(()) => answer,
            Err(error) => {
                error!("can't save an email: {error:#}");
                let refusal = json!({
                    "__type": "CodeDeliveryFailureException",
                    "message": format!("{error:#}"),
                });
                json_answer(StatusCode::BAD_REQUEST, &refusal).into_response()
            }
        }
    }

    fn keep_mails(&self, mails: &HeaderValue) -> Result<()> {
        let mails = STANDARD.decode(mails).context("mails are in base64")?;
        let mails: Vec<Value> = serde_json::from_slice(&mails).context("mails are JSON")?;
        for mail in mails {
            self.mails.keep(&Mail::sent_now(mail)?)?;
        }
        Ok(())
    }

    async fn admin_create_user(
        &self,
        headers: &HeaderMap,
        mut request: Map<String, Value>,
        user_pool_id: &str,
        username: &str,
    ) -> Result<Answer> {
        let described = self
            .call(headers, "DescribeUserPool", json!({"UserPoolId": user_pool_id}))
            .await?;
        if !described.is_success() {
            return Ok(described);
        }
        let pool = &described.json()?["UserPool"];
        let given = request.get("TemporaryPassword").and_then(Value::as_str);
        let temporary_password = match given {
            Some(given) => given.to_owned(),
            None => policy_of(pool)?.temporary_password()?,
        };
        let by_mail = request
            .get("DesiredDeliveryMediums")
            .and_then(Value::as_array)
            .is_some_and(|mediums| mediums.iter().any(|medium| medium == "EMAIL"));
        if !by_mail {
            warn!(
                username,
                "AWS sends this invitation by SMS because `DesiredDeliveryMediums` has no EMAIL"
            );
        }

        let resent = request
            .get("MessageAction")
            .is_some_and(|action| action == "RESEND");
        let answer = if resent {
            self.resend(headers, user_pool_id, username, &temporary_password)
                .await?
        } else {
            request.insert("TemporaryPassword".into(), json!(temporary_password));
            self.call(headers, "AdminCreateUser", Value::Object(request))
                .await?
        };
        if !answer.is_success() {
            return Ok(answer);
        }
        let invitation = invitation(
            pool,
            &answer.json()?["User"],
            user_pool_id,
            username,
            temporary_password,
        )?;
        if let Err(error) = self.mails.keep(&invitation) {
            if !resent {
                // The password of this user is lost, so the user would only be in the way of the next attempt.
                let user = json!({"UserPoolId": user_pool_id, "Username": username});
                self.call(headers, "AdminDeleteUser", user).await?;
            }
            return Err(error);
        }
        Ok(answer)
    }

    /// The name that Cognito gave a user. A call may name the user by an e-mail address, in any case.
    async fn assigned_username(
        &self,
        headers: &HeaderMap,
        user_pool_id: &str,
        username: String,
    ) -> Result<String> {
        let user = json!({"UserPoolId": user_pool_id, "Username": username});
        let found = self.call(headers, "AdminGetUser", user).await?;
        if !found.is_success() {
            return Ok(username);
        }
        let assigned = found.json()?["Username"].as_str().map(str::to_owned);
        Ok(assigned.unwrap_or(username))
    }

    /// Gives a user who has not signed in yet another temporary password.
    async fn resend(
        &self,
        headers: &HeaderMap,
        user_pool_id: &str,
        username: &str,
        temporary_password: &str,
    ) -> Result<Answer> {
        let user = json!({"UserPoolId": user_pool_id, "Username": username});
        let found = self.call(headers, "AdminGetUser", user).await?;
        if !found.is_success() {
            return Ok(found);
        }
        let mut user = found.json()?;
        if user["UserStatus"] != "FORCE_CHANGE_PASSWORD" {
            let assigned = user["Username"].as_str().unwrap_or(username);
            return Ok(json_answer(
                StatusCode::BAD_REQUEST,
                &json!({
                    "__type": "UnsupportedUserStateException",
                    "message": format!("Resend not possible. {assigned} status is not FORCE_CHANGE_PASSWORD"),
                }),
            ));
        }
        let set = self
            .call(
                headers,
                "AdminSetUserPassword",
                json!({
                    "UserPoolId": user_pool_id,
                    "Username": username,
                    "Password": temporary_password,
                    "Permanent": false,
                }),
            )
            .await?;
        if !set.is_success() {
            return Ok(set);
        }
        // AdminGetUser and AdminCreateUser call the same list by different names.
        let attributes = user["UserAttributes"].take();
        let shown = [
            "Username",
            "UserCreateDate",
            "UserLastModifiedDate",
            "Enabled",
            "UserStatus",
        ];
        let mut user: Map<_, _> = shown
            .map(|name| (name.to_owned(), user[name].take()))
            .into_iter()
            .collect();
        user.insert("Attributes".into(), attributes);
        Ok(json_answer(StatusCode::OK, &json!({ "User": user })))
    }

    /// Calls an operation of moto's on behalf of a client, with its headers: moto knows the account and the region
    /// by the client's signature.
    async fn call(&self, headers: &HeaderMap, operation: &str, request: Value) -> Result<Answer> {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = Method::POST;
        head.uri = Uri::from_static("/");
        head.headers = headers.clone();
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        head.headers.insert(
            TARGET,
            HeaderValue::from_str(&target).context("an operation is a name")?,
        );
        let body = request.to_string();
        let (head, body) = self.upstream.send(with_body(head, body)).await?.into_parts();
        let body = body
            .collect()
            .await
            .context("can't read the answer of moto")?
            .to_bytes();
        Ok(Answer { head, body })
    }
}

/// The password policy of a pool as DescribeUserPool shows it.
fn policy_of(pool: &Value) -> Result<PasswordPolicy> {
    match &pool["Policies"]["PasswordPolicy"] {
        Value::Null => Ok(PasswordPolicy::default()),
        policy => serde_json::from_value(policy.clone()).context("unknown form of a password policy of moto"),
    }
}

fn invitation(
    pool: &Value,
    user: &Value,
    user_pool_id: &str,
    username: &str,
    temporary_password: String,
) -> Result<Mail> {
    let template = &pool["AdminCreateUserConfig"]["InviteMessageTemplate"];
    let message = template["EmailMessage"].as_str().unwrap_or(EMAIL_MESSAGE);
    let email = user["Attributes"].as_array().and_then(|attributes| {
        attributes.iter().find(|attribute| attribute["Name"] == "email")?["Value"]
            .as_str()
            .map(str::to_owned)
    });
    Ok(Mail {
        kind: Kind::Invitation,
        user_pool_id: user_pool_id.to_owned(),
        username: username.to_owned(),
        assigned_username: user["Username"].as_str().unwrap_or(username).to_owned(),
        to: email,
        subject: Some(
            template["EmailSubject"]
                .as_str()
                .unwrap_or(EMAIL_SUBJECT)
                .to_owned(),
        ),
        message: message
            .replace("{username}", username)
            .replace("{####}", &temporary_password),
        secret: temporary_password,
        sent_at: now()?,
    })
}

fn json_answer(status: StatusCode, body: &Value) -> Answer {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = status;
    head.headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.1"),
    );
    Answer {
        head,
        body: body.to_string().into(),
    }
}

/// The call has succeeded and says so; what is left behind is for the log.
fn report(forgotten: Result<()>) {
    if let Err(error) = forgotten {
        error!("can't delete an email: {error:#}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_follows_the_template_of_the_pool_or_else_cognitos() {
        let user = json!({"Username": "uuid", "Attributes": [
            {"Name": "sub", "Value": "uuid"}, {"Name": "email", "Value": "a@example.com"}]});
        let of = |pool| invitation(&pool, &user, "pool", "a@example.com", "Secret".into()).unwrap();
        let plain = of(json!({}));
        assert_eq!(plain.subject.as_deref(), Some("Your temporary password"));
        assert_eq!(
            plain.message,
            "Your username is a@example.com and temporary password is Secret."
        );
        assert_eq!(plain.to.as_deref(), Some("a@example.com"));
        assert_eq!(plain.assigned_username, "uuid");
        let own = of(json!({"AdminCreateUserConfig": {"InviteMessageTemplate":
            {"EmailSubject": "Welcome", "EmailMessage": "{username}: {####} ({####})"}}}));
        assert_eq!(own.subject.as_deref(), Some("Welcome"));
        assert_eq!(own.message, "a@example.com: Secret (Secret)");
    }

    #[test]
    fn a_pool_without_a_policy_has_the_strictest() {
        assert_eq!(policy_of(&json!({})).unwrap(), PasswordPolicy::default());
        assert_eq!(
            policy_of(&json!({"Policies": {"PasswordPolicy": null}})).unwrap(),
            PasswordPolicy::default()
        );
    }
}
