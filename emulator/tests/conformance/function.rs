//! The function behind every case: this program, started as a `bootstrap`. It notes the event in `event.json` of the
//! folder in `CASE`, and does what `function.json` there says.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::wire;

/// The function's behaviour. By default it answers 200 with the body `ok`.
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// Its result, as JSON; `{process}` in it is the id of its process.
    #[serde(default)]
    result: Option<Value>,
    /// Its result to the byte, JSON or not.
    #[serde(default)]
    text: Option<String>,
    /// Blanks are put behind the result until it has so many bytes.
    #[serde(default)]
    length: usize,
    /// It reports this error instead.
    #[serde(default)]
    error: Option<Value>,
    /// Its process ends with this code instead.
    #[serde(default)]
    exit: Option<u8>,
    /// It waits so long first.
    #[serde(default)]
    sleep_milliseconds: u64,
}

/// The function's task: its behaviour, and a file that must be gone before.
#[derive(Deserialize, Serialize)]
pub struct Task<B> {
    pub behaviour: B,
    pub hold: Option<PathBuf>,
}

/// Answers invocations until the Runtime API is gone.
pub fn run(address: &str) -> ExitCode {
    let folder = std::env::var("CASE").unwrap();
    let folder = Path::new(&folder);
    let Ok(mut stream) = TcpStream::connect(address) else {
        return ExitCode::FAILURE;
    };
    while let Ok(invocation) = call(&mut stream, "GET", "next", b"") {
        let task = std::fs::read_to_string(folder.join("function.json")).unwrap();
        let Task::<Behaviour> { behaviour, hold } = serde_json::from_str(&task).unwrap();
        // Written at once, because the reader of the event must not see half of it.
        std::fs::write(folder.join("part"), &invocation.body).unwrap();
        std::fs::rename(folder.join("part"), folder.join("event.json")).unwrap();
        while hold.as_ref().is_some_and(|file| file.exists()) {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(behaviour.sleep_milliseconds));
        if let Some(code) = behaviour.exit {
            return ExitCode::from(code);
        }
        let id = invocation.values("Lambda-Runtime-Aws-Request-Id")[0];
        let (path, mut body) = match (&behaviour.error, &behaviour.text, &behaviour.result) {
            (Some(error), ..) => (format!("{id}/error"), error.to_string()),
            (None, Some(text), _) => (format!("{id}/response"), text.clone()),
            (None, None, Some(result)) => (format!("{id}/response"), result.to_string()),
            (None, None, None) => (
                format!("{id}/response"),
                json!({"statusCode": 200, "body": "ok"}).to_string(),
            ),
        };
        body = body.replace("{process}", &std::process::id().to_string());
        let missing = behaviour.length.saturating_sub(body.len());
        body.extend(std::iter::repeat_n(' ', missing));
        if call(&mut stream, "POST", &path, body.as_bytes()).is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn call(stream: &mut TcpStream, method: &str, path: &str, body: &[u8]) -> std::io::Result<wire::Answer> {
    let length = body.len();
    // In one piece: several would wait for each other's confirmation.
    let mut request = format!(
        "{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    stream.write_all(&request)?;
    wire::read(stream, false, false)
}
