//! The HTTP of the Runtime API: answers the process on its listener.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustix::process::Pid;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Outcome, Shared};
use crate::data_plane::result::RESULT_LIMIT;
use crate::guard::{Browsers, Guard, Programs, Refusal};

pub(super) const PREFIX: &str = "/2018-06-01/runtime/";
/// Errors are a message and a stack trace.
const ERROR_LIMIT: usize = 256 << 10;

/// Answers the processes of a group until the task is aborted, which closes every connection.
pub(super) async fn serve(listener: TcpListener, group: Pid, shared: Arc<Shared>) {
    // Aborting this task drops the set, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("the Runtime API can't accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        // Answers are small and waited for; an error here only costs time.
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        shared.connections.send_modify(|open| *open += 1);
        connections.spawn(async move {
            let ended = shared.clone();
            let guard = Guard::of(&stream, Programs::InGroup(group), Browsers::Refused);
            let service = service_fn(|request| answer(guard, request, shared.clone()));
            let _ = http1::Builder::new()
                // A process may end as soon as it has sent its answer.
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            ended.connections.send_modify(|open| *open -= 1);
        });
    }
}

async fn answer(
    guard: Guard,
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if let Some(refusal) = guard.refusal(&head) {
        tracing::warn!(
            "a Runtime API refused `{} {}`: {refusal}",
            head.method,
            head.uri.path()
        );
        return Ok(refused(refusal));
    }
    let request = Request::from_parts(head, body);
    let path = request.uri().path().to_owned();
    let path = path.strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    Ok(match (request.method(), &parts[..]) {
        (&Method::GET, ["invocation", "next"]) => next(&shared).await,
        (&Method::POST, ["invocation", id, "response"]) => {
            finish(&shared, id, request.into_body(), RESULT_LIMIT, Outcome::Result).await
        }
        (&Method::POST, ["invocation", id, "error"]) => {
            finish(&shared, id, request.into_body(), ERROR_LIMIT, Outcome::Error).await
        }
        (&Method::POST, ["init", "error"]) => {
            let body = Limited::new(request.into_body(), ERROR_LIMIT).collect().await;
            shared.inner().failed = Some(body.map(|body| body.to_bytes()).unwrap_or_default());
            shared.initialised.notify_waiters();
            status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
        }
        _ => status(
            StatusCode::NOT_FOUND,
            r#"{"errorMessage":"no such operation","errorType":"NotFound"}"#,
        ),
    })
}

async fn next(shared: &Shared) -> Response<Full<Bytes>> {
    shared.inner().ready = true;
    shared.initialised.notify_waiters();
    loop {
        let notified = shared.changed.notified();
        let taken = {
            let mut inner = shared.inner();
            let taken = inner.waiting.take();
            taken.map(|(invocation, sender)| {
                inner.running = Some((invocation.request_id.clone(), sender));
                invocation
            })
        };
        let Some(invocation) = taken else {
            notified.await;
            continue;
        };
        let deadline = SystemTime::now() + invocation.timeout;
        let deadline = deadline
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let response = Response::builder()
            .header("Content-Type", "application/json")
            .header("Lambda-Runtime-Aws-Request-Id", &invocation.request_id)
            .header("Lambda-Runtime-Deadline-Ms", deadline.to_string())
            .header("Lambda-Runtime-Invoked-Function-Arn", &invocation.function_arn)
            .header("Lambda-Runtime-Trace-Id", &invocation.trace)
            .body(Full::new(invocation.payload));
        return response.unwrap_or_else(|error| {
            tracing::error!("can't hand an invocation out: {error}");
            status(
                StatusCode::INTERNAL_SERVER_ERROR,
                r#"{"errorType":"ContainerError"}"#,
            )
        });
    }
}

async fn finish(
    shared: &Shared,
    id: &str,
    body: Incoming,
    limit: usize,
    outcome: impl FnOnce(Bytes) -> Outcome,
) -> Response<Full<Bytes>> {
    let wrong = || {
        status(
            StatusCode::BAD_REQUEST,
            r#"{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#,
        )
    };
    if shared
        .inner()
        .running
        .as_ref()
        .is_none_or(|(running, _)| running != id)
    {
        return wrong();
    }
    let body = Limited::new(body, limit).collect().await;
    if body.as_ref().is_err_and(|error| !error.is::<LengthLimitError>()) {
        // It broke off: the process has not answered, and is about to end.
        return status(StatusCode::BAD_REQUEST, r#"{"errorType":"InvalidRequestBody"}"#);
    }
    let Some((_, sender)) = shared.inner().running.take_if(|(running, _)| running == id) else {
        return wrong();
    };
    let (outcome, answer) = match body {
        Ok(body) => (
            outcome(body.to_bytes()),
            status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#),
        ),
        // A report that is too long still counts as an error.
        Err(_) if limit == ERROR_LIMIT => {
            let error = Bytes::from_static(br#"{"errorType":"Runtime.TruncatedError"}"#);
            (outcome(error), status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#))
        }
        Err(_) => {
            let text = r#"{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}"#;
            (Outcome::TooLarge, status(StatusCode::PAYLOAD_TOO_LARGE, text))
        }
    };
    // The receiver is gone if the function's time is over.
    let _ = sender.send(outcome);
    answer
}

fn refused(refusal: Refusal) -> Response<Full<Bytes>> {
    let body = serde_json::json!({"errorMessage": refusal.to_string(), "errorType": "Refused"});
    let mut response = status(refusal.status(), "");
    *response.body_mut() = Full::new(body.to_string().into());
    response
}

fn status(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("Content-Type", http::HeaderValue::from_static("application/json"));
    response
}
