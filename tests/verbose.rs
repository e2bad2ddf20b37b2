//! `--verbose` prints each program that a command starts, and no secret. Programs of the same names stand for Terraform, the
//! AWS CLI and curl. Each writes down what it gets, so that a test knows that the secrets were on their way.

#![allow(clippy::unwrap_used)] // a test may panic

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use portcullis_test_support::in_time::InTime;
use tempfile::TempDir;

const SPEC: &str = r#"
[service]
name   = "shop"
region = "us-east-1"

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.orders]

[routes]
"POST /orders" = { function = "orders" }

[environments.dev]
first_user = "me@company.com"
"#;

const TERRAFORM: &str = r#"#!/bin/sh
[ "$1" = output ] || exit 0
cat <<'END'
{"api_url": {"value": "https://api.example/v1"}, "user_pool_id": {"value": "us-east-1_A"},
 "user_pool_client_id": {"value": "client"}, "first_user_email": {"value": "me@company.com"}}
END
"#;

/// Asks for a new password, and gives tokens for it.
const AWS: &str = r#"#!/bin/sh
cat >>"$(dirname "$0")/given"
case "$2" in
initiate-auth) echo '{"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "secret-session", "ChallengeParameters": {}}' ;;
*) echo '{"AuthenticationResult": {"IdToken": "secret-id", "AccessToken": "secret-access", "RefreshToken": "secret-refresh",
    "ExpiresIn": 3600}}' ;;
esac
"#;

/// Takes its options from stdin, as `--config -` says, and answers.
const CURL: &str = r#"#!/bin/sh
config=$(cat)
printf '%s\n' "$config" >>"$(dirname "$0")/given"
value() { printf '%s\n' "$config" | sed -n "s/^$1 = \"@\{0,1\}\(.*\)\"\$/\1/p"; }
cat "$(value data-binary)" >>"$(dirname "$0")/given"
printf 'HTTP/1.1 200 OK\r\n\r\n' >"$(value dump-header)"
printf '{}' >"$(value output)"
"#;

/// A project whose environment `dev` is applied, and programs that stand for others.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("portcullis.toml"), SPEC).unwrap();
        fs::create_dir_all(folder.path().join("terraform/environments/dev/.terraform")).unwrap();
        fs::create_dir_all(folder.path().join("functions/orders/src")).unwrap();
        for (path, text) in [
            ("Cargo.toml", "[workspace]\nmembers = [\"orders\"]\n"),
            (
                "orders/Cargo.toml",
                "[package]\nname = \"orders\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
            ),
            ("orders/src/main.rs", "fn main() {}\n"),
        ] {
            fs::write(folder.path().join("functions").join(path), text).unwrap();
        }
        fs::create_dir(folder.path().join("bin")).unwrap();
        let project = Self(folder);
        for (name, script) in [("terraform", TERRAFORM), ("aws", AWS), ("curl", CURL)] {
            let program = project.path(name);
            fs::write(&program, script).unwrap();
            fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("bin").join(name)
    }

    /// Runs a command with a line of input, and returns its outputs: stdout and stderr.
    fn run(&self, arguments: &[&str], input: &str) -> (String, String) {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.path("").display());
        let given = self.0.path().join("input");
        fs::write(&given, input).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command
            .args(arguments)
            .args(["--env", "dev"])
            .current_dir(&self.0)
            .env("PATH", path)
            .env_remove("AWS_ENDPOINT_URL")
            .stdin(Stdio::from(fs::File::open(given).unwrap()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = child.output_in_time().unwrap();
        let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        (stdout, stderr)
    }

    /// Returns the standard input of the programs since the last call.
    fn given(&self) -> String {
        let given = fs::read_to_string(self.path("given")).unwrap();
        fs::remove_file(self.path("given")).unwrap();
        given
    }
}

/// Fails unless the programs got every secret and standard error has none.
#[track_caller]
fn keeps(secrets: &[&str], given: &str, stderr: &str) {
    for secret in secrets {
        assert!(given.contains(secret), "no program got {secret}:\n{given}");
        assert!(!stderr.contains(secret), "{secret} is printed:\n{stderr}");
    }
}

#[test]
fn passwords_and_tokens_are_sent_and_not_printed() {
    let project = Project::new();
    let login = ["login", "--password-stdin"];
    let (stdout, stderr) = project.run(&[&login[..], &["--verbose"]].concat(), "secret-old\nsecret-new\n");
    // The token is what the command is for.
    assert_eq!(stdout, "secret-id\n");
    assert!(stderr.contains("aws cognito-idp initiate-auth "), "{stderr}");
    assert!(
        stderr.contains("aws cognito-idp respond-to-auth-challenge "),
        "{stderr}"
    );
    keeps(
        &["secret-old", "secret-new", "secret-session"],
        &project.given(),
        &stderr,
    );
    assert!(!stderr.contains("secret-"), "{stderr}");

    let call = [
        "call",
        "post",
        "/orders?key=secret-key",
        "--header",
        "X-Api-Key: secret-header",
        "--data",
        "secret-body",
    ];
    let (_, stderr) = project.run(&[&call[..], &["-v"]].concat(), "");
    assert!(stderr.contains("curl -q --config -\n"), "{stderr}");
    keeps(
        &["secret-id", "secret-key", "secret-header", "secret-body"],
        &project.given(),
        &stderr,
    );

    // Tokens that have expired are refreshed.
    let kept = project.0.path().join(".portcullis/dev/login.json");
    let tokens = fs::read_to_string(&kept).unwrap();
    let mut tokens: serde_json::Value = serde_json::from_str(&tokens).unwrap();
    tokens["expires_at"] = 0.into();
    fs::write(&kept, tokens.to_string()).unwrap();
    let aws = AWS.replace("initiate-auth)", "never)");
    fs::write(project.path("aws"), aws).unwrap();
    let (stdout, stderr) = project.run(&["login", "-v"], "");
    assert_eq!(stdout, "secret-id\n");
    assert!(stderr.contains("aws cognito-idp initiate-auth "), "{stderr}");
    keeps(&["secret-refresh"], &project.given(), &stderr);
    assert!(!stderr.contains("secret-"), "{stderr}");
}

#[test]
fn programs_are_printed_with_verbose_only() {
    let project = Project::new();
    let (_, stderr) = project.run(&["login", "--password-stdin"], "old\nnew\n");
    assert!(!stderr.contains("cognito-idp"), "{stderr}");
    let (_, stderr) = project.run(&["call", "POST", "/orders"], "");
    assert!(!stderr.contains("curl"), "{stderr}");
}
