//! A control plane in a process of its own, and a client that sees every byte.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use portcullis_test_support::in_time::InTime;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use portcullis_emulator::background::Background;
use portcullis_emulator::control_plane::{self, Emulator, Mail, Options, mails};
use rustix::process::{Pid, test_kill_process};
use serde_json::{Value, json};

pub const LIMIT: Duration = Duration::from_secs(60);

/// The variable with the folder for mails. It also marks a process of these tests.
const FOLDER: &str = "PORTCULLIS_TEST_MAILS";

/// The variable with the folder for moto's socket.
pub const WORK: &str = "PORTCULLIS_TEST_WORK";

/// Tells a process of these tests which emulator to stand in front of; without it, a moto of its own.
const UPSTREAM: &str = "PORTCULLIS_TEST_UPSTREAM";

/// Tells it which access key to use there.
pub const ACCESS_KEY_ID: &str = "PORTCULLIS_TEST_ACCESS_KEY_ID";

/// A Python with moto: `PORTCULLIS_PYTHON`, else that of the project's tools.
pub fn python() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.portcullis/tools/venv/bin/python");
    let python = std::env::var_os("PORTCULLIS_PYTHON").map_or(tools, PathBuf::from);
    let has_moto = Command::new(&python)
        .args(["-I", "-c", "import moto"])
        .output_in_time();
    assert!(
        has_moto.is_ok_and(|output| output.status.success()),
        "these tests need a Python with moto, and `{}` is none: set PORTCULLIS_PYTHON, or let `make apply` install \
         the project's tools",
        python.display()
    );
    python
}

