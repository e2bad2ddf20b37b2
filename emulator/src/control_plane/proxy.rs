//! The reverse proxy: HTTP on loopback, in front of the emulator.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::TcpListener;
use tracing::{debug, info, warn};

use super::answers::{json_answer, message};
use super::cognito::{self, Cognito};
use super::deliveries::{self, Deliveries};
use super::invocations;
use super::mail::Folder;
use super::web_page;
use crate::guard::{Browsers, Guard, Programs, by_page};
use crate::upstream::{Body, Upstream};

/// Limit of the bodies that are read. AWS accepts far less.
const READ: usize = 4 * 1024 * 1024;

/// Calls by which queues and streams are polled.
const POLLS: [&str; 2] = ["AmazonSQS.ReceiveMessage", "DynamoDBStreams_20120810.GetRecords"];

/// Pause after the system refused a connection, because it is out of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// All that a request is answered with.
#[derive(Debug)]
pub(super) struct Proxy {
    upstream: Upstream,
    cognito: Cognito,
    deliveries: Arc<Deliveries>,
}

impl Proxy {
    /// A proxy in front of an emulator, which keeps mails in this folder.
    pub(super) fn new(upstream: Upstream, mails: Folder, deliveries: Arc<Deliveries>) -> Self {
        Self {
            cognito: Cognito::new(upstream.clone(), mails),
            upstream,
            deliveries,
        }
    }

    /// Answers one request. Failures are answers too: in JSON, as every AWS SDK expects them.
    async fn answer(&self, guard: Guard, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        if let Some(refusal) = guard.refusal(&head) {
            return message(refusal.status(), &refusal.to_string());
        }
        if !by_page(&head.headers) {
            return self.pass(head, body).await;
        }
        if let Some(answer) = web_page::preflight(&head) {
            return answer;
        }
        if !web_page::may_send(&head) {
            return message(
                StatusCode::FORBIDDEN,
                "web pages may only call operations of Cognito that need no credentials",
            );
        }
        let mut answer = self.pass(head, body).await;
        web_page::share(answer.headers_mut());
        answer
    }

    /// Answers a request that may be sent.
    async fn pass(&self, head: Parts, body: Incoming) -> Response<Body> {
        if head.uri.path().starts_with(deliveries::PATH) {
            return match read(body, READ).await {
                Ok(body) => self.deliveries.answer(&head, &body).await,
                Err(refusal) => refusal,
            };
        }
        let began = Instant::now();
        if let Some(call) = invocations::call(&head) {
            let answer = match read(body, invocations::READ).await {
                Ok(body) => self.deliveries.invoke(call, &body).await,
                Err(refusal) => refusal,
            };
            let (status, ms) = (answer.status().as_u16(), began.elapsed().as_millis());
            info!(call = head.uri.path(), status, ms);
            return answer;
        }
        let target = head
            .headers
            .get(cognito::TARGET)
            .and_then(|target| target.to_str().ok());
        // The data plane asks every moment.
        let polls = target.is_some_and(|target| POLLS.contains(&target));
        let call = target.map_or_else(|| format!("{} {}", head.method, head.uri.path()), str::to_owned);
        let mended = cognito::operation(&head).filter(|operation| Cognito::mends(operation));
        let answer = match mended.map(str::to_owned) {
            None => self.upstream.send(Request::from_parts(head, body.boxed())).await,
            Some(operation) => match read(body, READ).await {
                Ok(body) => self.cognito.answer(&operation, head, body).await,
                Err(refusal) => return refusal,
            },
        };
        let answer = answer.map(|answer| self.cognito.deliver(answer));
        let answer = answer.unwrap_or_else(|error| {
            // Not 503: SDKs take that for throttling and wait.
            json_answer(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({"__type": "InternalErrorException", "message": format!("{error:#}")}),
            )
        });
        let (status, ms) = (answer.status().as_u16(), began.elapsed().as_millis());
        if answer.status().is_server_error() {
            warn!(call, status, ms, "the emulator failed");
        } else if polls {
            debug!(call, status, ms);
        } else {
            info!(call, status, ms);
        }
        answer
    }
}

/// Accepts connections until the task is dropped, and with it those that are open.
pub(super) async fn serve(listener: TcpListener, proxy: Arc<Proxy>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        // Those that ended leave the set.
        while connections.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                warn!("can't accept a connection: {error}");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            debug!("can't set TCP_NODELAY: {error}");
        }
        let proxy = Arc::clone(&proxy);
        let guard = Guard::of(&stream, Programs::OfTheUser, Browsers::Answered);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let proxy = Arc::clone(&proxy);
                async move { Ok::<_, Infallible>(proxy.answer(guard, request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                debug!("a connection ended early: {error}");
            }
        });
    }
}

/// Reads a body that has to be looked into.
async fn read(body: Incoming, limit: usize) -> Result<Bytes, Response<Body>> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than that of any AWS call of this kind",
        )),
        Err(error) => Err(message(
            StatusCode::BAD_REQUEST,
            &format!("can't read the request: {error}"),
        )),
    }
}
