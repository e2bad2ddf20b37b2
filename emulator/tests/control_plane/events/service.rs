//! A service that is served, and the emulated AWS beside it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portcullis_test_support::in_time::InTime;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{LIMIT, STATE, WORKER};
use crate::harness::{ControlPlane, python};

const BOOTSTRAP: &str = include_str!("../../fixtures/events/code/bootstrap");

/// The data plane with its functions, the control plane, and a client of it.
pub struct Service {
    folder: TempDir,
    data_plane: Child,
    client: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    control_plane: ControlPlane,
}

impl Drop for Service {
    fn drop(&mut self) {
        for child in [&mut self.data_plane, &mut self.client] {
            _ = child.kill();
            _ = child.wait_in_time();
        }
    }
}

impl Service {
    /// Makes what the state names, and serves the state.
    pub fn start() -> Self {
        let control_plane = ControlPlane::start();
        let mut client = Command::new(python())
            .args(["-I", "-c", include_str!("aws.py"), control_plane.endpoint()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (requests, answers) = (client.stdin.take().unwrap(), client.stdout.take().unwrap());
        let mut service = Self {
            folder,
            // Replaced as soon as there is a state.
            data_plane: Command::new("true").spawn().unwrap(),
            client,
            requests,
            answers: BufReader::new(answers),
            control_plane,
        };
        service.make();
        service.serve();
        service
    }

    /// Makes the resources that moto needs. Resources that only the data plane reads are in the state alone.
    fn make(&mut self) {
        let mut queue = |name: &str, attributes: Value| {
            self.call(
                "sqs",
                "create_queue",
                &json!({"QueueName": name, "Attributes": attributes}),
            );
        };
        queue("events-dead", json!({}));
        queue("events-failures", json!({}));
        let redrive = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:events-dead",
            "maxReceiveCount": 2});
        queue(
            "events-orders",
            json!({"VisibilityTimeout": "1", "RedrivePolicy": redrive.to_string()}),
        );
        let table = json!({
            "TableName": "events-orders", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        });
        let table = self.call("dynamodb", "create_table", &table);
        let stream = table["TableDescription"]["LatestStreamArn"].as_str().unwrap();
        self.call("s3", "create_bucket", &json!({"Bucket": "events-files"}));
        let rules = json!([{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".txt"}]);
        let notification = json!({"Bucket": "events-files", "NotificationConfiguration": {
            "LambdaFunctionConfigurations": [{
                "Id": "text", "LambdaFunctionArn": WORKER, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                "Filter": {"Key": {"FilterRules": rules}},
            }],
        }});
        self.call("s3", "put_bucket_notification_configuration", &notification);
        let topic = self.call("sns", "create_topic", &json!({"Name": "events-news"}));
        for (function, attributes) in [
            (
                WORKER.to_owned(),
                json!({"FilterPolicy": r#"{"kind": ["order"]}"#}),
            ),
            (WORKER.replace("worker", "denied"), json!({})),
        ] {
            let subscription = json!({"TopicArn": topic["TopicArn"], "Protocol": "lambda", "Endpoint": function,
                "Attributes": attributes});
            self.call("sns", "subscribe", &subscription);
        }
        // The name of a stream is the time at which it was made.
        let applied: Value = serde_json::from_str(STATE).unwrap();
        let resources = applied["values"]["root_module"]["resources"].as_array().unwrap();
        let made = resources
            .iter()
            .find_map(|resource| resource["values"]["stream_arn"].as_str());
        fs::write(self.path("state.json"), STATE.replace(made.unwrap(), stream)).unwrap();
    }

    fn serve(&mut self) {
        for name in ["artifacts", ".git"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        let mut zip = zip::ZipWriter::new(fs::File::create(self.path("artifacts/events.zip")).unwrap());
        let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
        zip.start_file("bootstrap", options).unwrap();
        zip.write_all(BOOTSTRAP.as_bytes()).unwrap();
        zip.finish().unwrap();
        let program = std::env::current_exe().unwrap();
        let program = program.parent().unwrap().with_file_name("examples").join("serve");
        assert!(
            program.exists(),
            "run `cargo build -p portcullis-emulator --examples` first"
        );
        let endpoint = self.control_plane.endpoint().to_owned();
        let log = fs::File::create(self.path("log")).unwrap();
        let mut data_plane = Command::new(program)
            .args([self.path("state.json"), self.path(""), self.path("work")])
            .arg("0")
            .env("PORTCULLIS_TEST_AWS", endpoint)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let stdout = data_plane.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut ready).unwrap();
        self.data_plane = data_plane;
        assert!(ready.contains("\"ready\":true"), "{ready}{}", self.log());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An operation by boto3.
    pub fn call(&mut self, service: &str, operation: &str, parameters: &Value) -> Value {
        writeln!(self.requests, "{}", json!([service, operation, parameters])).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// The data plane's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The events that a function has printed.
    pub fn events_of(&self, function: &str) -> Vec<Value> {
        let log = fs::read_to_string(self.path(&format!("work/logs/{function}.log"))).unwrap_or_default();
        let events = log
            .lines()
            .filter_map(|line| line.split_once("EVENT ").map(|(_, event)| event));
        events.map(|event| serde_json::from_str(event).unwrap()).collect()
    }

    /// The first event of the worker that is looked for, once it is there.
    pub fn event(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait("an event", || {
            self.events_of("events-worker").into_iter().find(&wanted)
        })
    }

    /// The URL of a queue.
    pub fn queue_url(&mut self, queue: &str) -> Value {
        self.call("sqs", "get_queue_url", &json!({"QueueName": queue}))["QueueUrl"].take()
    }

    /// The JSON of a queue's next message, which is deleted.
    pub fn message(&mut self, queue: &str) -> Value {
        let url = self.queue_url(queue);
        let deadline = Instant::now() + LIMIT;
        loop {
            let messages = self.call(
                "sqs",
                "receive_message",
                &json!({"QueueUrl": url, "WaitTimeSeconds": 1}),
            );
            if let Some(message) = messages["Messages"].get(0) {
                let delete = json!({"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]});
                self.call("sqs", "delete_message", &delete);
                return serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            }
            assert!(Instant::now() < deadline, "no message in {queue}: {}", self.log());
        }
    }

    fn wait<T>(&self, what: &str, look: impl Fn() -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        loop {
            if let Some(found) = look() {
                return found;
            }
            let events = self.events_of("events-worker");
            assert!(
                Instant::now() < deadline,
                "{what} did not arrive: {events:?}\n{}",
                self.log()
            );
            sleep(Duration::from_millis(50));
        }
    }
}

/// A text in Base64.
pub fn decoded(text: &Value) -> String {
    String::from_utf8(STANDARD.decode(text.as_str().unwrap()).unwrap()).unwrap()
}