/// Not a test: what the tests start, by starting their own program with its name.
#[test]
#[ignore = "the process that the other tests start"]
fn control_plane_process() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let emulator = match std::env::var(UPSTREAM) {
        Ok(url) => Emulator::Upstream {
            url,
            access_key_id: std::env::var(ACCESS_KEY_ID).unwrap_or("123456789012".to_owned()),
            region: "us-east-1".to_owned(),
        },
        Err(_) => Emulator::Moto {
            python: python(),
            work: std::env::var_os(WORK).unwrap().into(),
        },
    };
    let options = Options {
        emulator,
        port: None,
        mails: folder.into(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(control_plane::run(options)).unwrap();
}

/// A control plane in the background, stopped at the end of the test.
pub struct ControlPlane {
    pub folder: tempfile::TempDir,
    pub background: Background,
    pub ready: Value,
}

impl ControlPlane {
    pub fn command(folder: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([
            &format!(
                "{}::control_plane_process",
                module_path!().split_once("::").unwrap().1
            ),
            "--exact",
            "--ignored",
            "--nocapture",
            "--quiet",
        ]);
        command.env(FOLDER, folder.join("mails"));
        command.env(WORK, folder.join("moto"));
        command
    }

    /// Returns the command of a control plane in front of an existing emulator.
    pub fn command_in_front_of(folder: &Path, url: &str) -> Command {
        let mut command = Self::command(folder);
        command.env(UPSTREAM, url);
        command
    }

    pub fn start() -> Self {
        python();
        Self::started(Self::command)
    }

    pub fn start_in_front_of(url: &str) -> Self {
        Self::started(|folder| Self::command_in_front_of(folder, url))
    }

    fn started(command: impl Fn(&Path) -> Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let background = Background::new(folder.path().join("control-plane"));
        let started = background.start(command(folder.path()), LIMIT).unwrap();
        Self {
            folder,
            background,
            ready: started.ready,
        }
    }

    pub fn endpoint(&self) -> &str {
        self.ready["endpoint"].as_str().unwrap()
    }

    pub fn mails(&self) -> Vec<Mail> {
        mails(&self.folder.path().join("mails")).unwrap()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.endpoint().strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// Sends a request with these headers, and its length, on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let length = body.len();
        let host = if headers.contains("Host:") {
            ""
        } else {
            "Host: 127.0.0.1\r\n"
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{host}Content-Length: {length}\r\n{headers}\r\n"
        )
        .unwrap();
        stream.write_all(body).unwrap();
        Answer::read(&mut BufReader::new(stream), method)
    }

    pub fn rest(&self, service: &str, method: &str, path: &str, body: &[u8]) -> Answer {
        self.send(method, path, &signed(service), body)
    }

    pub fn cognito(&self, operation: &str, request: &Value) -> Answer {
        let headers = format!(
            "Content-Type: application/x-amz-json-1.1\r\n\
             X-Amz-Target: AWSCognitoIdentityProviderService.{operation}\r\n{}",
            signed("cognito-idp")
        );
        self.send("POST", "/", &headers, request.to_string().as_bytes())
    }

    /// A pool whose policy leaves out what it does not require, as the AWS provider sends it, and a client of it.
    pub fn user_pool(&self) -> (String, String) {
        let pool = self.cognito(
            "CreateUserPool",
            &json!({
                "PoolName": "TestingUsers",
                "UsernameAttributes": ["email"],
                "Policies": {"PasswordPolicy":
                    {"MinimumLength": 6, "RequireLowercase": true, "RequireUppercase": true}},
            }),
        );
        let pool = pool.json()["UserPool"]["Id"].as_str().unwrap().to_owned();
        let client = json!({"UserPoolId": pool, "ClientName": "cli",
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
        let client = self.cognito("CreateUserPoolClient", &client).json();
        (
            pool,
            client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned(),
        )
    }

    pub fn create_user(&self, pool: &str, username: &str, action: Option<&str>) -> Answer {
        let mut request = json!({"UserPoolId": pool, "Username": username, "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{"Name": "email", "Value": username}, {"Name": "email_verified", "Value": "true"}]});
        if let Some(action) = action {
            request["MessageAction"] = json!(action);
        }
        self.cognito("AdminCreateUser", &request)
    }

    pub fn sign_in(&self, client: &str, username: &str, password: &str) -> Answer {
        self.cognito(
            "InitiateAuth",
            &json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": username, "PASSWORD": password}}),
        )
    }

    pub fn choose_password(&self, client: &str, username: &str, session: &Value, password: &str) -> Answer {
        self.cognito(
            "RespondToAuthChallenge",
            &json!({"ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
                "ChallengeResponses": {"USERNAME": username, "NEW_PASSWORD": password}}),
        )
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.ready["pid"].as_i64().unwrap()).unwrap()).unwrap()
    }

    /// The moto that is the child of the proxy.
    pub fn moto(&self) -> Pid {
        let output = Command::new("ps")
            .args(["-A", "-o", "ppid=,pid="])
            .output_in_time()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let parent = self.pid().as_raw_nonzero().to_string();
        let child = text.lines().find_map(|line| {
            let (ppid, pid) = line.trim().split_once(' ')?;
            (ppid == parent).then(|| pid.trim().parse().unwrap())
        });
        Pid::from_raw(child.expect("the proxy has a child")).unwrap()
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        let stopped = self.background.stop(Duration::from_secs(10));
        if !std::thread::panicking() {
            stopped.unwrap();
        }
    }
}

pub fn signed(service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=0\r\n"
    )
}

/// Waits until a process is gone. A zombie of ours would stay, so none of these is a child of the test.
pub fn wait_until_gone(pid: Pid) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while test_kill_process(pid).is_ok() {
        assert!(
            Instant::now() < deadline,
            "process {} is still there",
            pid.as_raw_nonzero()
        );
        sleep(Duration::from_millis(10));
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read(stream: &mut impl BufRead, method: &str) -> Self {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(
                stream.read_line(&mut head).unwrap() > 0,
                "the connection ended in the head: {head}"
            );
        }
        let head = head.to_lowercase();
        let status = head[9..12].parse().unwrap();
        let mut answer = Self {
            status,
            head,
            body: Vec::new(),
        };
        if method != "HEAD" {
            let length = answer
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            stream.take(length).read_to_end(&mut answer.body).unwrap();
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    }

    /// The body of a success.
    pub fn json(&self) -> Value {
        self.json_of(200)
    }

    /// The body of an answer with this status.
    pub fn json_of(&self, status: u16) -> Value {
        assert_eq!(
            self.status,
            status,
            "{}{}",
            self.head,
            String::from_utf8_lossy(&self.body)
        );
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The type of a refusal.
    pub fn error(&self) -> String {
        self.error_of(400)
    }

    /// The type of a refusal with this status.
    pub fn error_of(&self, status: u16) -> String {
        let body = self.json_of(status);
        body["__type"]
            .as_str()
            .unwrap()
            .rsplit('#')
            .next()
            .unwrap()
            .to_owned()
    }
}
