//! Cognito's errors as sentences.

use portcullis_foreign_text::printable::code;
use portcullis_foreign_text::shell;
use portcullis_generator::service::LOCAL;

use crate::failure::Failure;

/// An attempt of a user to sign in through a client.
pub struct Attempt<'a> {
    /// The client's id.
    pub client_id: String,
    /// The user pool's id.
    pub user_pool_id: String,
    /// The user's name, an email address.
    pub user: String,
    /// The name of the environment.
    pub environment: &'a str,
    /// The password is the temporary one of the invitation.
    pub is_first: bool,
}

/// A call that Cognito did not accept.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    /// The name of the error, such as `NotAuthorizedException`; empty if the AWS CLI failed by itself.
    name: String,
    /// Cognito's sentence, or the AWS CLI's.
    reason: String,
}

impl Refusal {
    /// Reads what the AWS CLI printed: `An error occurred (NAME) when calling the X operation: REASON`.
    pub fn read(printed: &str) -> Self {
        let printed = printed.trim();
        let named = || {
            let (name, rest) = printed.split_once("An error occurred (")?.1.split_once(')')?;
            let (_, reason) = rest.split_once(": ")?;
            Some((name, reason))
        };
        let (name, reason) = named().unwrap_or(("", printed));
        Self {
            name: name.into(),
            reason: reason.into(),
        }
    }

    /// Returns whether a refresh token is no longer accepted, or its user may no longer sign in.
    pub fn is_about_the_token(&self) -> bool {
        matches!(
            self.name.as_str(),
            "NotAuthorizedException"
                | "UserNotFoundException"
                | "ResourceNotFoundException"
                | "InvalidParameterException"
        )
    }

    /// The failure that tells a user what to do.
    pub fn explain(&self, attempt: &Attempt) -> Failure {
        let Attempt {
            client_id,
            user_pool_id,
            user,
            environment,
            is_first,
        } = attempt;
        let (name, reason) = (self.name.as_str(), self.reason.as_str());
        let who = code(user);
        let [pool, client, email] = [user_pool_id, client_id, user].map(|text| shell::word(text));
        let says = |text: &str| reason.to_lowercase().contains(text);
        let (message, help) = match name {
            "NotAuthorizedException" if says("temporary password has expired") => (
                format!("the temporary password of {who} has expired"),
                format!(
                    "send another invitation: `aws cognito-idp admin-create-user --user-pool-id {pool} --username {email} --message-action RESEND`"
                ),
            ),
            "NotAuthorizedException" if says("attempts exceeded") => (
                format!("{who} failed to sign in too often"),
                "wait some minutes, then try again".into(),
            ),
            "NotAuthorizedException" if says("disabled") => (
                format!("{who} is disabled"),
                format!("enable the user: `aws cognito-idp admin-enable-user --user-pool-id {pool} --username {email}`"),
            ),
            "NotAuthorizedException" if says("session") => (
                "the session expired before it got an answer".into(),
                "run the command again".into(),
            ),
            "NotAuthorizedException" if says("secret_hash") || says("secret hash") => (
                format!("the client {} has a secret", code(client_id)),
                "choose a client without a secret: `--client NAME`".into(),
            ),
            "InvalidParameterException" if says("user_password_auth") => (
                format!("the client {} does not sign users in with a password", code(client_id)),
                "write `auth_flows = [\"user_password\", \"refresh_token\"]` for the client in portcullis.toml, and apply".into(),
            ),
            "NotAuthorizedException" if *is_first && says("incorrect username or password") => (
                format!("the temporary password of {who} is wrong, or the user has signed in before"),
                format!("use the user's own password: `portcullis login{}`", env(environment)),
            ),
            "NotAuthorizedException" if says("incorrect username or password") => (
                format!("the password of {who} is wrong, or the user is unknown"),
                format!("at the first sign-in, use the temporary password: `portcullis login --first{}`", env(environment)),
            ),
            "UserNotFoundException" => (
                format!("unknown user {who}"),
                "choose a user of the pool: `--user EMAIL`".into(),
            ),
            "UserNotConfirmedException" => (
                format!("{who} has not confirmed the sign-up"),
                format!(
                    "enter the code of the email: `aws cognito-idp confirm-sign-up --client-id {client} --username {email} --confirmation-code CODE`"
                ),
            ),
            "PasswordResetRequiredException" => (
                format!("an administrator has reset the password of {who}"),
                format!(
                    "get a code with `aws cognito-idp forgot-password --client-id {client} --username {email}`, and set a password with `confirm-forgot-password`"
                ),
            ),
            "InvalidPasswordException" => (
                format!("the new password does not satisfy the pool's policy: {reason}"),
                "choose another password".into(),
            ),
            "CodeMismatchException" | "ExpiredCodeException" | "EnableSoftwareTokenMFAException" => (
                format!("Cognito does not accept this code of {who}"),
                "run the command again, and enter a new code".into(),
            ),
            "ResourceNotFoundException" => (
                format!("unknown client {}", code(client_id)),
                format!("the environment may have changed: `portcullis outputs{}` prints the ids", env(environment)),
            ),
            "TooManyRequestsException" | "LimitExceededException" | "ThrottlingException" | "TooManyFailedAttemptsException" => (
                "Cognito got too many calls".into(),
                "wait a minute, then try again".into(),
            ),
            "" if *environment == LOCAL && says("could not connect") => (
                "the emulated AWS does not answer".into(),
                "start it: `portcullis apply`".into(),
            ),
            "" => (
                format!("can't call Cognito: {reason}"),
                "check the network, and the region in portcullis.toml".into(),
            ),
            name => (format!("Cognito refuses: {name}: {reason}"), String::new()),
        };
        let failure = Failure::tool(message);
        if help.is_empty() {
            failure
        } else {
            failure.help(help)
        }
    }
}

/// The option that chooses an environment, for a command to paste.
fn env(environment: &str) -> String {
    if environment == LOCAL {
        String::new()
    } else {
        format!(" --env {environment}")
    }
}
