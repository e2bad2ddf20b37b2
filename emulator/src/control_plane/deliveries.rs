//! Queues for the data plane: events for functions, and calls of Lambda's Invoke.
//!
//! The data plane fetches them with `POST /_portcullis/deliveries`, which waits up to [`WAIT`] for the first, and answers
//! an Invoke with `POST /_portcullis/results/ID`. Neither is an operation of AWS, and no web page may send it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;
use tracing::warn;

use super::answers::{json_answer, message};
use super::invocations::Invoke;
use crate::upstream::{Body, full};

/// The beginning of the paths.
pub const PATH: &str = "/_portcullis/";

/// The longest wait for a delivery.
pub const WAIT: Duration = Duration::from_secs(20);

/// Deliveries that are kept while no data plane fetches them. The oldest are dropped beyond.
const KEPT: usize = 10_000;

/// Longest time without a fetch after which no data plane runs.
const GONE: Duration = Duration::from_secs(30);

/// The longest a function may run, and some time for its start.
const LONGEST_INVOCATION: Duration = Duration::from_secs(900 + 30);

/// Something for the data plane, by the name in `delivery`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "delivery", rename_all = "snake_case")]
pub enum Delivery {
    /// An event of S3 for a function, as the function gets it.
    S3 {
        /// The ARN of the function.
        function: String,
        /// The account of the bucket.
        account: String,
        /// The event.
        event: Value,
    },
    /// A message of SNS for a function.
    Sns {
        /// The ARN of the function.
        function: String,
        /// The ARN of the subscription.
        subscription: String,
        /// The ARN of the topic.
        topic: String,
        /// The id of the message.
        message_id: String,
        /// Its subject.
        subject: Option<String>,
        /// Its text.
        message: String,
        /// Its attributes.
        attributes: Value,
    },
    /// An event of EventBridge, before any rule.
    Event {
        /// The name of the event bus.
        bus: String,
        /// The event.
        event: Value,
    },
    /// A call of Lambda's Invoke.
    Invoke(Invoke),
}

/// The answer to an Invoke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside the content type.
    pub headers: BTreeMap<String, String>,
    /// The body in Base64.
    pub body: String,
}

/// The queue, and those who wait for answers.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    inner: Mutex<Inner>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    queue: VecDeque<Delivery>,
    callers: BTreeMap<String, oneshot::Sender<Answer>>,
    /// Time of the data plane's last fetch.
    fetched: Option<Instant>,
    /// Data planes that wait.
    fetching: usize,
}

impl Deliveries {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Adds a delivery.
    pub(super) fn add(&self, delivery: Delivery) {
        let mut inner = self.inner();
        if inner.queue.len() >= KEPT {
            warn!("dropped the oldest of {KEPT} events, because no API runs that takes them");
            inner.queue.pop_front();
        }
        inner.queue.push_back(delivery);
        drop(inner);
        self.arrived.notify_one();
    }

    /// Answers a request of the data plane.
    pub(super) async fn answer(&self, head: &Parts, body: &[u8]) -> Response<Body> {
        match head.uri.path().strip_prefix(PATH).unwrap_or_default() {
            "deliveries" => json_answer(StatusCode::OK, &json!(self.fetch().await)),
            path => match path.strip_prefix("results/").map(|id| self.take_caller(id)) {
                Some(Some(caller)) => match serde_json::from_slice(body) {
                    Ok(answer) => {
                        // A caller that is gone needs none.
                        _ = caller.send(answer);
                        json_answer(StatusCode::OK, &json!({}))
                    }
                    Err(error) => message(StatusCode::BAD_REQUEST, &error.to_string()),
                },
                _ => message(StatusCode::NOT_FOUND, "unknown path, or the caller is gone"),
            },
        }
    }

    fn take_caller(&self, id: &str) -> Option<oneshot::Sender<Answer>> {
        self.inner().callers.remove(id)
    }

    async fn fetch(&self) -> Vec<Delivery> {
        // Also if the data plane hangs up while it waits.
        struct Waiting<'a>(&'a Deliveries);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                let mut inner = self.0.inner();
                inner.fetching -= 1;
                inner.fetched = Some(Instant::now());
            }
        }
        self.inner().fetching += 1;
        let _waiting = Waiting(self);
        let some = async {
            loop {
                let arrived = self.arrived.notified();
                let waiting: Vec<Delivery> = self.inner().queue.drain(..).collect();
                if !waiting.is_empty() {
                    return waiting;
                }
                arrived.await;
            }
        };
        timeout(WAIT, some).await.unwrap_or_default()
    }

    /// Hands an Invoke to the data plane, and returns its answer.
    pub(super) async fn invoke(&self, mut call: Invoke, payload: &[u8]) -> Response<Body> {
        let (sender, receiver) = oneshot::channel();
        let id = uuid::Uuid::new_v4().to_string();
        {
            let mut inner = self.inner();
            let lives = inner.fetching > 0 || inner.fetched.is_some_and(|since| since.elapsed() < GONE);
            if !lives {
                let message = "no API runs this function: run `portcullis apply`";
                let mut answer = json_answer(
                    StatusCode::NOT_FOUND,
                    &json!({"Type": "User", "Message": message}),
                );
                let kind = HeaderValue::from_static("ResourceNotFoundException");
                answer.headers_mut().insert("x-amzn-errortype", kind);
                return answer;
            }
            inner.callers.insert(id.clone(), sender);
        }
        call.id = id.clone();
        call.payload = STANDARD.encode(payload);
        self.add(Delivery::Invoke(call));
        let answer = timeout(LONGEST_INVOCATION, receiver).await;
        self.take_caller(&id);
        match answer {
            Ok(Ok(answer)) => response(&answer),
            _ => json_answer(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({"Type": "Service", "Message": "the API did not answer the invocation"}),
            ),
        }
    }
}

fn response(answer: &Answer) -> Response<Body> {
    let body = STANDARD.decode(&answer.body).unwrap_or_default();
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fetch_waits_for_the_first_delivery_and_then_takes_all() {
        let deliveries = Deliveries::default();
        assert_eq!(deliveries.fetch().await, vec![]);
        let event = Delivery::Event {
            bus: "default".into(),
            event: json!({}),
        };
        let later = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            deliveries.add(event.clone());
        };
        let (fetched, ()) = tokio::join!(deliveries.fetch(), later);
        assert_eq!(fetched, vec![event]);
    }

    #[tokio::test]
    async fn a_call_fails_at_once_if_no_data_plane_runs() {
        let deliveries = Deliveries::default();
        let answer = deliveries.invoke(Invoke::default(), b"{}").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn what_moto_prints_is_read() {
        let line = r#"{"delivery": "sns", "function": "f", "subscription": "s", "topic": "t", "message_id": "m",
            "subject": null, "message": "hi", "attributes": {}}"#;
        assert!(matches!(
            serde_json::from_str(line),
            Ok(Delivery::Sns { subject: None, .. })
        ));
        let line = r#"{"delivery": "s3", "function": "f", "account": "1", "event": {"Records": []}}"#;
        assert!(matches!(serde_json::from_str(line), Ok(Delivery::S3 { .. })));
    }
}
