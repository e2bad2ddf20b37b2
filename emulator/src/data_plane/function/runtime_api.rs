//! The Lambda Runtime API, `2018-06-01`, for one process on a loopback listener of its own.
//!
//! The process asks for `/runtime/invocation/next` and waits; [`RuntimeApi::invoke`] hands it an invocation; it posts
//! the result or an error. One invocation is under way at a time. Only the process and what is in its group are
//! answered ([`crate::guard`]): an event holds what a caller sent, and an answer speaks for the function.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
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
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use crate::data_plane::result::RESULT_LIMIT;
use crate::guard::{Browsers, Guard, Programs, Refusal};

const PREFIX: &str = "/2018-06-01/runtime/";
/// Errors are a message and a stack trace.
const ERROR_LIMIT: usize = 256 << 10;

/// What a process is asked to do.
#[derive(Debug)]
pub struct Invocation {
    /// Lambda's own request id.
    pub request_id: String,
    /// ARN that was invoked.
    pub function_arn: String,
    /// X-Ray trace header.
    pub trace: String,
    /// The event.
    pub payload: Bytes,
    /// How long it may take from now on.
    pub timeout: Duration,
}

/// What became of an invocation.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The function's result.
    Result(Bytes),
    /// The function's error, as its runtime reported it.
    Error(Bytes),
    /// The result is over [`RESULT_LIMIT`].
    TooLarge,
    /// There was none: as many as there may be are under way. The sentence says how many.
    Throttled(String),
}

#[derive(Default)]
struct Inner {
    /// The process has asked for its first invocation.
    ready: bool,
    /// It reported that it cannot come up.
    failed: Option<Bytes>,
    waiting: Option<(Invocation, oneshot::Sender<Outcome>)>,
    running: Option<(String, oneshot::Sender<Outcome>)>,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    /// Something above changed that the process or its keeper waits for.
    changed: Notify,
    initialised: Notify,
    /// How many connections are open.
    connections: watch::Sender<usize>,
}

/// How long is waited for the connections of a process that has ended: what it started may keep them open.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The address of a process that is yet to be started. Nobody is answered there until it is known who may be.
pub struct Reserved {
    listener: TcpListener,
    address: SocketAddr,
}

impl Reserved {
    /// A free port of loopback.
    pub async fn port() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Answers the processes of this group from now on, also those that have connected since.
    pub fn serve(self, group: Pid) -> RuntimeApi {
        let shared = Arc::new(Shared::default());
        let server = tokio::spawn(serve(self.listener, group, shared.clone()));
        RuntimeApi { shared, server }
    }
}

/// The listener of one process. Dropping it closes the port and every connection.
pub struct RuntimeApi {
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    /// Waits until the process asks for its first invocation, or says that it cannot come up.
    pub async fn initialised(&self) -> Result<(), Bytes> {
        loop {
            let notified = self.shared.initialised.notified();
            {
                let inner = self.shared.inner();
                if let Some(error) = &inner.failed {
                    return Err(error.clone());
                }
                if inner.ready {
                    return Ok(());
                }
            }
            notified.await;
        }
    }

    /// Hands an invocation to the process when it next asks. The receiver fails when the listener is dropped.
    pub fn invoke(&self, invocation: Invocation) -> oneshot::Receiver<Outcome> {
        let (sender, receiver) = oneshot::channel();
        self.shared.inner().waiting = Some((invocation, sender));
        self.shared.changed.notify_one();
        receiver
    }

    /// Waits until all that an ended process has sent is read.
    pub async fn drained(&self) {
        let mut connections = self.shared.connections.subscribe();
        let drained = connections.wait_for(|open| *open == 0);
        // What is not read by then is lost, and the invocation has failed.
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, drained).await;
    }

    /// Takes back an invocation that the process has not asked for.
    pub fn withdraw(&self) -> Option<Invocation> {
        self.shared
            .inner()
            .waiting
            .take()
            .map(|(invocation, _)| invocation)
    }
}

