//! Emulated AWSs that a test owns: they outlive what Portcullis destroys.

use portcullis_test_support::in_time::InTime;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::Value;

use super::{REPOSITORY, run, tools, wait_until};

/// An emulated AWS, what one has to know to use it, and in what it differs from the one that Portcullis starts.
pub struct Emulator {
    child: Child,
    _folder: tempfile::TempDir,
    pub endpoint: String,
    /// Its authority, where it speaks TLS.
    pub ca_file: Option<PathBuf>,
    /// Access key and secret.
    pub credentials: [String; 2],
    /// Whether an id token tells that an e-mail is verified: without that the demo tells nobody's.
    pub tells_verified_email: bool,
    /// What the probe says of it.
    pub weaker: &'static [&'static str],
    /// What its second plan changes, and by whose fault.
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
            ca_file: None,
            // Nobody checks the secret, but it must be found nowhere; not in this file either.
            credentials: ["123456789012".to_owned(), format!("secret-of-{port}")],
            tells_verified_email: false,
            weaker: &[
                "a client's `auth_flows`",
                "all user pools sign with the same key",
                "id tokens have no `email_verified`",
            ],
            drifts: &[],
        }
    }

    /// ministack as strict as it can be: over TLS with an authority of its own, and with a user of IAM, whose
    /// signatures it checks. `PORTCULLIS_MINISTACK` is a Python that has it; `scripts/test.sh` installs one.
    pub fn ministack() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write_certificates(folder.path());
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
            .arg("--certfile")
            .arg(path("server.pem"))
            .arg("--keyfile")
            .arg(path("server.key"))
            .current_dir(folder.path())
            .envs([("AUTH", "true"), ("MINISTACK_ACCOUNT_ID", "123456789012")]);
        let mut emulator = Self {
            child: start(command, port),
            endpoint: format!("https://localhost:{port}"),
            ca_file: Some(path("ca.pem")),
            // Of the root user; nobody checks it.
            credentials: ["123456789012", "test"].map(String::from),
            tells_verified_email: true,
            weaker: &["any new password is taken"],
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
        };
        emulator.credentials = emulator.make_administrator("portcullis");
        emulator
    }

    /// The variables by which Portcullis knows it, but for its address.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let [access_key_id, secret_access_key] = self.credentials.clone();
        let mut variables = vec![
            ("PORTCULLIS_ENDPOINT_ACCESS_KEY_ID", access_key_id),
            ("PORTCULLIS_ENDPOINT_SECRET_ACCESS_KEY", secret_access_key),
        ];
        if let Some(file) = &self.ca_file {
            variables.push(("PORTCULLIS_ENDPOINT_CA_FILE", file.display().to_string()));
        }
        variables
    }

    /// What it answers to a command of the AWS CLI.
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let mut aws = Command::new(tools()["aws"].as_str().unwrap());
        aws.args(arguments)
            .args(["--output", "json", "--endpoint-url", &self.endpoint])
            .envs([
                ("AWS_ACCESS_KEY_ID", self.credentials[0].as_str()),
                ("AWS_SECRET_ACCESS_KEY", &self.credentials[1]),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_PAGER", ""),
            ]);
        aws.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
        if let Some(file) = &self.ca_file {
            aws.env("AWS_CA_BUNDLE", file);
        }
        let ended = run(&mut aws).succeeded();
        if ended.stdout.trim().is_empty() {
            Value::Null
        } else {
            ended.json()
        }
    }

    /// Credentials of a user who may do everything.
    fn make_administrator(&self, name: &str) -> [String; 2] {
        let everything =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        self.aws(&["iam", "create-user", "--user-name", name]);
        self.aws(&[
            "iam",
            "put-user-policy",
            "--user-name",
            name,
            "--policy-name",
            name,
            "--policy-document",
            everything,
        ]);
        let key = &self.aws(&["iam", "create-access-key", "--user-name", name])["AccessKey"];
        ["AccessKeyId", "SecretAccessKey"].map(|part| super::text(key, part))
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

fn free_port() -> u16 {
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

/// An authority, `ca.pem`, and a server's certificate of it, `server.pem` with `server.key`.
pub fn write_certificates(folder: &Path) {
    let named = |name: &str, hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|host| host.to_string()).collect();
        let mut parameters = CertificateParams::new(hosts).unwrap();
        // Two of the same name would be one that signs itself, to OpenSSL.
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters
    };
    let mut authority = named("authority", &[]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let server = named("server", &["localhost", "127.0.0.1"])
        .signed_by(&key, &Issuer::new(authority, authority_key))
        .unwrap();
    for (name, text) in [
        ("ca.pem", ca),
        ("server.pem", server.pem()),
        ("server.key", key.serialize_pem()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}
