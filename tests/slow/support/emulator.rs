//! Emulated AWSs that a test owns: they outlive what Portcullis destroys.

use portcullis_test_support::in_time::InTime;
use std::env;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{REPOSITORY, run, tools, wait_until};

/// An emulated AWS, what one has to know to use it, and in what it differs from the one that Portcullis starts.
pub struct Emulator {
    child: Child,
    _folder: tempfile::TempDir,
    pub endpoint: String,
    /// True if an id token says that an e-mail is verified. Without that, the demo shows no e-mail.
    pub tells_verified_email: bool,
    /// The weaknesses that the probe reports.
    pub weaker: &'static [&'static str],
    /// The changes of its second plan, each with its cause.
    pub drifts: &'static [(&'static str, &'static str)],
}

impl Emulator {
    /// moto without what Portcullis adds to it.
    pub fn moto() -> Self {
        let port = free_port();
        let mut command = Command::new(tools()["python"].as_str().unwrap());
        command.args([
            "-I",
            "-m",
            "moto.server",
            "-H",
            "127.0.0.1",
            "-p",
            &port.to_string(),
        ]);
        Self {
            child: start(command, port),
            _folder: tempfile::tempdir().unwrap(),
            endpoint: format!("http://127.0.0.1:{port}"),
            tells_verified_email: false,
            weaker: &[
                "S3, SNS and EventBridge",
                "a client's `auth_flows`",
                "all user pools sign with the same key",
                "id tokens have no `email_verified`",
            ],
            drifts: &[],
        }
    }

    /// ministack. `PORTCULLIS_MINISTACK` is a Python that has it; `scripts/test.sh` installs one.
    pub fn ministack() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(ministack());
        command
            .args([
                "-I",
                "-m",
                "hypercorn",
                "ministack.app:app",
                // In the process that is killed at the end, not in one of its own.
                "--workers",
                "0",
                "--bind",
                &format!("127.0.0.1:{port}"),
            ])
            .current_dir(folder.path())
            // It takes calls that are not signed, such as a sign-in, for calls of this account.
            .env("MINISTACK_ACCOUNT_ID", "123456789012");
        Self {
            child: start(command, port),
            endpoint: format!("http://localhost:{port}"),
            tells_verified_email: true,
            weaker: &[
                "S3, SNS and EventBridge",
                "accepts any new password",
                "a client's `auth_flows`",
            ],
            drifts: &[
                (
                    "module.service.aws_api_gateway_stage.this",
                    "it tells of empty access_log_settings where there are none",
                ),
                (
                    "module.service.module.options_open.aws_api_gateway_integration.this",
                    "it gives a MOCK an integration_http_method",
                ),
                (
                    "module.service.module.options_root.aws_api_gateway_integration.this",
                    "it gives a MOCK an integration_http_method",
                ),
                (
                    "module.service.module.rest_api.aws_api_gateway_gateway_response.default_4xx",
                    "it tells the template of the default where there is none",
                ),
                (
                    "module.service.module.rest_api.aws_api_gateway_gateway_response.default_5xx",
                    "it tells the template of the default where there is none",
                ),
            ],
            _folder: folder,
        }
    }

    /// Returns the answer to a command of the AWS CLI.
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let mut aws = Command::new(tools()["aws"].as_str().unwrap());
        aws.args(arguments)
            .args(["--output", "json", "--endpoint-url", &self.endpoint])
            .envs([
                ("AWS_ACCESS_KEY_ID", "123456789012"),
                ("AWS_SECRET_ACCESS_KEY", "local"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_PAGER", ""),
            ]);
        aws.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
        let ended = run(&mut aws).succeeded();
        if ended.stdout.trim().is_empty() {
            Value::Null
        } else {
            ended.json()
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait_in_time();
    }
}

/// A Python that has ministack.
fn ministack() -> PathBuf {
    let installed = Path::new(REPOSITORY).join("target/ministack/bin/python");
    let python = env::var_os("PORTCULLIS_MINISTACK").map_or(installed, PathBuf::from);
    assert!(
        python.is_file(),
        "this test needs ministack, and `{}` is not there: `make test` installs it",
        python.display()
    );
    python
}

/// Returns a port of 127.0.0.1 on which nothing listens.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn start(mut command: Command, port: u16) -> Child {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("the emulated AWS answers", || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    child
}
