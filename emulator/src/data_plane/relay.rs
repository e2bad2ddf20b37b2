//! A relay without a gateway: HTTP in front of a function's environments, and nothing between them.
//!
//! It is the floor that the load benchmark holds the data plane against: no routes, no authorizer, and an event that
//! does not depend on the request. Functions run as they do behind the gateway.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::function::Function;
use super::function::runtime_api::Outcome;
use super::{Options, load};

/// Answers every request on a free port of loopback with what the function `name` makes of `event`, until the process
/// ends. Prints the address.
pub async fn relay(options: Options, name: &str, event: Bytes) -> Result<()> {
    let gateway = load::gateway(&options, None).await?;
    let function = gateway
        .functions
        .get(name)
        .and_then(|function| function.as_ref().ok());
    let function = function.with_context(|| format!("no function `{name}` that can run here"))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .context("cannot listen on 127.0.0.1")?;
    println!(
        "{}",
        listener.local_addr().context("the listener has no address")?
    );
    loop {
        let accepted = listener.accept().await;
        let (stream, _) = accepted.context("cannot accept a connection")?;
        let _ = stream.set_nodelay(true);
        let (function, event) = (function.clone(), event.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(function.clone(), event.clone(), request));
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}

async fn answer(
    function: Arc<Function>,
    event: Bytes,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let read = request.into_body().collect().await.is_ok();
    let trace = "Root=1-00000000-000000000000000000000000".to_owned();
    let outcome = function.invoke(None, trace, event);
    Ok(match outcome.await {
        Ok(Outcome::Result(result)) if read => Response::new(Full::new(result)),
        _ => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        }
    })
}
