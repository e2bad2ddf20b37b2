//! The Lambda Runtime API, `2018-06-01`, for one process on a loopback listener of its own.
//!
//! The process asks for `/runtime/invocation/next` and waits; [`RuntimeApi::invoke`] hands it an invocation; it posts
//! the result or an error. One invocation is under way at a time. Only the process and what is in its group are
//! answered ([`crate::guard`]): an event holds what a caller sent, and an answer speaks for the function.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

mod listener;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::Pid;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot, watch};

/// A request to a process.
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
    /// Time limit from now on.
    pub timeout: Duration,
}

/// The outcome of an invocation.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// The function's result.
    Result(Bytes),
    /// The function's error, as its runtime reported it.
    Error(Bytes),
    /// The result is over Lambda's limit.
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
    /// Number of open connections.
    connections: watch::Sender<usize>,
}

/// Time limit of the wait for connections of a process that has ended. Its child processes may keep them open.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The address of a process that is yet to be started. Its listener answers no request until the process is known.
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
        let server = tokio::spawn(listener::serve(self.listener, group, shared.clone()));
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
        // Later output is lost, and the invocation has failed.
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
