//! What the functions share: [`run`] makes a handler a Lambda function behind a REST API.
//!
//! ```text
//! event ─decode→ Request ─handler→ value | Refusal ─write→ answer, with the CORS headers of the configuration
//! ```
//! A handler knows nothing of Lambda, and no answer leaves without its CORS headers: a browser shows a script
//! only an error that carries them.

mod answer;
mod claims;
mod cors;
mod request;
pub mod testing;

use std::{env, future::Future};

use lambda_http::{
    Request,
    aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayProxyResponse},
    lambda_runtime::{self, LambdaEvent, service_fn},
};
use serde::Serialize;

pub use answer::Refusal;
pub use claims::Claims;
pub use cors::Cors;
pub use lambda_http::Error;

/// Serves events with `handler` until Lambda ends the process.
///
/// The handler's value is answered as JSON with status 200, its [`Refusal`] with the status that it names.
///
/// # Errors
/// When the process was not started by Lambda (or what stands in for it), the CORS configuration is wrong, or
/// the Runtime API fails.
pub async fn run<Handler, Answer, Value>(handler: Handler) -> Result<(), Error>
where
    Handler: Fn(Request) -> Answer,
    Answer: Future<Output = Result<Value, Refusal>>,
    Value: Serialize,
{
    if env::var_os("AWS_LAMBDA_RUNTIME_API").is_none() {
        return Err("`AWS_LAMBDA_RUNTIME_API` is not set: Lambda starts this program, `portcullis serve` does locally".into());
    }
    let cors = Cors::from_environment()?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<ApiGatewayProxyRequest>| {
        let response = respond(&handler, &cors, event);
        async { Ok::<_, Error>(response.await) }
    }))
    .await
}

/// One event, answered.
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
