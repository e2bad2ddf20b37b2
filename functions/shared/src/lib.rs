//! Code that all functions share. [`run`] makes a handler a Lambda function behind a REST API.
//!
//! ```text
//! event ─decode→ Request ─handler→ value | Refusal ─write→ answer, with the CORS headers of the configuration
//! ```
//! [`run_batches`] does so for events of queues and streams, and [`run_authorizer`] for questions of authorizers.
//!
//! A handler doesn't depend on Lambda. Every answer has CORS headers, because a browser shows a script only errors with
//! these headers.

mod answer;
mod authorizer;
mod batch;
mod claims;
mod cors;
mod request;
#[cfg(feature = "secrets")]
mod secrets;
pub mod testing;

use std::{env, future::Future};

use lambda_http::{
    Request,
    aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayProxyResponse},
    lambda_runtime::{self, LambdaEvent, service_fn},
};
use serde::Serialize;

pub use answer::Refusal;
pub use authorizer::{Admitted, Decision, Question, run_authorizer};
pub use batch::{Batch, Change, Failures, Images, Message, Record, failures, run_batches};
pub use claims::Claims;
pub use cors::Cors;
pub use lambda_http::Error;
#[cfg(feature = "secrets")]
pub use secrets::{Secret, secret};

/// Serves events with `handler` until Lambda ends the process.
///
/// A handler's value becomes a JSON answer with status 200, and its [`Refusal`] an answer with its own status.
///
/// # Errors
/// If Lambda (or its emulation) did not start the process, if the CORS configuration is invalid, or if the Runtime API
/// fails.
pub async fn run<Handler, Answer, Value>(handler: Handler) -> Result<(), Error>
where
    Handler: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Value, Refusal>>,
    Value: Serialize,
{
    started_by_lambda()?;
    let cors = Cors::from_environment()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<ApiGatewayProxyRequest>| {
        let response = respond(&handler, &cors, event);
        async { Ok::<_, Error>(response.await) }
    }))
    .await
}

/// Fails if Lambda (or its emulation) did not start the process.
fn started_by_lambda() -> Result<(), Error> {
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Err("`AWS_LAMBDA_RUNTIME_API` is not set: Lambda starts this program, `portcullis serve` does locally".into());
    }
    Ok(())
}

/// Answers one event.
async fn respond<Handler, Answer, Value>(
    handler: &Handler,
    cors: &Cors,
    event: LambdaEvent<ApiGatewayProxyRequest>,
) -> ApiGatewayProxyResponse
where
    Handler: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Value, Refusal>>,
    Value: Serialize,
{
    let LambdaEvent { payload, context, .. } = event;
    let answer = match request::decode(payload, context) {
        Ok(request) => handler(request).await,
        Err(refusal) => Err(refusal),
    };
    answer::write(answer, cors)
}
