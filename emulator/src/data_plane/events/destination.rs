//! Destinations of results and failures.

use portcullis_terraform_json::lambda::FunctionReference;
use serde_json::{Value, json};

use super::Context;
use super::arn::Arn;

/// Returns the action that a function's role needs for a destination.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations>.
pub fn action(to: &Arn) -> Option<&'static str> {
    match to.service.as_str() {
        "sqs" => Some("sqs:SendMessage"),
        "sns" => Some("sns:Publish"),
        "lambda" => Some("lambda:InvokeFunction"),
        "events" => Some("events:PutEvents"),
        _ => None,
    }
}

/// Sends a record. `result` is `Success` or `Failure`.
pub async fn send(context: &Context, to: &Arn, record: &Value, result: &str) {
    let text = record.to_string();
    let sent = match to.service.as_str() {
        "events" => {
            let kind = format!("Lambda Function Invocation Result - {result}");
            context.client.put_event(to, "lambda", &kind, record).await
        }
        "lambda" => {
            // One that fails in turn is not sent on.
            let function = FunctionReference::parse(&to.text);
            let id = uuid::Uuid::new_v4().to_string();
            _ = context.invoke(&function, &id, text.into()).await;
            Ok(())
        }
        _ => return send_event(context, to, &text, &json!(null)).await,
    };
    log_result(to, sent);
}

/// Sends an event to a queue or a topic.
pub async fn send_event(context: &Context, to: &Arn, event: &str, attributes: &Value) {
    let sent = match to.service.as_str() {
        "sns" => context.client.publish(to, event).await,
        _ => context.client.send_message(to, event, attributes).await,
    };
    log_result(to, sent);
}

fn log_result(to: &Arn, sent: anyhow::Result<()>) {
    match sent {
        Ok(()) => tracing::info!("sent a record to `{}`", to.text),
        Err(error) => tracing::warn!("can't send a record to `{}`: {error:#}", to.text),
    }
}
