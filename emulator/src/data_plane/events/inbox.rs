//! Deliveries of the control plane: events that AWS pushes to functions, and calls of Lambda's Invoke.

use std::sync::Arc;
use std::time::Duration;

use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::lambda::FunctionReference;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::sleep;

use super::asynchronous::{self, Event};
use super::records::{Message, of_topic};
use super::target::Target;
use super::{Context, invoke_api, permissions};
use crate::control_plane::deliveries::Delivery;

/// Pause after a failed fetch.
const AGAIN: Duration = Duration::from_secs(1);

/// Fetches and handles deliveries until the task is dropped.
pub async fn receive(context: Arc<Context>) {
    let mut is_reported = false;
    loop {
        match context.client.deliveries().await {
            Ok(deliveries) => {
                is_reported = false;
                for delivery in deliveries {
                    handle(&context, delivery);
                }
            }
            Err(error) => {
                if !is_reported {
                    tracing::warn!("can't fetch events of the emulated AWS: {error:#}");
                    is_reported = true;
                }
                sleep(AGAIN).await;
            }
        }
    }
}

fn handle(context: &Arc<Context>, delivery: Delivery) {
    match delivery {
        Delivery::S3 {
            function,
            account,
            event,
        } => {
            let bucket = event["Records"][0]["s3"]["bucket"]["arn"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            push(
                context,
                "s3.amazonaws.com",
                (&bucket, &account),
                &function,
                event.to_string(),
            );
        }
        Delivery::Sns {
            function,
            subscription,
            topic,
            message_id,
            subject,
            message,
            attributes,
        } => {
            let message = Message {
                subscription: &subscription,
                topic: &topic,
                id: &message_id,
                subject: subject.as_deref(),
                text: &message,
                attributes: &attributes,
            };
            let event = of_topic(&message, OffsetDateTime::now_utc());
            let account = topic.split(':').nth(4).unwrap_or_default().to_owned();
            push(
                context,
                "sns.amazonaws.com",
                (&topic, &account),
                &function,
                event.to_string(),
            );
        }
        Delivery::Event { bus, event } => route(context, &bus, &event),
        Delivery::Invoke(call) => {
            let context = context.clone();
            tokio::spawn(async move {
                let answer = invoke_api::answer(&context, &call).await;
                if let Err(error) = context.client.answer(&call.id, &answer).await {
                    tracing::warn!(
                        "can't answer an invocation of {}: {error:#}",
                        code(&call.function)
                    );
                }
            });
        }
    }
}

/// Invokes a function for a service, if the function's permissions let it.
fn push(
    context: &Arc<Context>,
    service: &str,
    (source, account): (&str, &str),
    function_arn: &str,
    payload: String,
) {
    let function = FunctionReference::parse(function_arn);
    let gateway = context.gateway();
    if let Err(missing) = permissions::check(&gateway.api.permissions, service, &function, source, account) {
        return tracing::warn!("not delivered: an event of {}: {missing}", code(source));
    }
    asynchronous::accept(
        context,
        Event {
            function,
            function_arn: function_arn.to_owned(),
            from: code(source),
            payload,
        },
    );
}

/// Sends an event of EventBridge to the targets of the rules that it matches.
fn route(context: &Arc<Context>, bus: &str, event: &Value) {
    let gateway = context.gateway();
    let rules = gateway.events.rules.iter();
    for rule in rules.filter(|rule| rule.bus == bus && rule.pattern.matches(event)) {
        for target in &rule.targets {
            send(context, target, &rule.arn, target.payload(event));
        }
    }
}

/// Sends what a rule or a schedule makes to its target.
pub fn send(context: &Arc<Context>, target: &Target, source: &str, payload: String) {
    let arn = target.arn.clone();
    match arn.service.as_str() {
        "lambda" if target.by_role => {
            asynchronous::accept(
                context,
                Event {
                    function: FunctionReference::parse(&arn.text),
                    function_arn: arn.text,
                    from: code(source),
                    payload,
                },
            );
        }
        "lambda" => push(
            context,
            "events.amazonaws.com",
            (source, &arn.account),
            &arn.text,
            payload,
        ),
        _ => {
            let context = context.clone();
            tokio::spawn(async move {
                super::destination::send_event(&context, &arn, &payload, &json!(null)).await;
            });
        }
    }
}