async fn serve(listener: TcpListener, group: Pid, shared: Arc<Shared>) {
    // Aborting this task drops the set, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("the Runtime API cannot accept a connection: {error}");
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
            tracing::error!("an invocation cannot be handed out: {error}");
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
        // An error that is told at too great length is one all the same.
        Err(_) if limit == ERROR_LIMIT => {
            let error = Bytes::from_static(br#"{"errorType":"Runtime.TruncatedError"}"#);
            (outcome(error), status(StatusCode::ACCEPTED, r#"{"status":"OK"}"#))
        }
        Err(_) => {
            let text = r#"{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}"#;
            (Outcome::TooLarge, status(StatusCode::PAYLOAD_TOO_LARGE, text))
        }
    };
    // Nobody waits any more when the function's time is over.
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

#[cfg(test)]
mod tests {
    use super::*;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;

    fn invocation(id: &str) -> Invocation {
        Invocation {
            request_id: id.into(),
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:open".into(),
            trace: "Root=1-1-1".into(),
            payload: Bytes::from_static(b"{}"),
            timeout: Duration::from_secs(3),
        }
    }

    /// One that answers the group of this test, and its address.
    async fn listen() -> (RuntimeApi, String) {
        let reserved = Reserved::port().await.unwrap();
        let address = reserved.address();
        (reserved.serve(rustix::process::getpgrp()), address)
    }

    async fn call(address: &str, method: &str, path: &str, body: Vec<u8>) -> (http::response::Parts, Bytes) {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{address}{PREFIX}{path}"))
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        (parts, body.collect().await.unwrap().to_bytes())
    }

    #[tokio::test]
    async fn an_invocation_goes_out_with_its_headers_and_comes_back_with_its_result() {
        let (api, address) = listen().await;
        let answer = api.invoke(invocation("one"));
        let (parts, body) = call(&address, "GET", "invocation/next", vec![]).await;
        assert_eq!(body, "{}");
        assert_eq!(parts.headers["lambda-runtime-aws-request-id"], "one");
        assert!(
            parts.headers["lambda-runtime-invoked-function-arn"]
                .to_str()
                .unwrap()
                .ends_with(":open")
        );
        assert_eq!(parts.headers["lambda-runtime-trace-id"], "Root=1-1-1");
        let deadline: u128 = parts.headers["lambda-runtime-deadline-ms"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert!(deadline > now && deadline <= now + 3_000);
        assert_eq!(
            call(&address, "POST", "invocation/one/response", b"{}".to_vec())
                .await
                .0
                .status,
            202
        );
        assert_eq!(answer.await, Ok(Outcome::Result(Bytes::from_static(b"{}"))));
    }

    #[tokio::test]
    async fn an_answer_to_another_invocation_is_refused() {
        let (api, address) = listen().await;
        let _answer = api.invoke(invocation("one"));
        assert_eq!(
            call(&address, "POST", "invocation/one/response", vec![])
                .await
                .0
                .status,
            400,
            "not handed out yet"
        );
        call(&address, "GET", "invocation/next", vec![]).await;
        assert_eq!(
            call(&address, "POST", "invocation/two/response", vec![])
                .await
                .0
                .status,
            400
        );
        assert_eq!(
            call(&address, "POST", "invocation/one/error", vec![])
                .await
                .0
                .status,
            202
        );
        assert_eq!(
            call(&address, "POST", "invocation/one/response", vec![])
                .await
                .0
                .status,
            400,
            "answered before"
        );
        assert_eq!(call(&address, "GET", "elsewhere", vec![]).await.0.status, 404);
    }

    #[tokio::test]
    async fn a_result_over_the_limit_is_refused_and_reported() {
        let (api, address) = listen().await;
        let answer = api.invoke(invocation("one"));
        call(&address, "GET", "invocation/next", vec![]).await;
        let (parts, _) = call(
            &address,
            "POST",
            "invocation/one/response",
            vec![b'x'; RESULT_LIMIT + 1],
        )
        .await;
        assert_eq!(
            (parts.status.as_u16(), answer.await),
            (413, Ok(Outcome::TooLarge))
        );
    }

    #[tokio::test]
    async fn the_first_next_or_an_init_error_ends_the_initialisation() {
        let (api, address) = listen().await;
        let _answer = api.invoke(invocation("one"));
        let (ready, _) = tokio::join!(
            api.initialised(),
            call(&address, "GET", "invocation/next", vec![])
        );
        assert_eq!(ready, Ok(()));
        let (api, address) = listen().await;
        let (ready, (parts, _)) = tokio::join!(
            api.initialised(),
            call(&address, "POST", "init/error", b"no".to_vec())
        );
        assert_eq!(
            (parts.status.as_u16(), ready),
            (202, Err(Bytes::from_static(b"no")))
        );
    }

    #[tokio::test]
    async fn what_was_not_asked_for_can_be_withdrawn_and_what_was_cannot() {
        let (api, address) = listen().await;
        let _answer = api.invoke(invocation("one"));
        assert_eq!(api.withdraw().unwrap().request_id, "one");
        let _answer = api.invoke(invocation("two"));
        call(&address, "GET", "invocation/next", vec![]).await;
        assert!(api.withdraw().is_none());
    }

    #[tokio::test]
    async fn dropping_it_refuses_connections() {
        let (api, address) = listen().await;
        drop(api);
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
    }
}
