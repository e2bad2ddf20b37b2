//! A project that is not Portcullis's, with a state of its own, and the `serve` that serves it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::portcullis;
use portcullis_test_support::in_time::InTime;

/// The longest time that anything may take here before a test fails.
const LIMIT: Duration = Duration::from_secs(30);

/// A runtime that answers every invocation with the variables of its process.
pub const BOOTSTRAP: &str = r#"#!/usr/bin/python3
import http.client, json, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None):
    connection.request(method, "/2018-06-01/runtime/invocation/" + path, body)
    response = connection.getresponse()
    return response.headers, response.read()
while True:
    headers, _ = call("GET", "next")
    answer = {"statusCode": 200, "body": json.dumps(dict(os.environ))}
    call("POST", headers["Lambda-Runtime-Aws-Request-Id"] + "/response", json.dumps(answer))
"#;

const ARN: &str = "arn:aws:execute-api:eu-central-1:123456789012:api";
const FUNCTION: &str = "arn:aws:lambda:eu-central-1:123456789012:function:shop-orders";
/// The endpoint of the pool that guards what is guarded.
pub const POOL: &str = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Shop";

/// A state with one API, stage `v1`, whose public `GET /` calls the function `shop-orders`.
pub fn state(function: Value) -> Value {
    let mut resources = vec![
        resource(
            "aws_api_gateway_rest_api",
            json!({"id": "api", "name": "shop", "root_resource_id": "root", "execution_arn": ARN}),
        ),
        resource(
            "aws_api_gateway_deployment",
            json!({"id": "deployment", "rest_api_id": "api"}),
        ),
        resource(
            "aws_api_gateway_stage",
            json!({"id": "stage", "rest_api_id": "api", "stage_name": "v1", "deployment_id": "deployment"}),
        ),
        resource(
            "aws_api_gateway_method",
            json!({"rest_api_id": "api", "resource_id": "root", "http_method": "GET", "authorization": "NONE"}),
        ),
        resource(
            "aws_api_gateway_integration",
            json!({
                "rest_api_id": "api", "resource_id": "root", "http_method": "GET", "type": "AWS_PROXY",
                "integration_http_method": "POST",
                "uri": format!("arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"),
            }),
        ),
        resource(
            "aws_lambda_permission",
            json!({
                "action": "lambda:InvokeFunction", "function_name": "shop-orders",
                "principal": "apigateway.amazonaws.com", "source_arn": format!("{ARN}/*/*"),
            }),
        ),
    ];
    let mut values = json!({
        "function_name": "shop-orders", "arn": FUNCTION, "runtime": "provided.al2023", "timeout": 10,
    });
    extend(&mut values, function);
    resources.push(resource("aws_lambda_function", values));
    json!({"format_version": "1.0", "values": {"root_module": {"resources": resources}}})
}

pub fn resource(kind: &str, values: Value) -> Value {
    json!({"address": format!("{kind}.this"), "mode": "managed", "type": kind, "values": values})
}

/// The values of the only resource of a type in a state.
pub fn values<'a>(state: &'a mut Value, kind: &str) -> &'a mut Value {
    let resources = state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    let found = resources.iter_mut().find(|resource| resource["type"] == kind);
    &mut found.unwrap()["values"]
}

/// Adds resources to a state.
pub fn add(state: &mut Value, more: impl IntoIterator<Item = Value>) {
    let resources = state["values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap();
    resources.extend(more);
}

fn extend(values: &mut Value, more: Value) {
    let more = more.as_object().unwrap().clone();
    values.as_object_mut().unwrap().extend(more);
}

/// Writes a zip of these files. A `bootstrap` is a program.
pub fn zip(path: &Path, files: &[(&str, impl AsRef<[u8]>)]) {
    let mut writer = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in files {
        let mode = if *name == "bootstrap" { 0o755 } else { 0o644 };
        let options = zip::write::SimpleFileOptions::default().unix_permissions(mode);
        writer.start_file(*name, options).unwrap();
        writer.write_all(content.as_ref()).unwrap();
    }
    writer.finish().unwrap();
}

/// A repository with Terraform in `terraform` and a zip in `build`, and a place outside of it.
pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new() -> Self {
        let project = Self {
            folder: TempDir::new().unwrap(),
        };
        for name in ["shop/.git", "shop/terraform", "shop/build", "elsewhere", "home"] {
            fs::create_dir_all(project.path(name)).unwrap();
        }
        zip(
            &project.path("shop/build/orders.zip"),
            &[("bootstrap", BOOTSTRAP)],
        );
        project
    }

    /// A path below the folder that holds all.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `serve` in the folder of Terraform.
    pub fn command(&self, state: &Path, options: &[&str]) -> Command {
        let state = state.to_str().unwrap();
        let arguments = [&["serve", "--state", state][..], options].concat();
        let mut command = portcullis(&self.path("shop/terraform"), &arguments);
        command
            .env("HOME", self.path("home"))
            .env_remove("XDG_STATE_HOME");
        command
    }

    /// Serves a state that is written to `state.json` beside the project's Terraform.
    pub fn serve(&self, state: &Value, options: &[&str]) -> Result<Served, String> {
        let path = self.path("shop/terraform/state.json");
        fs::write(&path, state.to_string()).unwrap();
        Served::start(self.command(&path, options))
    }

    /// Returns the reason why a state is not served.
    #[track_caller]
    pub fn refused(&self, state: &Value, options: &[&str]) -> String {
        match self.serve(state, options) {
            Ok(served) => panic!("it is served; its log: {}", served.log()),
            Err(said) => said,
        }
    }
}

/// A `serve` that is ready. It ends with this.
pub struct Served {
    process: Child,
    log: PathBuf,
    _folder: TempDir,
    pub ready: Value,
}

impl Served {
    /// Starts a `serve` and waits for its ready line. An error is what it said when it ended with exit code 2.
    pub fn start(mut command: Command) -> Result<Self, String> {
        let folder = TempDir::new().unwrap();
        let log = folder.path().join("log");
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let mut served = Self {
            process,
            log,
            _folder: folder,
            ready: Value::Null,
        };
        match lines.recv_timeout(LIMIT) {
            Ok(line) => served.ready = serde_json::from_str(&line).unwrap(),
            Err(_) => {
                let status = served.ended();
                assert_eq!(status.code(), Some(2), "{}", served.log());
                return Err(served.log());
            }
        }
        Ok(served)
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The status and body of a GET of the stage of `api_url`.
    pub fn get(&self, path: &str) -> (u16, String) {
        self.call("GET", path)
    }

    /// The status and body of a call of the stage of `api_url`.
    pub fn call(&self, method: &str, path: &str) -> (u16, String) {
        let url = self.ready["api_url"].as_str().unwrap();
        let (address, stage) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let request =
            format!("{method} /{stage}{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), body.to_owned())
    }

    /// Stops it well, and returns what it had said.
    pub fn stop(mut self) -> String {
        let pid = self.process.id().to_string();
        let signalled = Command::new("kill").args(["-s", "TERM", &pid]).wait_in_time();
        assert!(signalled.unwrap().success());
        self.ended();
        self.log()
    }

    fn ended(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + LIMIT;
        loop {
            match self.process.try_wait().unwrap() {
                Some(status) => return status,
                None if Instant::now() > deadline => panic!("it does not end; its log: {}", self.log()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = self.process.kill();
            let _ = self.process.wait_in_time();
        }
    }
}
