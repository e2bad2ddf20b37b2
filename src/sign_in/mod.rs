//! Signs a user in, as an application of the user pool does.
//!
//! [`cognito`] makes the calls, [`refusal`] explains Cognito's errors, [`kept`] stores the tokens, and [`passwords`]
//! asks for passwords and codes.

pub mod cognito;
pub mod kept;
pub mod passwords;
mod refusal;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use portcullis_foreign_text::printable::code;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::talk;
use cognito::Cognito;
use kept::{Kept, Tokens};
use passwords::Passwords;
pub use refusal::Attempt;

/// A sign-in of a user through a client.
pub struct SignIn<'a> {
    /// The calls to Cognito.
    pub cognito: Cognito,
    /// The user and the client.
    pub attempt: Attempt<'a>,
}

/// Returns the time at which a token ends, in seconds since 1970, as the token itself has it.
fn end(token: &str) -> Option<i64> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims["exp"].as_i64()
}

impl SignIn<'_> {
    /// Signs in with a password. Sets a new password if Cognito asks for one.
    pub fn with_password(&self, password: &str, passwords: &mut Passwords) -> Outcome<Tokens> {
        let answer = self.cognito.call(
            "initiate-auth",
            &json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": self.attempt.client_id,
                "AuthParameters": { "USERNAME": self.attempt.user, "PASSWORD": password },
            }),
        )?;
        let mut answer = answer.map_err(|refusal| refusal.explain(&self.attempt))?;
        while let Some(challenge) = answer["ChallengeName"].as_str() {
            // Cognito knows the user by this name from now on.
            let name = answer["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str();
            let mut responses = json!({ "USERNAME": name.unwrap_or(&self.attempt.user) });
            let mut session = answer["Session"].clone();
            if challenge == "MFA_SETUP" {
                session = self.set_up_app(&session, passwords)?;
            } else {
                let (name, value) = self.response(challenge, passwords)?;
                responses[name] = value.into();
            }
            let answered = self.cognito.call(
                "respond-to-auth-challenge",
                &json!({
                    "ChallengeName": challenge,
                    "ClientId": self.attempt.client_id,
                    "Session": session,
                    "ChallengeResponses": responses,
                }),
            )?;
            answer = answered.map_err(|refusal| refusal.explain(&self.attempt))?;
        }
        self.tokens(&answer, None)
    }

    /// Sets up an authenticator app for a user who needs one to sign in. Returns the session after that.
    /// Source: <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html>.
    fn set_up_app(&self, session: &Value, passwords: &mut Passwords) -> Outcome<Value> {
        let call = |operation, input| {
            let answer = self.cognito.call(operation, &input)?;
            answer.map_err(|refusal| refusal.explain(&self.attempt))
        };
        let answer = call("associate-software-token", json!({ "Session": session }))?;
        let key = answer["SecretCode"].as_str().unwrap_or_default();
        let user = code(&self.attempt.user);
        talk::say(format!(
            "{user} needs an authenticator app. Add this key to it: {}",
            code(key)
        ));
        let typed = passwords.code("Code of the authenticator app")?;
        let input = json!({ "Session": answer["Session"], "UserCode": typed });
        let mut answer = call("verify-software-token", input)?;
        Ok(answer["Session"].take())
    }

    /// Gets new tokens with a refresh token; none if Cognito no longer accepts it.
    pub fn refresh(&self, refresh_token: &str) -> Outcome<Option<Tokens>> {
        let answer = self.cognito.call(
            "initiate-auth",
            &json!({
                "AuthFlow": "REFRESH_TOKEN_AUTH",
                "ClientId": self.attempt.client_id,
                "AuthParameters": { "REFRESH_TOKEN": refresh_token },
            }),
        )?;
        match answer {
            Ok(answer) => self.tokens(&answer, Some(refresh_token)).map(Some),
            Err(refusal) if refusal.is_about_the_token() => Ok(None),
            Err(refusal) => Err(refusal.explain(&self.attempt)),
        }
    }

    /// The name and the value of the response to a challenge.
    /// Source: <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html>.
    fn response(&self, challenge: &str, passwords: &mut Passwords) -> Outcome<(&'static str, String)> {
        let user = code(&self.attempt.user);
        Ok(match challenge {
            "NEW_PASSWORD_REQUIRED" => ("NEW_PASSWORD", passwords.new_password(&user)?),
            "SOFTWARE_TOKEN_MFA" => (
                "SOFTWARE_TOKEN_MFA_CODE",
                passwords.code(&format!("Code of {user}'s authenticator app"))?,
            ),
            "SMS_MFA" => (
                "SMS_MFA_CODE",
                passwords.code(&format!("Code of the SMS to {user}"))?,
            ),
            "EMAIL_OTP" => (
                "EMAIL_OTP_CODE",
                passwords.code(&format!("Code of the email to {user}"))?,
            ),
            other => {
                return Err(Failure::tool(format!(
                    "Cognito asks {user} for {}, which `portcullis login` can't answer",
                    code(other)
                ))
                .help("sign in with an application, or turn it off for this user"));
            }
        })
    }

    /// The tokens in an answer. A refreshed answer has no refresh token, because the former one stays valid.
    fn tokens(&self, answer: &Value, refresh_token: Option<&str>) -> Outcome<Tokens> {
        let result = &answer["AuthenticationResult"];
        let text = |key: &str| result[key].as_str();
        let (Some(id_token), Some(access_token)) = (text("IdToken"), text("AccessToken")) else {
            return Err(Failure::tool("Cognito answered without tokens"));
        };
        let Attempt { client_id, user, .. } = &self.attempt;
        // `ExpiresIn` is about the access token. A client may have id tokens of another lifetime.
        let ends = [id_token, access_token].map(end);
        let expires_in = result["ExpiresIn"].as_i64().unwrap_or_default();
        Ok(Tokens {
            client_id: client_id.clone(),
            user: user.clone(),
            id_token: id_token.into(),
            access_token: access_token.into(),
            refresh_token: text("RefreshToken").or(refresh_token).map(String::from),
            expires_at: ends
                .into_iter()
                .flatten()
                .min()
                .unwrap_or_else(|| kept::in_seconds(expires_in)),
        })
    }

    /// The kept tokens, refreshed if they have expired; none if the user must sign in with a password. Without a user,
    /// those of the last one.
    pub fn kept(&mut self, kept: &Kept, user: Option<&str>) -> Outcome<Option<Tokens>> {
        let Some(tokens) = kept.tokens(&self.attempt.client_id) else {
            return Ok(None);
        };
        if user.is_some_and(|user| user.to_lowercase() != tokens.user.to_lowercase()) {
            return Ok(None);
        }
        if tokens.are_fresh() {
            return Ok(Some(tokens));
        }
        let Some(refresh_token) = &tokens.refresh_token else {
            return Ok(None);
        };
        self.attempt.user.clone_from(&tokens.user);
        let refreshed = self.refresh(refresh_token)?;
        match &refreshed {
            Some(tokens) => kept.keep(tokens)?,
            None => kept.forget(),
        }
        Ok(refreshed)
    }
}
