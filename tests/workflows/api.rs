//! An API on loopback that answers as a test wants it to, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// An answer of the stand-in.
pub enum Answer {
    Json(Value),
    Bytes(Vec<u8>),
    Redirect(String),
    NotFound,
}

/// A server that ends with the test's process.
pub struct Api {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Api {
    /// Answers each request with what `answer` makes of it.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = receive(&stream);
                let answer = answer(&request);
                seen.lock().unwrap().push(request);
                send(&mut stream, answer);
            }
        });
        Self { address, requests }
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Those that would change something.
    pub fn writes(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.method != "GET");
        requests
    }
}

fn receive(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        line.trim_end().to_string()
    };
    let first = line();
    let mut parts = first.split(' ').map(String::from);
    let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
    let mut headers = Vec::new();
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_string()));
    }
    let mut request = Request {
        method,
        target,
        headers,
        body: String::new(),
    };
    let length: u64 = request
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    if request.header("expect").is_some() {
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
    }
    reader.take(length).read_to_string(&mut request.body).unwrap();
    request
}

fn send(stream: &mut TcpStream, answer: Answer) {
    let (status, header, body) = match answer {
        Answer::Json(value) => ("200 OK", String::new(), value.to_string().into_bytes()),
        Answer::Bytes(bytes) => ("200 OK", String::new(), bytes),
        Answer::Redirect(address) => ("302 Found", format!("Location: {address}\r\n"), Vec::new()),
        Answer::NotFound => ("404 Not Found", String::new(), b"{}".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n{header}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
}
