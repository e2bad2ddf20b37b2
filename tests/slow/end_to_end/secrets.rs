//! `shared::secret`: a function reads the secrets that its spec names, and no other one.

use std::fs;
use std::path::Path;

use crate::support::{Project, curl};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

const SPEC: &str = r#"
[service]
name   = "vault"
region = "us-east-1"

[functions.authenticated]

[functions.open]
secrets     = { DB_URL = "ssm:/vault/${environment}/db-url", MAIL = "secretsmanager:vault/${environment}/mail" }
environment = { OTHER = "ssm:/vault/local/other" }

[routes]
"GET /{variable}" = { function = "open", auth = "none" }

[own]
"#;

const OWN: &str = r#"
variable "service" {
  type = any
}

resource "aws_ssm_parameter" "all" {
  for_each = toset(["db-url", "other"])
  name     = "/vault/${var.service.environment}/${each.key}"
  type     = "SecureString"
  value    = "postgres://user:hunter2@${each.key}"
}

resource "aws_secretsmanager_secret" "mail" {
  name = "vault/${var.service.environment}/mail"
}

resource "aws_secretsmanager_secret_version" "mail" {
  secret_id     = aws_secretsmanager_secret.mail.id
  secret_string = "correct horse"
}
"#;

/// Answers with the secret of the variable in the path.
const FUNCTION: &str = r#"
use lambda_http::{Request, RequestExt};
use shared::{Refusal, secret};

async fn read(request: Request) -> Result<String, Refusal> {
    let parameters = request.path_parameters();
    let secret = secret(parameters.first("variable").unwrap_or_default()).await?;
    eprintln!("{secret:?}");
    Ok(secret.expose().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shared::Error> {
    shared::run(read).await
}
"#;

/// The functions of this repository, `open` with other code. Their size does not matter.
fn write_functions(project: &Project) {
    fs::remove_dir_all(project.path("functions")).unwrap();
    let functions = Path::new(REPOSITORY).join("functions");
    let files = walkdir::WalkDir::new(&functions)
        .into_iter()
        .filter_entry(|entry| entry.path() != functions.join("target"))
        .map(Result::unwrap);
    for file in files.filter(|entry| entry.file_type().is_file()) {
        let path = file.path().strip_prefix(REPOSITORY).unwrap();
        project.write(path.to_str().unwrap(), &fs::read_to_string(file.path()).unwrap());
    }
    let change = |path: &str, from: &str, to: &str| {
        let text = project.read(path);
        assert!(text.contains(from), "`{from}` in {path}");
        project.write(path, &text.replace(from, to));
    };
    let with_secrets = r#"shared = { workspace = true, features = ["secrets"] }"#;
    change(
        "functions/open/Cargo.toml",
        "shared.workspace = true",
        with_secrets,
    );
    change(
        "functions/Cargo.toml",
        "opt-level = \"z\"\nlto = true\ncodegen-units = 1\n",
        "opt-level = 0\n",
    );
    project.write("functions/open/src/main.rs", FUNCTION);
}

#[test]
fn a_function_reads_its_secrets_and_no_other() {
    let project = Project::of("vault", SPEC);
    write_functions(&project);
    project.write("terraform/modules/own/main.tf", OWN);
    project.portcullis(&["apply"]).succeeded();
    let read = |variable: &str| {
        let answer = curl("GET", &format!("{}/{variable}", project.api_url()), &[]);
        (answer.status, answer.body)
    };
    for _ in 0..2 {
        assert_eq!(
            read("DB_URL"),
            (200, "\"postgres://user:hunter2@db-url\"".to_owned())
        );
        assert_eq!(read("MAIL"), (200, "\"correct horse\"".to_owned()));
    }
    let refused = (500, "{\"message\":\"Internal server error\"}".to_owned());
    assert_eq!(read("OTHER"), refused);
    assert_eq!(read("AWS_REGION"), refused);
    let logs = project
        .portcullis(&["logs", "--function", "open"])
        .succeeded()
        .stdout;
    for line in [
        "Secret(hidden)",
        "can't read the secret `OTHER`: 400 Bad Request: AccessDeniedException",
        "`AWS_REGION` must be the name of a secret",
    ] {
        assert!(logs.contains(line), "{line} in {logs}");
    }
    for secret in ["hunter2", "correct horse"] {
        assert!(!logs.contains(secret), "{logs}");
    }
    // The values of secrets are in the state of `own` alone, because that creates them here.
    project.assert_nothing_to_change();
    project.portcullis(&["destroy"]).succeeded();
}
