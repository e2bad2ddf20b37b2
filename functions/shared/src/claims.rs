use lambda_http::{Request, RequestExt, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Refusal;

/// The claims in the signed-in user's token. API Gateway has verified the token and passes every value as a string.
///
/// Claims that identify the token itself (`jti`, `origin_jti`, `event_id`) and custom attributes are omitted, so a handler
/// may return a value of this type.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>
#[derive(Debug, Deserialize, Serialize)]
pub struct Claims {
    /// The user's id. It never changes, and no other user ever gets it. Identify users by it, never by their e-mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Missing until Cognito has verified it, because a user can enter any address. [`Claims::email`] returns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<String>,
    /// The user's name in the pool.
    #[serde(rename = "cognito:username", skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Separated by commas. [`Claims::groups`] returns each.
    #[serde(rename = "cognito:groups", skip_serializing_if = "Option::is_none")]
    groups: Option<String>,
    /// The pool: `https://cognito-idp.REGION.amazonaws.com/POOL_ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// The client through which the user signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// `id` or `access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_use: Option<String>,
    /// Time of the sign-in, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<String>,
    /// Time at which the token was issued, such as `Tue Jun 18 15:00:04 UTC 2024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<String>,
    /// Time at which the token expires, such as `Tue Jun 18 16:00:04 UTC 2024`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<String>,
}

impl Claims {
    /// Returns the claims in a request.
    ///
    /// # Errors
    /// 401 if the request has no claims, because the route is public. 500 if they don't have Cognito's form.
    pub fn of(request: &Request) -> Result<Self, Refusal> {
        let context = request.request_context_ref();
        let authorizer = context.and_then(|context| context.authorizer());
        match authorizer.and_then(|authorizer| authorizer.fields.get("claims")) {
            None | Some(Value::Null) => Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "nobody is signed in: this route is not guarded by the user pool",
            )),
            Some(claims) => {
                let mut claims = Self::deserialize(claims)?;
                if !claims.is_email_verified() {
                    claims.email = None;
                }
                Ok(claims)
            }
        }
    }

    /// Returns the user's verified e-mail address. Users can change it, so identify them by [`Claims::sub`].
    ///
    /// # Errors
    /// 403 if the token has no address, or if Cognito has not verified it.
    pub fn email(&self) -> Result<&str, Refusal> {
        self.email.as_deref().ok_or_else(|| {
            Refusal::new(
                StatusCode::FORBIDDEN,
                "the token names no verified e-mail: send the IdToken of a user whose e-mail is verified",
            )
        })
    }

    /// Returns the names of the user's groups. API Gateway doesn't check groups, so a handler must.
    ///
    /// API Gateway separates the names by commas. A group whose own name has a comma counts as several.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        let names = self.groups.iter().flat_map(|names| names.split(','));
        names.filter(|name| !name.is_empty())
    }

    /// Fails unless the user is in a group.
    ///
    /// A user who is put into a group or taken out of it has a token that says so only after the next refresh.
    ///
    /// # Errors
    /// 403 if the token does not name the group.
    pub fn in_group(&self, group: &str) -> Result<(), Refusal> {
        match self.groups().any(|one| one == group) {
            true => Ok(()),
            false => Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "the user is not in the group that this route needs",
            )),
        }
    }

    fn is_email_verified(&self) -> bool {
        self.email_verified.as_deref() == Some("true")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Claims;

    fn claims(groups: serde_json::Value) -> Claims {
        serde_json::from_value(json!({ "sub": "7f2b1c0e", "cognito:groups": groups })).unwrap()
    }

    #[test]
    fn a_user_is_in_the_groups_that_the_token_names_and_in_no_other() {
        for (groups, expected) in [
            (json!(null), &[][..]),
            (json!(""), &[]),
            (json!("staff"), &["staff"]),
            (json!("back-office,staff"), &["back-office", "staff"]),
        ] {
            let claims = claims(groups);
            assert_eq!(claims.groups().collect::<Vec<_>>(), expected);
            for group in ["staff", "back-office", "sta", "", "back-office,staff"] {
                assert_eq!(
                    claims.in_group(group).is_ok(),
                    expected.contains(&group),
                    "{group}"
                );
            }
        }
        assert!(claims(json!("Staff")).in_group("staff").is_err());
    }
}
