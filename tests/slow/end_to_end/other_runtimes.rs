//! A project that someone wrote by hand, with functions in Node.js and Python: applied by Terraform to the emulated AWS,
//! served by `serve`, and called with tokens of its user pool.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::support::terraform::{self, Provider};
use crate::support::{Answer, Aws, PORTCULLIS, REPOSITORY, need, post, text};
use portcullis_test_support::in_time::InTime;

const PASSWORD: &str = "Secret-1";

/// The fixture `notes`, zipped and applied.
struct Notes {
    aws: Aws,
    folder: tempfile::TempDir,
    state: Value,
}

impl Notes {
    fn apply() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Path::new(REPOSITORY).join("emulator/tests/fixtures/notes");
        fs::copy(fixture.join("main.tf"), folder.path().join("main.tf")).unwrap();
        fs::create_dir(folder.path().join("build")).unwrap();
        for name in ["nodejs", "python", "layer"] {
            zip(
                &fixture.join(name),
                &folder.path().join(format!("build/{name}.zip")),
            );
        }
        zip(&fixture.join("layer"), &folder.path().join("build/java.zip"));
        let aws = Aws::start();
        let provider = Provider::find();
        provider.init(folder.path());
        let terraform = |arguments: &[&str]| {
            let mut command = provider.terraform(folder.path());
            let (success, text) = terraform::run(command.args(arguments).envs(aws.variables()));
            assert!(success, "{text}");
            text
        };
        terraform(&["apply", "-auto-approve", "-input=false", "-no-color"]);
        let state = terraform(&["show", "-json"]);
        fs::write(folder.path().join("state.json"), &state).unwrap();
        let state = serde_json::from_str(&state).unwrap();
        Self { aws, folder, state }
    }

    fn output(&self, name: &str) -> String {
        text(&self.state["values"]["outputs"][name], "value")
    }

    /// Creates a user and returns their id token.
    fn sign_in(&self, email: &str) -> String {
        let ask = |arguments: &[&str]| self.aws.ask(&[&["cognito-idp"], arguments].concat());
        let (pool, client) = (self.output("pool"), self.output("client"));
        let user = ["--user-pool-id", &pool, "--username", email];
        ask(&[&["admin-create-user", "--message-action", "SUPPRESS"], &user[..]].concat());
        let password = ["--permanent", "--password", PASSWORD];
        ask(&[&["admin-set-user-password"], &user[..], &password].concat());
        let parameters = format!("USERNAME={email},PASSWORD={PASSWORD}");
        let flow = ["--auth-flow", "USER_PASSWORD_AUTH", "--client-id", &client];
        let signed_in = ask(&[&["initiate-auth"], &flow[..], &["--auth-parameters", &parameters]].concat());
        text(&signed_in["AuthenticationResult"], "IdToken")
    }

    fn serve(&self) -> Served {
        let pool = self.output("pool");
        let issuer = format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}");
        let endpoint = self.aws.endpoint();
        let mut command = Command::new(&*PORTCULLIS);
        command
            .args(["serve", "--state", "state.json", "--work", "work", "--jwks"])
            .arg(format!("{issuer}={endpoint}/{pool}/.well-known/jwks.json"))
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1");
        Served::start(command, self.folder.path().join("log"))
    }

    fn log_of(&self, function: &str) -> String {
        fs::read_to_string(self.folder.path().join(format!("work/logs/{function}.log"))).unwrap()
    }
}

/// Zips what is in a folder.
fn zip(folder: &Path, zip: &Path) {
    let mut writer = zip::ZipWriter::new(fs::File::create(zip).unwrap());
    let files = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    for file in files.filter(|file| file.file_type().is_file()) {
        let name = file.path().strip_prefix(folder).unwrap().to_str().unwrap();
        let options = zip::write::SimpleFileOptions::default().unix_permissions(0o644);
        writer.start_file(name, options).unwrap();
        writer.write_all(&fs::read(file.path()).unwrap()).unwrap();
    }
    writer.finish().unwrap();
}

/// A `serve` that is ready. It ends with this.
struct Served {
    process: Child,
    log: PathBuf,
    ready: Value,
}

impl Served {
    fn start(mut command: Command, log: PathBuf) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said = fs::read_to_string(&log).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{said}"));
        Self { process, log, ready }
    }

    fn post(&self, path: &str, headers: &[&str], body: &Value) -> Answer {
        let url = format!("{}{path}", text(&self.ready, "api_url"));
        post(&url, headers, &body.to_string())
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait_in_time();
    }
}

#[test]
fn functions_in_nodejs_and_python_answer_signed_in_users_behind_the_authorizer() {
    need("node");
    let notes = Notes::apply();
    let served = notes.serve();
    let token = notes.sign_in("ada@example.com");
    let authorization = format!("Authorization: {token}");
    for (path, language, error) in [
        ("/nodejs", "Node.js", "TypeError"),
        ("/python", "Python", "LookupError"),
    ] {
        let refused = served.post(path, &[], &json!({}));
        assert_eq!(
            (refused.status, &*refused.body),
            (401, r#"{"message":"Unauthorized"}"#)
        );
        let answer = served.post(path, &[&authorization], &json!({}));
        assert_eq!(answer.status, 200, "{}\n{}", answer.body, served.log());
        let message = text(&answer.json(), "message");
        assert!(
            message.starts_with(&format!("Hello from {language}, ")),
            "{message}"
        );
        assert_eq!(answer.json()["table"], "notes");
        let failed = served.post(path, &[&authorization], &json!({"fail": true}));
        assert_eq!(
            (failed.status, &*failed.body),
            (502, r#"{"message": "Internal server error"}"#)
        );
        let log = notes.log_of(&format!("notes-{}", &path[1..]));
        assert!(
            log.contains(error) && log.contains("this note can not be read"),
            "{log}"
        );
        assert!(log.contains("greets "), "{log}");
    }
    // A runtime that does not run here: its route checks the token all the same.
    let unsupported = served.ready["unsupported"].as_array().unwrap();
    let told: Vec<&Value> = unsupported
        .iter()
        .filter(|one| one["address"] == r#"aws_lambda_function.this["java"]"#)
        .collect();
    assert!(
        told.len() == 1 && text(told[0], "reason").contains("its runtime is `java21`"),
        "{unsupported:?}"
    );
    assert_eq!(served.post("/java", &[], &json!({})).status, 401);
    assert_eq!(served.post("/java", &[&authorization], &json!({})).status, 501);
}
