//! Calls of the emulated AWS: what Lambda and EventBridge call by themselves.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::arn::Arn;
use crate::control_plane::deliveries::{Answer, Delivery, PATH, WAIT};
use crate::data_plane::EmulatedAws;

/// The user agent, by which the proxy's log knows these calls.
pub const AGENT: &str = "portcullis-events";

/// Time limit for an answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Largest answer in bytes. Ten messages have 1 MB each at most.
const ANSWER_LIMIT: usize = 32 << 20;

/// A function's answer to an Invoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// True if the payload is an error.
    pub failed: bool,
    /// Its result or error.
    pub payload: String,
    /// The end of its log.
    pub log: String,
}

/// A client of one endpoint.
#[derive(Debug, Clone)]
pub struct Client {
    endpoint: String,
    access_key_id: String,
    http: Http<HttpConnector, Full<Bytes>>,
}

/// The form in which a service takes its calls.
struct Protocol {
    /// The name in credentials.
    service: &'static str,
    /// The prefix of `X-Amz-Target`.
    target: &'static str,
    content_type: &'static str,
}

const SQS: Protocol = Protocol {
    service: "sqs",
    target: "AmazonSQS",
    content_type: "application/x-amz-json-1.0",
};
const STREAMS: Protocol = Protocol {
    service: "dynamodb",
    target: "DynamoDBStreams_20120810",
    content_type: "application/x-amz-json-1.0",
};

impl Client {
    /// A client of an emulated AWS.
    pub fn new(aws: &EmulatedAws) -> Self {
        Self {
            endpoint: aws.url.trim_end_matches('/').to_owned(),
            access_key_id: aws.access_key_id.clone(),
            http: Http::builder(TokioExecutor::new()).build_http(),
        }
    }

    /// An operation of SQS.
    pub async fn sqs(&self, queue: &Arn, operation: &str, request: &Value) -> Result<Value> {
        self.json(&SQS, queue, operation, request).await
    }

    /// An operation of DynamoDB Streams.
    pub async fn streams(&self, stream: &Arn, operation: &str, request: &Value) -> Result<Value> {
        self.json(&STREAMS, stream, operation, request).await
    }

    /// Sends a message to a queue.
    pub async fn send_message(&self, queue: &Arn, body: &str, attributes: &Value) -> Result<()> {
        let found = json!({"QueueName": queue.resource});
        let found = self.sqs(queue, "GetQueueUrl", &found).await?;
        let mut message = json!({"QueueUrl": found["QueueUrl"], "MessageBody": body});
        if attributes.is_object() {
            message["MessageAttributes"] = attributes.clone();
        }
        if queue.resource.ends_with(".fifo") {
            let id = json!(uuid::Uuid::new_v4().to_string());
            message["MessageGroupId"] = json!("portcullis");
            message["MessageDeduplicationId"] = id;
        }
        self.sqs(queue, "SendMessage", &message).await.map(drop)
    }

    /// Publishes a message to a topic.
    pub async fn publish(&self, topic: &Arn, message: &str) -> Result<()> {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let body = format!(
            "Action=Publish&Version=2010-03-31&TopicArn={}&Message={}",
            encoded(&topic.text),
            encoded(message)
        );
        let request = self
            .request("/", "sns", topic)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(body))?;
        self.send(request, ANSWER).await.map(drop)
    }

    /// Puts an event on an event bus.
    pub async fn put_event(&self, bus: &Arn, source: &str, detail_type: &str, detail: &Value) -> Result<()> {
        let protocol = Protocol {
            service: "events",
            target: "AWSEvents",
            content_type: "application/x-amz-json-1.1",
        };
        let entry = json!({"Source": source, "DetailType": detail_type, "Detail": detail.to_string(),
            "EventBusName": bus.text});
        let request = json!({"Entries": [entry]});
        self.json(&protocol, bus, "PutEvents", &request).await.map(drop)
    }

    /// Fetches the waiting deliveries. If there are none, it waits for the first.
    pub async fn deliveries(&self) -> Result<Vec<Delivery>> {
        let answer = self.own("deliveries", &json!({}), WAIT + ANSWER).await?;
        serde_json::from_slice(&answer).context("can't read the deliveries")
    }

    /// Answers an Invoke.
    pub async fn answer(&self, id: &str, answer: &Answer) -> Result<()> {
        let path = format!("results/{id}");
        self.own(&path, &json!(answer), ANSWER).await.map(drop)
    }

    async fn own(&self, path: &str, body: &Value, limit: Duration) -> Result<Bytes> {
        let request = Request::post(format!("{}{PATH}{path}", self.endpoint))
            .header(USER_AGENT, AGENT)
            .body(Full::from(body.to_string()))?;
        self.send(request, limit).await
    }

    async fn json(&self, protocol: &Protocol, of: &Arn, operation: &str, request: &Value) -> Result<Value> {
        let request = self
            .request("/", protocol.service, of)
            .header(CONTENT_TYPE, protocol.content_type)
            .header("x-amz-target", format!("{}.{operation}", protocol.target))
            .body(Full::from(request.to_string()))?;
        let answer = self.send(request, ANSWER).await;
        let answer = answer.with_context(|| format!("{operation} of `{}` failed", of.text))?;
        match answer.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice(&answer)
                .with_context(|| format!("can't read the answer to {operation}")),
        }
    }

    /// A request with credentials that name region and service. Emulators check no signature.
    fn request(&self, path: &str, service: &str, of: &Arn) -> http::request::Builder {
        let (key, region) = (&self.access_key_id, &of.region);
        let scope = format!("{key}/20260101/{region}/{service}/aws4_request");
        let credentials = format!(
            "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={:064}",
            0
        );
        Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.endpoint))
            .header(AUTHORIZATION, credentials)
            .header("x-amz-date", "20260101T000000Z")
            .header(USER_AGENT, AGENT)
    }

    /// Invokes a function with Lambda's Invoke, and waits for its result.
    pub async fn invoke(&self, function: &str, payload: Vec<u8>) -> Result<Invoked> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.endpoint);
        let request = Request::post(url)
            .header("x-amz-log-type", "Tail")
            .header(USER_AGENT, AGENT)
            .body(Full::from(payload))?;
        let answer = self.http.request(request).await;
        let answer = answer.context("can't reach the emulated AWS")?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_LIMIT).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
        if head.status != StatusCode::OK {
            let error: Value = serde_json::from_slice(&body).unwrap_or_default();
            let why = error["Message"].as_str().or(error["message"].as_str());
            bail!("{}", why.unwrap_or("the emulated AWS failed"));
        }
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let log = header("x-amz-log-result").and_then(|log| STANDARD.decode(log).ok());
        Ok(Invoked {
            failed: header("x-amz-function-error").is_some(),
            payload: String::from_utf8_lossy(&body).into_owned(),
            log: String::from_utf8_lossy(&log.unwrap_or_default()).into_owned(),
        })
    }

    async fn send(&self, request: Request<Full<Bytes>>, limit: Duration) -> Result<Bytes> {
        let exchange = async {
            let answer = self.http.request(request).await?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), ANSWER_LIMIT).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
            if status != StatusCode::OK {
                let text: String = String::from_utf8_lossy(&body).chars().take(500).collect();
                bail!(
                    "the emulated AWS answered with status {}: {text}",
                    status.as_u16()
                );
            }
            Ok(body)
        };
        tokio::time::timeout(limit, exchange)
            .await
            .context("the emulated AWS did not answer in time")?
    }
}
