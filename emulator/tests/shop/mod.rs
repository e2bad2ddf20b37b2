//! The fixture `shop` in a process of its own, and a client that sends exactly the given bytes.

#![allow(dead_code, reason = "shared by tests that each use a part of it")]

use portcullis_test_support::in_time::InTime;
use portcullis_test_support::signatures::{Algorithm, signature};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// A project folder, and the process that serves it.
pub struct Shop {
    pub folder: TempDir,
    process: Child,
    lines: Mutex<Receiver<String>>,
    pub ready: Value,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (other, value) = line.split_once(": ")?;
            other.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// Returns the report of the function with behaviour `echo`.
    pub fn echoed(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }
}

/// The state of the fixture.
pub fn state() -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{FIXTURES}/shop/state.json")).unwrap()).unwrap()
}

/// `https://` and the endpoint of a pool of the fixture.
pub fn issuer(pool: &str) -> String {
    let state = state();
    let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
    let address = format!("aws_cognito_user_pool.{pool}");
    let pool = resources
        .iter()
        .find(|resource| resource["address"] == address.as_str())
        .unwrap();
    format!("https://{}", pool["values"]["endpoint"].as_str().unwrap())
}

/// A token of a pool, signed with a key of the fixtures; `change` replaces claims of an id token.
pub fn token(pool: &str, change: Value) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut claims = json!({
        "iss": issuer(pool), "aud": "client", "token_use": "id", "auth_time": 1718636404, "exp": now + 3600,
        "email": "someone@example.com", "email_verified": true,
    });
    claims
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        encoded(&json!({"alg": "RS256", "kid": "a/+="})),
        encoded(&claims)
    );
    let key = fs::read(format!("{FIXTURES}/keys/a.der")).unwrap();
    let signature = signature(Algorithm::Rs256, message.as_bytes(), &key);
    format!("{message}.{signature}")
}

/// The folder of a project with state, zip and keys.
pub fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [".git", "terraform", "artifacts"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    fs::copy(
        format!("{FIXTURES}/shop/state.json"),
        folder.path().join("state.json"),
    )
    .unwrap();
    fs::copy(
        format!("{FIXTURES}/keys/jwks.json"),
        folder.path().join("jwks.json"),
    )
    .unwrap();
    let bootstrap = fs::read_to_string(format!("{FIXTURES}/shop/code/bootstrap")).unwrap();
    zip(&folder.path().join("artifacts/shop.zip"), &bootstrap);
    folder
}

pub fn zip(path: &Path, bootstrap: &str) {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
    writer.start_file("bootstrap", options).unwrap();
    writer.write_all(bootstrap.as_bytes()).unwrap();
    writer.finish().unwrap();
}

/// The command that serves a project, on a port (0 is a free one), with the keys of these pools.
pub fn command(folder: &Path, port: u16, pools: &[&str]) -> Command {
    let program = std::env::current_exe()
        .unwrap()
        .parent()
        .unwrap()
        .with_file_name("examples")
        .join("serve");
    assert!(
        program.exists(),
        "`cargo test -p portcullis-emulator` without `--test` builds the example `serve`"
    );
    let mut command = Command::new(program);
    let path = |name: &str| folder.join(name);
    command
        .args([path("state.json"), path("terraform"), path("work")])
        .arg(port.to_string());
    command.args(
        pools
            .iter()
            .map(|pool| format!("{}={}", issuer(pool), path("jwks.json").display())),
    );
    command.env("SECRET_OF_THE_HOST", "not for functions");
    command
}

impl Shop {
    pub fn start() -> Self {
        Self::start_in(project())
    }

    pub fn start_in(folder: TempDir) -> Self {
        let command = command(folder.path(), 0, &["customers", "staff"]);
        Self::start_with(folder, command)
    }

    pub fn start_with(folder: TempDir, mut command: Command) -> Self {
        let log = fs::File::create(folder.path().join("serve.log")).unwrap();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut shop = Self {
            folder,
            process,
            lines: Mutex::new(lines),
            ready: Value::Null,
        };
        shop.ready = shop.line();
        shop
    }

    /// The next line of its stdout.
    pub fn line(&self) -> Value {
        match self.lines.lock().unwrap().recv_timeout(Duration::from_secs(20)) {
            Ok(line) => serde_json::from_str(&line).unwrap(),
            Err(_) => panic!("no line on stdout; its log: {}", self.log()),
        }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.process.id().to_string()])
            .wait_in_time()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for its end and returns its status.
    pub fn ended(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match self.process.try_wait().unwrap() {
                Some(status) => return status,
                None if Instant::now() > deadline => panic!("it does not end; its log: {}", self.log()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("serve.log")).unwrap()
    }

    pub fn function_log(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("work/logs/shop-{name}.log"))).unwrap()
    }

    pub fn connect(&self) -> TcpStream {
        let url = self.ready["api_url"].as_str().unwrap();
        let address = url.strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends a request of stage `v1` on a connection of its own.
    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call_with(method, &format!("/v1{path}"), headers, b"")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[])
    }

    pub fn call_with(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        send(&mut stream, method, target, headers, body);
        read(&mut stream, method)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if self.process.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal("TERM");
            let _ = self.process.wait_in_time();
        }
    }
}

pub fn send(stream: &mut TcpStream, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: shop.localhost\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    // The other side may have answered and gone before it has it all.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(b"\r\n"))
        .and_then(|()| stream.write_all(body));
}

/// Reads one answer; the connection stays.
pub fn read(stream: &mut TcpStream, method: &str) -> Answer {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head[9..12].parse().unwrap();
    let mut answer = Answer {
        status,
        head,
        body: vec![],
    };
    let length = answer
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    if method != "HEAD" {
        answer.body.resize(length, 0);
        stream.read_exact(&mut answer.body).unwrap();
    }
    answer
}

/// Processes whose working folder is inside of `folder`.
pub fn processes_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    entries
        .map(|entry| entry.path().join("cwd"))
        .filter(|cwd| fs::read_link(cwd).is_ok_and(|target| target.starts_with(folder)))
        .collect()
}

/// Returns whether a process exists, even as a zombie.
pub fn lives(process: u64) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}

pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
