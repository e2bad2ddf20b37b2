//! Events: what invokes functions beside the API.
//!
//! ```text
//! state ─Sources::read→ Sources       what sends events, and what does not for want of a permission
//!
//! queue::poll    SQS → batches → function → DeleteMessage of what did not fail
//! stream::poll   DynamoDB Streams → batches → function → a checkpoint
//! inbox::receive the control plane's deliveries: S3, SNS, PutEvents, Lambda's Invoke
//! clock::run     schedules
//!
//! the last two ─asynchronous::accept→ function, tried again twice, then the destination
//! ```
//!
//! Queues and streams are polled through the emulated AWS's endpoint, so visibility, order and redrive are the
//! emulator's. The rest is pushed on AWS; here the control plane keeps it until it is fetched. Each source needs the
//! permission that AWS requires for it: an `aws_lambda_permission` if a service invokes the function, or the role's
//! policies if Lambda polls for it.
//!
//! A reload starts pollers of new mappings and stops those of mappings that are gone, after their batch.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use bytes::Bytes;
use portcullis_foreign_text::printable::code;
use portcullis_terraform_json::lambda::FunctionReference;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::EmulatedAws;
use super::function::runtime_api::Outcome;
use super::gateway::Gateway;
use super::message::RequestIds;
use client::Client;
use sources::{Mapping, Polled};

mod arn;
mod asynchronous;
pub(super) mod client;
mod clock;
mod destination;
mod inbox;
mod invoke_api;
mod on_demand;
pub(super) mod permissions;
mod queue;
mod records;
pub(super) mod sources;
mod stream;
mod target;
mod times;

pub use client::Invoked;
pub use on_demand::{OnDemand, on_demand};

/// Invokes a function by an emulated AWS, with Lambda's Invoke, and waits for its result.
pub async fn invoke(aws: &EmulatedAws, function: &str, payload: Vec<u8>) -> anyhow::Result<Invoked> {
    Client::new(aws).invoke(function, payload).await
}

/// The context that every task needs.
pub(super) struct Context {
    client: Client,
    current: Arc<RwLock<Arc<Gateway>>>,
    /// The folder of checkpoints.
    folder: PathBuf,
    /// The folder of the functions' logs.
    logs: PathBuf,
    /// Schedules run by the clock while this file is locked; always if there is none.
    clock: Option<PathBuf>,
}

/// The outcome of an invocation, as a source of events sees it.
#[derive(Debug, PartialEq)]
enum Called {
    /// The function's result.
    Result(Bytes),
    /// The function's error, or Lambda's about it.
    Failed(Value),
    /// There was none.
    Throttled(String),
    /// The function can't run here.
    Missing(String),
}

impl Context {
    fn gateway(&self) -> Arc<Gateway> {
        let current = self.current.read();
        current.unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Invokes a function, for as long as its own timeout lets it run.
    async fn invoke(&self, function: &FunctionReference, request_id: &str, payload: Bytes) -> Called {
        let gateway = self.gateway();
        let function_of = match gateway.functions.get(&function.name) {
            Some(Ok(function)) => function.clone(),
            Some(Err(why)) => return Called::Missing(why.0.clone()),
            None => return Called::Missing(format!("unknown function {}", code(&function.name))),
        };
        drop(gateway);
        let ids = RequestIds::new(OffsetDateTime::now_utc());
        let trace = format!("{};Parent={};Sampled=0", ids.trace, ids.parent);
        let qualifier = function.qualifier.as_deref();
        let outcome = function_of.invoke_as(request_id.to_owned(), qualifier, trace, payload);
        match outcome.await {
            Ok(Outcome::Result(result)) => Called::Result(result),
            Ok(Outcome::Error(error)) => {
                let text = String::from_utf8_lossy(&error).into_owned();
                Called::Failed(serde_json::from_slice(&error).unwrap_or(json!({ "errorMessage": text })))
            }
            Ok(Outcome::TooLarge) => Called::Failed(json!({
                "errorType": "Function.ResponseSizeTooLarge",
                "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            })),
            Ok(Outcome::Throttled(why)) => Called::Throttled(why),
            // <https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html>
            Err(why) => {
                let timed_out = why.starts_with("Task timed out");
                let kind = if timed_out {
                    "Sandbox.Timedout"
                } else {
                    "Runtime.ExitError"
                };
                Called::Failed(json!({
                    "errorType": kind,
                    "errorMessage": format!("RequestId: {request_id} Error: {why}"),
                }))
            }
        }
    }
}

/// The error of a function in a line of the log.
fn shown(error: &Value) -> String {
    let text: String = error.to_string().chars().take(500).collect();
    code(&text)
}

/// The tasks that deliver events.
pub struct Engine {
    context: Arc<Context>,
    pollers: Vec<Poller>,
    others: Vec<JoinHandle<()>>,
}

struct Poller {
    mapping: Mapping,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts to deliver the events of the current gateway. Needs a runtime of tokio's.
    pub fn start(
        aws: &EmulatedAws,
        current: Arc<RwLock<Arc<Gateway>>>,
        work: &Path,
        clock: Option<PathBuf>,
    ) -> Self {
        let context = Arc::new(Context {
            client: Client::new(aws),
            current,
            folder: work.join("checkpoints"),
            logs: work.join("logs"),
            clock,
        });
        let others = vec![
            tokio::spawn(inbox::receive(context.clone())),
            tokio::spawn(clock::run(context.clone())),
        ];
        let mut engine = Self {
            context,
            pollers: Vec::new(),
            others,
        };
        engine.reload();
        engine
    }

    /// Polls what the current gateway's mappings name, and nothing else.
    pub fn reload(&mut self) {
        let gateway = self.context.gateway();
        let mappings = &gateway.events.mappings;
        self.pollers.retain(|poller| {
            let stays = mappings.contains(&poller.mapping);
            if !stays {
                poller.stopping.send_replace(true);
            }
            stays
        });
        for mapping in mappings {
            if !self.pollers.iter().any(|poller| poller.mapping == *mapping) {
                self.poll(mapping);
            }
        }
        for undelivered in &gateway.events.undelivered {
            tracing::warn!("not delivered: `{}`: {}", undelivered.address, undelivered.reason);
        }
    }

    fn poll(&mut self, mapping: &Mapping) {
        tracing::info!(
            "{} gets the records of `{}`",
            code(&mapping.function.name),
            mapping.source.text
        );
        let stopping = watch::Sender::new(false);
        let (context, polled, stop) = (self.context.clone(), mapping.clone(), stopping.subscribe());
        let task = match &mapping.kind {
            Polled::Queue { .. } => tokio::spawn(queue::poll(context, polled, stop)),
            Polled::Stream(_) => tokio::spawn(stream::poll(context, polled, stop)),
        };
        self.pollers.push(Poller {
            mapping: mapping.clone(),
            stopping,
            task,
        });
    }

    /// Ends every task. An unfinished batch is not confirmed, so it comes again.
    pub fn stop(self) {
        for task in self.others {
            task.abort();
        }
        for poller in self.pollers {
            poller.task.abort();
        }
    }
}
