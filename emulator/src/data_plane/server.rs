//! The shell round the pipeline: loopback, HTTP/1.1, limits, reload and stop. Nothing here decides an answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::api::Unsupported;
use super::events::Engine;
use super::gateway::Gateway;
use super::gateway_error::GatewayError;
use super::message::{Request, RequestIds, Response};
use super::more_open::{MoreOpen, WidenedRoute};
use super::request_line::RequestLine;
use super::{Options, REQUEST_LIMIT, load};
use crate::guard::{Browsers, Guard, Programs, Refusal};
use crate::ready_line;
use header_case::{RecordedStream, Recorder};

mod header_case;

/// Time limit for a head, and for the pause between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Time limit for a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Time limit for open requests after a stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);
type Current = Arc<RwLock<Arc<Gateway>>>;

/// The ready line that [`serve`] prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// 1 at start, and one more with every reload.
    pub generation: u64,
    /// Address of the stage that was named, else of the first by name; without a slash at its end.
    pub api_url: String,
    /// Addresses of all stages by name.
    pub stages: BTreeMap<String, String>,
    /// Name of the API.
    pub api: String,
    /// Parts of the state that are not emulated.
    pub unsupported: Vec<Unsupported>,
    /// Addresses in the state that changed since each deployment, by its id. The former version is served.
    pub undeployed: BTreeMap<String, Vec<String>>,
    /// Deployments that let in more than the state, by id. They are served, as AWS serves them.
    pub more_open: BTreeMap<String, MoreOpen>,
}

/// A data plane that answers.
pub struct Server {
    options: Options,
    address: SocketAddr,
    current: Current,
    generation: u64,
    stopping: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    events: Option<Engine>,
}

/// Serves in the foreground until SIGTERM or SIGINT, and reloads at SIGHUP.
///
/// Prints a line of JSON on stdout when it answers ([`Ready`]) and after each reload. A failed reload prints
/// `{"ready":false,"generation":…,"error":…}` with the generation that continues to serve. Needs a tokio runtime with
/// I/O and time. An error is about the start.
pub async fn serve(options: Options) -> Result<()> {
    let listen = |kind| signal(kind).context("can't listen for signals");
    let mut hangup = listen(SignalKind::hangup())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut server = Server::start(options).await?;
    ready_line::print(&server.ready())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => match server.reload().await {
                Ok(ready) => ready_line::print(&ready)?,
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::error!("the reload failed, so the previous version stays: {error}");
                    ready_line::print(&serde_json::json!({"ready": false, "generation": server.generation, "error": error}))?;
                }
            },
        }
    }
    server.stop().await;
    Ok(())
}

impl Server {
    /// Reads what the options name, and listens on 127.0.0.1.
    pub async fn start(mut options: Options) -> Result<Self> {
        let port = options.port.unwrap_or(0);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.with_context(|| {
            format!("can't listen on 127.0.0.1:{port}: end the other program, or choose another port with `--port`")
        })?;
        let address = listener.local_addr().context("the listener has no address")?;
        // Functions that know the API's address are told this one.
        options.port = Some(address.port());
        let gateway = Arc::new(load::gateway(&options, None).await?);
        let current: Current = Arc::new(RwLock::new(gateway));
        let stopping = watch::Sender::new(false);
        let accepting = tokio::spawn(accept(listener, current.clone(), stopping.subscribe()));
        let events = options.emulated_aws.as_ref().map(|aws| {
            let (work, clock) = (&options.work, options.clock.clone());
            Engine::start(aws, current.clone(), work, clock)
        });
        let server = Self {
            options,
            address,
            current,
            generation: 1,
            stopping,
            accepting,
            events,
        };
        server.announce();
        Ok(server)
    }

    /// Returns the ready line for the current state.
    pub fn ready(&self) -> Ready {
        let gateway = now(&self.current);
        let url = |stage: &String| (stage.clone(), format!("http://{}/{stage}", self.address));
        let stages: BTreeMap<String, String> = gateway.api.stages.keys().map(url).collect();
        let named = self.options.stage.as_ref().and_then(|stage| stages.get(stage));
        Ready {
            ready: true,
            generation: self.generation,
            api_url: named.or(stages.values().next()).cloned().unwrap_or_default(),
            stages,
            api: gateway.api.identity.name.clone(),
            unsupported: gateway.api.unsupported.clone(),
            undeployed: gateway.undeployed.clone(),
            more_open: gateway.more_open.clone(),
        }
    }

    /// Reads state, keys and code again and serves them from the next request on. After an error all is as it was.
    pub async fn reload(&mut self) -> Result<Ready> {
        let before = now(&self.current);
        let gateway = Arc::new(load::gateway(&self.options, Some(&before)).await?);
        *self
            .current
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = gateway;
        self.generation += 1;
        self.announce();
        if let Some(events) = &mut self.events {
            events.reload();
        }
        Ok(self.ready())
    }

