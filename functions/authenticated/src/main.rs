//! `authenticated` greets signed-in users by their e-mail address.
//!
//! API Gateway verifies the token before this runs, and the request has its claims. Don't set `auth = "none"` on such a
//! route in `portcullis.toml`.

use lambda_http::Request;
use serde::Serialize;
use shared::{Claims, Refusal};

#[derive(Serialize)]
struct Hello {
    message: String,
    claims: Claims,
}

async fn hello(request: Request) -> Result<Hello, Refusal> {
    let claims = Claims::of(&request)?;
    let email = claims.email()?;
    Ok(Hello {
        message: format!("hello {email}, you are signed in"),
        claims,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::run(hello).await
}

#[cfg(test)]
mod tests {
    use super::{Claims, Refusal, Request, hello};
    use serde_json::{Value, json};
    use shared::{Cors, testing::invoke};

    const EVENT: &str = include_str!("../../shared/fixtures/get_root_signed_in.json");

    fn event_with_authorizer(authorizer: Value) -> String {
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["requestContext"]["authorizer"] = authorizer;
        event.to_string()
    }

    #[tokio::test]
    async fn the_signed_in_are_called_by_their_email() {
        let cors = Cors::new("https://app.example.com", true).unwrap();
        assert_eq!(
            invoke(hello, cors, EVENT).await,
            json!({
                "statusCode": 200,
                "headers": {
                    "content-type": "application/json",
                    "access-control-allow-origin": "https://app.example.com",
                    "access-control-allow-credentials": "true",
                    "vary": "Origin"
                },
                "body": {
                    "message": "hello someone@example.com, you are signed in",
                    "claims": {
                        "sub": "7f2b1c0e-5f3a-4c59-9a53-0e3a5f4f2f10",
                        "email": "someone@example.com",
                        "email_verified": "true",
                        "cognito:username": "7f2b1c0e-5f3a-4c59-9a53-0e3a5f4f2f10",
                        "cognito:groups": "team",
                        "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
                        "aud": "4tq1c2example",
                        "token_use": "id",
                        "auth_time": "1718722804",
                        "iat": "Tue Jun 18 15:00:04 UTC 2024",
                        "exp": "Tue Jun 18 16:00:04 UTC 2024"
                    }
                }
            })
        );
    }

    #[tokio::test]
    async fn a_route_that_is_not_guarded_refuses_and_says_so() {
        for event in [
            event_with_authorizer(Value::Null),
            event_with_authorizer(json!({"claims": null})),
        ] {
            assert_eq!(
                invoke(hello, Cors::new("*", false).unwrap(), &event).await,
                json!({
                    "statusCode": 401,
                    "headers": {"content-type": "application/json", "access-control-allow-origin": "*"},
                    "body": {"message": "nobody is signed in: this route is not guarded by the user pool"}
                })
            );
        }
    }

    #[tokio::test]
    async fn a_token_without_a_verified_email_is_refused() {
        for claims in [
            json!({"sub": "7f2b1c0e", "token_use": "access"}),
            json!({"sub": "7f2b1c0e", "token_use": "id", "email": "victim@example.com"}),
            json!({"sub": "7f2b1c0e", "token_use": "id", "email": "victim@example.com", "email_verified": "false"}),
        ] {
            let event = event_with_authorizer(json!({ "claims": claims }));
            assert_eq!(
                invoke(hello, Cors::default(), &event).await,
                json!({
                    "statusCode": 403,
                    "headers": {"content-type": "application/json"},
                    "body": {"message":
                        "the token names no verified e-mail: send the IdToken of a user whose e-mail is verified"}
                })
            );
        }
    }

    /// Cognito's users choose their e-mail address. Until it is verified, it may belong to someone else.
    #[tokio::test]
    async fn an_email_that_is_not_verified_is_not_among_the_claims() {
        async fn claims(request: Request) -> Result<Claims, Refusal> {
            Claims::of(&request)
        }
        for (verified, email) in [("true", json!("someone@example.com")), ("false", Value::Null)] {
            let event = event_with_authorizer(
                json!({"claims": {"email": "someone@example.com", "email_verified": verified}}),
            );
            let answer = invoke(claims, Cors::default(), &event).await;
            assert_eq!(answer["body"]["email"], email);
            assert_eq!(answer["body"]["email_verified"], verified);
        }
    }

    #[tokio::test]
    async fn claims_of_another_shape_are_an_error_and_no_crash() {
        for claims in [json!("text"), json!([1]), json!({"email": 7})] {
            let response = invoke(
                hello,
                Cors::default(),
                &event_with_authorizer(json!({"claims": claims})),
            )
            .await;
            assert_eq!(response["statusCode"], 500);
            assert_eq!(response["body"], json!({"message": "Internal server error"}));
        }
    }
}
