//! `open` is public, and shows the structure of the request that a function gets.
//!
//! `portcullis new function NAME --route 'GET /path'` adds a function.

mod structure;

use lambda_http::Request;
use serde::Serialize;
use shared::Refusal;
use structure::Structure;

#[derive(Serialize)]
struct Hello {
    message: &'static str,
    structure: Structure,
}

async fn hello(request: Request) -> Result<Hello, Refusal> {
    Ok(Hello {
        message: "hello whole wide world",
        structure: Structure::of(&request),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::run(hello).await
}

#[cfg(test)]
mod tests {
    use super::hello;
    use serde_json::json;
    use shared::{Cors, testing::invoke};

    #[tokio::test]
    async fn anyone_is_greeted_and_shown_the_structure_of_the_request() {
        let response = invoke(
            hello,
            Cors::default(),
            include_str!("../../shared/fixtures/get_open.json"),
        )
        .await;
        assert_eq!(
            response,
            json!({
                "statusCode": 200,
                "headers": {"content-type": "application/json"},
                "body": {
                    "message": "hello whole wide world",
                    "structure": {
                        "method": "GET",
                        "path": "/open",
                        "resource": "/open",
                        "stage": "v1",
                        "path_parameters": [],
                        "query_parameters": ["color", "page"],
                        "headers": [
                            "accept", "authorization", "host", "user-agent", "x-amzn-trace-id",
                            "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"
                        ],
                        "body_bytes": 0
                    }
                }
            })
        );
    }

    #[tokio::test]
    async fn names_are_shown_and_values_are_not() {
        let response = invoke(
            hello,
            Cors::default(),
            include_str!("../../shared/fixtures/get_open.json"),
        )
        .await;
        let response = response.to_string();
        for secret in ["a-token-that-nobody-sees", "green", "203.0.113.7"] {
            assert!(!response.contains(secret), "{secret} is in {response}");
        }
    }

    #[tokio::test]
    async fn an_event_with_nothing_in_it_is_answered() {
        let event = r#"{"httpMethod":"GET","requestContext":{"httpMethod":"GET"}}"#;
        let response = invoke(hello, Cors::default(), event).await;
        assert_eq!(
            response["body"]["structure"],
            json!({
                "method": "GET",
                "path": "",
                "resource": null,
                "stage": null,
                "path_parameters": [],
                "query_parameters": [],
                "headers": [],
                "body_bytes": 0
            })
        );
    }
}
