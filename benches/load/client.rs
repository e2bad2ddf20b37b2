//! Load: requests on connections that stay, every answer checked.
//!
//! In a closed loop, each connection sends its next request after the previous answer. This measures throughput. At a
//! fixed rate, each request has a due time, and its latency counts from then. A server that stalls is therefore charged
//! for the requests that it delayed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// The longest time that an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request, and the expected answer.
#[derive(Debug, Clone)]
pub struct Target {
    /// `open` or `guarded`.
    pub name: &'static str,
    /// Host and port.
    pub address: String,
    /// Path with the stage.
    pub path: String,
    /// The header `Authorization`.
    pub token: Option<String>,
    /// A text that the right body contains.
    pub says: &'static str,
}

/// The result of a load.
#[derive(Debug)]
pub struct Measured {
    /// Of right answers, in nanoseconds.
    pub latencies: Histogram<u64>,
    /// Answers with another status or body.
    pub wrong: u64,
    /// Requests without an answer: the connection ended, or patience did.
    pub lost: u64,
    /// From the first request to the last answer.
    pub took: Duration,
}

impl Default for Measured {
    fn default() -> Self {
        Self {
            latencies: histogram(),
            wrong: 0,
            lost: 0,
            took: Duration::ZERO,
        }
    }
}

/// From a microsecond to a minute, to three digits.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1_000, 60_000_000_000, 3).expect("the bounds are in order")
}

impl Measured {
    /// Right answers.
    pub fn requests(&self) -> u64 {
        self.latencies.len()
    }

    /// Right answers a second.
    pub fn throughput(&self) -> f64 {
        self.requests() as f64 / self.took.as_secs_f64()
    }

    /// The latency that this part of the answers did not exceed, in milliseconds.
    pub fn milliseconds(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1e6
    }

    /// Adds what came of a further load.
    pub fn add(&mut self, other: &Self) {
        self.latencies += &other.latencies;
        self.wrong += other.wrong;
        self.lost += other.lost;
        self.took += other.took;
    }

    fn note(&mut self, outcome: Outcome, latency: Duration) {
        match outcome {
            Outcome::Right => self.latencies.saturating_record(latency.as_nanos() as u64),
            Outcome::Wrong => self.wrong += 1,
            Outcome::Lost => self.lost += 1,
        }
    }
}

enum Outcome {
    Right,
    Wrong,
    Lost,
}

/// Connections to a target whose right answer is known.
pub struct Load {
    connections: Vec<Arc<Mutex<Connection>>>,
}

struct Connection {
    target: Target,
    right: Bytes,
    sender: Option<SendRequest<Empty<Bytes>>>,
}

impl Load {
    /// Asks once, and takes the answer for the right one if it says what the target's does.
    pub async fn new(target: &Target, connections: usize) -> Result<Self> {
        let mut first = Connection {
            target: target.clone(),
            right: Bytes::new(),
            sender: None,
        };
        let answer = tokio::time::timeout(PATIENCE, first.ask())
            .await
            .context("no answer")?;
        let (status, body) = answer?;
        let text = String::from_utf8_lossy(&body);
        ensure!(
            status == StatusCode::OK && text.contains(target.says),
            "the answer is {status}: {text}"
        );
        let connection = || {
            Arc::new(Mutex::new(Connection {
                target: target.clone(),
                right: body.clone(),
                sender: None,
            }))
        };
        Ok(Self {
            connections: (0..connections).map(|_| connection()).collect(),
        })
    }

    /// As much as the connections bear for so long.
    pub async fn closed(&self, duration: Duration) -> Measured {
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        for connection in &self.connections {
            let connection = connection.clone().lock_owned();
            tasks.spawn(async move {
                let mut connection = connection.await;
                let mut measured = Measured::default();
                while begin.elapsed() < duration {
                    let sent = Instant::now();
                    let outcome = connection.request().await;
                    measured.note(outcome, sent.elapsed());
                }
                measured
            });
        }
        gathered(tasks, begin).await
    }

    /// `rate` requests a second for so long, on whichever connection is free first.
    pub async fn paced(&self, rate: u64, duration: Duration) -> Measured {
        let (sender, due) = mpsc::unbounded_channel();
        let due = Arc::new(Mutex::new(due));
        let begin = Instant::now();
        // A thread, because the runtime's timers only know milliseconds.
        let pacer = std::thread::spawn(move || {
            for index in 0..rate * duration.as_secs() {
                let at = begin + Duration::from_nanos(index * 1_000_000_000 / rate);
                std::thread::sleep(at.saturating_duration_since(Instant::now()));
                if sender.send(at).is_err() {
                    break;
                }
            }
        });
        let mut tasks = JoinSet::new();
        for connection in &self.connections {
            let due = due.clone();
            let connection = connection.clone().lock_owned();
            tasks.spawn(async move {
                let mut connection = connection.await;
                let mut measured = Measured::default();
                loop {
                    let next = due.lock().await.recv().await;
                    let Some(at) = next else {
                        return measured;
                    };
                    let outcome = connection.request().await;
                    measured.note(outcome, at.elapsed());
                }
            });
        }
        let measured = gathered(tasks, begin).await;
        pacer.join().expect("the pacer does not panic");
        measured
    }
}

async fn gathered(mut tasks: JoinSet<Measured>, begin: Instant) -> Measured {
    let mut all = Measured::default();
    while let Some(measured) = tasks.join_next().await {
        all.add(&measured.expect("a connection does not panic"));
    }
    all.took = begin.elapsed();
    all
}

impl Connection {
    async fn request(&mut self) -> Outcome {
        match tokio::time::timeout(PATIENCE, self.ask()).await {
            Ok(Ok((StatusCode::OK, body))) if body == self.right => Outcome::Right,
            Ok(Ok(_)) => Outcome::Wrong,
            _ => Outcome::Lost,
        }
    }

    async fn ask(&mut self) -> Result<(StatusCode, Bytes)> {
        // A server may close a connection between two requests, as HTTP allows.
        let mut sender = match self.sender.take() {
            Some(sender) => sender,
            None => connect(&self.target.address).await?,
        };
        if sender.ready().await.is_err() {
            sender = connect(&self.target.address).await?;
        }
        let mut request = Request::get(&self.target.path).header("Host", &self.target.address);
        if let Some(token) = &self.target.token {
            request = request.header("Authorization", token);
        }
        let response = sender.send_request(request.body(Empty::new())?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        self.sender = Some(sender);
        Ok((status, body))
    }
}

async fn connect(address: &str) -> Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}