    /// Stops listening, lets answers under way finish for a moment, and ends every process.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        if let Some(events) = self.events {
            events.stop();
        }
        // The task ends by itself; if it panicked there is nothing left to wait for.
        let _ = self.accepting.await;
        for function in now(&self.current).functions.values().flatten() {
            function.stop().await;
        }
    }

    fn announce(&self) {
        let ready = self.ready();
        tracing::info!(
            "`{}` is running at {} (generation {})",
            ready.api,
            ready.api_url,
            ready.generation
        );
        if ready.stages.len() > 1 {
            let others = ready.stages.values().filter(|url| **url != ready.api_url);
            let others: Vec<&str> = others.map(String::as_str).collect();
            tracing::info!(
                "other stages: {}. To get one of them as `api_url`, add `--stage NAME`",
                others.join(", ")
            );
        }
        for Unsupported { address, reason } in &ready.unsupported {
            tracing::warn!("not emulated: `{address}`: {reason}");
        }
        for (deployment, addresses) in &ready.undeployed {
            tracing::warn!(
                "deployment `{deployment}` is older than the last change of `{}`, so it serves the former version, \
                 as on AWS. To deploy the change, run `terraform apply -replace=ADDRESS` with the address of the \
                 `aws_api_gateway_deployment`",
                addresses.join("`, `")
            );
        }
        for (
            deployment,
            MoreOpen {
                remembered_in,
                routes,
            },
        ) in &ready.more_open
        {
            for WidenedRoute { route, reason } in routes {
                tracing::warn!("more open than the state: `{route}` of deployment `{deployment}`: {reason}");
            }
            tracing::warn!(
                "AWS also serves deployment `{deployment}` like this until the next deployment. If it was never \
                 deployed like this, delete `{remembered_in}` and start again"
            );
        }
    }
}

fn now(current: &Current) -> Arc<Gateway> {
    current
        .read()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .clone()
}

async fn accept(listener: TcpListener, current: Current, mut stopping: watch::Receiver<bool>) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, peer, &current);
                let connection = connections.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!("connection of {peer}: {error}");
                    }
                });
            }
            Err(error) => {
                // Too many open files, say: connections that end make room.
                tracing::warn!("can't accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIMEOUT, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("stopped before all requests were answered");
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    current: &Current,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
    // Answers are written whole; a failure only costs time.
    let _ = stream.set_nodelay(true);
    let port = stream.local_addr().map_or(0, |address| address.port());
    let guard = Guard::of(&stream, Programs::OfTheUser, Browsers::Answered);
    let recorder = Recorder::default();
    let current = current.clone();
    let stream = RecordedStream::new(stream, recorder.clone());
    let service = service_fn(move |request| {
        let (recorder, gateway) = (recorder.clone(), now(&current));
        async move { Ok::<_, Infallible>(answer(guard, &gateway, request, &recorder, peer, port).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        // A client that has said all it has to say still gets its answer.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
}

async fn answer(
    guard: Guard,
    gateway: &Gateway,
    request: http::Request<Incoming>,
    recorder: &Recorder,
    peer: SocketAddr,
    port: u16,
) -> http::Response<Full<Bytes>> {
    let started = Instant::now();
    let received = OffsetDateTime::now_utc();
    let (parts, body) = request.into_parts();
    if let Some(refusal) = guard.refusal(&parts) {
        let (method, path, status) = (&parts.method, parts.uri.path(), refusal.status());
        tracing::info!("{method} {path} {}: refused: {refusal}", status.as_u16());
        return closing(refused(refusal));
    }
    let names = recorder.names();
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let name = names
            .get(name.as_str())
            .map_or(name.as_str(), String::as_str)
            .to_owned();
        (name, String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut request = Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(header).collect(),
        body: Bytes::new(),
        source_ip: peer.ip(),
        port,
        received,
        ids: RequestIds::new(received),
    };
    let body = Limited::new(body, REQUEST_LIMIT).collect();
    let (response, remark) = match tokio::time::timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(body)) => {
            recorder.next();
            request.body = body.to_bytes();
            let answer = gateway.handle(&request).await;
            (http_response(answer.response), answer.remark)
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let response = GatewayError::request_too_large().plain(&request);
            (
                closing(http_response(response)),
                Some(format!("a body over {REQUEST_LIMIT} bytes")),
            )
        }
        Ok(Err(error)) => (
            closing(bare(StatusCode::BAD_REQUEST)),
            Some(format!("the body ended early: {error}")),
        ),
        Err(_) => (
            closing(bare(StatusCode::REQUEST_TIMEOUT)),
            Some("the body took too long".to_owned()),
        ),
    };
    RequestLine {
        method: request.method.as_str().into(),
        path: request.path.as_str().into(),
        status: response.status().as_u16(),
        milliseconds: started.elapsed().as_secs_f64() * 1_000.0,
        request_id: request.ids.request.as_str().into(),
        remark: remark.map(Into::into),
    }
    .log();
    response
}

fn http_response(response: Response) -> http::Response<Full<Bytes>> {
    let mut answer = http::Response::new(Full::new(response.body));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers.iter() {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                answer.headers_mut().append(name, value);
            }
            _ => tracing::warn!("can't send header `{name}`"),
        }
    }
    answer
}

/// The answer to what never reaches the gateway; AWS has none like it.
fn refused(refusal: Refusal) -> http::Response<Full<Bytes>> {
    let body = serde_json::json!({"message": refusal.to_string()}).to_string();
    let mut response = http::Response::new(Full::new(body.into()));
    *response.status_mut() = refusal.status();
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}

fn bare(status: StatusCode) -> http::Response<Full<Bytes>> {
    let mut response = http::Response::default();
    *response.status_mut() = status;
    response
}

/// Ends the connection with the answer, so that the rest of a body is not read.
fn closing(mut response: http::Response<Full<Bytes>>) -> http::Response<Full<Bytes>> {
    response
        .headers_mut()
        .insert(http::header::CONNECTION, HeaderValue::from_static("close"));
    response
}
