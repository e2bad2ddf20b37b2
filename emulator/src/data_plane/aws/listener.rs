//! The HTTP of the functions' listener.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONNECTION, HeaderValue};
use hyper::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::answer::answer;
use super::answers::message;
use super::applied::Inner;
use crate::guard::{Browsers, Guard, Programs};

/// Accepts connections until the task is aborted, which closes those that are open.
pub async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("can't accept a function's connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // An error here only costs time.
        let _ = stream.set_nodelay(true);
        let inner = inner.clone();
        connections.spawn(async move {
            // A browser may use a presigned URL.
            let guard = Guard::of(&stream, Programs::OfTheUser, Browsers::Answered);
            let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
                let inner = inner.clone();
                async move {
                    let (head, body) = request.into_parts();
                    let mut body = Some(body);
                    let mut response = match guard.refusal(&head) {
                        Some(refusal) => {
                            tracing::warn!("refused `{} {}`: {refusal}", head.method, head.uri.path());
                            message(refusal.status(), &refusal.to_string())
                        }
                        None => answer(&inner, head, &mut body).await,
                    };
                    // Hyper closes a connection on which a body is left. A client that does not know this sends its
                    // next call there, which is lost.
                    if body.is_some_and(|body| !body.is_end_stream()) {
                        response
                            .headers_mut()
                            .insert(CONNECTION, HeaderValue::from_static("close"));
                    }
                    Ok::<_, Infallible>(response)
                }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!("a function's connection ended early: {error}");
            }
        });
    }
}
