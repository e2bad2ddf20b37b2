//! `scripts/login_first.sh` and `scripts/login.sh`, with the real AWS CLI against moto. A stand-in replaces the AWS CLI
//! if moto can't give Cognito's answer.
//!
//! `PORTCULLIS_PYTHON` names a Python that has moto (`moto[server]`); else `python3` is taken. An `aws` beside it is
//! preferred to that of the PATH.

use portcullis_test_support::in_time::InTime;
use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

const REGION: &str = "eu-central-1";
const EMAIL: &str = "someone@example.com";
const TEMPORARY_PASSWORD: &str = r#"T,e"m\p é=ß &x'"#;
/// The password that `portcullis apply` chooses for a pool that requires 20 characters and a symbol.
const EXAMPLE_PASSWORD: &str = "Testing1-Testing1Tes";
const NEW_PASSWORD: &str = "N,e\"w\\\\p é=$(id) {x}\t日本!";

/// The output and the exit code of a script.
#[derive(Debug, PartialEq)]
struct Ended {
    status: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn failed(status: i32, sentence: &str) -> Ended {
    Ended {
        status,
        stdout: String::new(),
        stderr: format!("error: {sentence}\n"),
    }
}

/// A project with the scripts, whose PATH begins with a folder of its own.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for folder in ["scripts", "bin", ".portcullis/local"] {
            fs::create_dir_all(project.path(folder)).unwrap();
        }
        for script in ["cognito.sh", "login.sh", "login_first.sh"] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(script);
            fs::copy(source, project.path("scripts").join(script)).unwrap();
        }
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// A stand-in for the AWS CLI, in bash.
    fn with_aws(self, text: &str) -> Self {
        let aws = self.path("bin/aws");
        fs::write(&aws, format!("#!/usr/bin/env bash\n{text}\n")).unwrap();
        fs::set_permissions(aws, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// `setsid`: without a terminal to ask on.
    fn run(&self, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
        let path = format!("{}:{}", self.path("bin").display(), env::var("PATH").unwrap());
        let mut command = Command::new("setsid");
        command
            .arg("--wait")
            .arg(self.path("scripts").join(script))
            .args(arguments)
            .stdin(Stdio::null());
        for variable in env::vars()
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("AWS_"))
        {
            command.env_remove(variable);
        }
        command
            .env("PATH", path)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(variables.iter().copied());
        command.output_in_time().unwrap().into()
    }
}

/// An emulated Cognito with a pool of the demo's policy, a client, and a user who was invited.
struct Cognito {
    moto: Child,
    endpoint: String,
    pool_id: String,
    client_id: String,
}

fn python() -> PathBuf {
    env::var_os("PORTCULLIS_PYTHON").map_or_else(|| "python3".into(), PathBuf::from)
}

/// The real AWS CLI.
fn aws() -> PathBuf {
    let beside = python().with_file_name("aws");
    let path = env::var("PATH").unwrap();
    let found = path
        .split(':')
        .map(|folder| Path::new(folder).join("aws"))
        .find(|aws| aws.is_file());
    if beside.is_absolute() && beside.is_file() {
        beside
    } else {
        found.expect("the AWS CLI is on the PATH")
    }
}

impl Cognito {
    /// With the policy of the demo.
    fn start() -> Self {
        Self::with_policy(
            r#"{"PasswordPolicy":{"MinimumLength":6,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":false,"RequireSymbols":false}}"#,
        )
    }

    fn with_policy(policy: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let python = python();
        let has_moto = Command::new(&python)
            .args(["-c", "import moto.server"])
            .output_in_time();
        assert!(
            has_moto.is_ok_and(|output| output.status.success()),
            "`{}` has no moto: name a Python that has `moto[server]` in PORTCULLIS_PYTHON",
            python.display()
        );
        let moto = Command::new(&python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let endpoint = format!("http://127.0.0.1:{port}");
        let mut cognito = Self {
            moto,
            endpoint,
            pool_id: String::new(),
            client_id: String::new(),
        };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "moto does not answer");
            sleep(Duration::from_millis(50));
        }
        let pool = [
            "create-user-pool",
            "--pool-name",
            "TestingUsers",
            "--username-attributes",
            "email",
        ];
        cognito.pool_id =
            cognito.aws(&[&pool[..], &["--policies", policy, "--query", "UserPool.Id"]].concat());
        let client = [
            "create-user-pool-client",
            "--client-name",
            "cli",
            "--user-pool-id",
            &cognito.pool_id,
        ];
        cognito.client_id = cognito.aws(&[&client[..], &["--query", "UserPoolClient.ClientId"]].concat());
        cognito.invite(EMAIL);
        cognito
    }

    fn invite(&self, email: &str) {
        let user = [
            "admin-create-user",
            "--user-pool-id",
            &self.pool_id,
            "--username",
            email,
        ];
        self.aws(&[&user[..], &["--temporary-password", TEMPORARY_PASSWORD]].concat());
    }

    fn aws(&self, arguments: &[&str]) -> String {
        let output = Command::new(aws())
            .arg("cognito-idp")
            .args(arguments)
            .args([
                "--endpoint-url",
                &self.endpoint,
                "--region",
                REGION,
                "--output",
                "text",
            ])
            .envs([
                ("AWS_ACCESS_KEY_ID", "testing"),
                ("AWS_SECRET_ACCESS_KEY", "testing"),
                ("AWS_PAGER", ""),
            ])
            .output_in_time()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Records the local environment as `portcullis apply` does.
    fn record_in(&self, project: &Project) {
        let outputs = format!(
            r#"{{"user_pool_id":"{}","user_pool_client_id":"{}","region":"{REGION}","endpoint":"{}","example_password":"{EXAMPLE_PASSWORD}"}}"#,
            self.pool_id, self.client_id, self.endpoint
        );
        fs::write(project.path(".portcullis/local/outputs.json"), outputs).unwrap();
    }
}

impl Drop for Cognito {
    fn drop(&mut self) {
        let _ = self.moto.kill();
        let _ = self.moto.wait_in_time();
    }
}

fn assert_is_token_alone(ended: &Ended) {
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    let token = ended.stdout.strip_suffix('\n').unwrap();
    assert_eq!(token.split('.').count(), 3, "{token}");
    assert!(
        token.starts_with("eyJ") && !token.contains(char::is_whitespace),
        "{token}"
    );
}

#[test]
fn a_user_signs_in_for_the_first_time_and_again_with_nothing_set() {
    let cognito = Cognito::start();
    let (pool, client) = (cognito.pool_id.as_str(), cognito.client_id.as_str());
    // Every argument that the AWS CLI is given is written down.
    let log = tempfile::NamedTempFile::new().unwrap();
    let project = Project::new().with_aws(&format!(
        "printf '%s\\n' \"$@\" >>'{}'\nexec '{}' \"$@\"",
        log.path().display(),
        aws().display()
    ));
    cognito.record_in(&project);

    let early = project.run("login.sh", &[client, EMAIL, TEMPORARY_PASSWORD], &[]);
    let sentence = format!(
        "{EMAIL} still has the temporary password of the invitation: use scripts/login_first.sh POOL_ID {client} {EMAIL}"
    );
    assert_eq!(early, failed(3, &sentence));

    let weak = project.run(
        "login_first.sh",
        &[pool, client, EMAIL, TEMPORARY_PASSWORD, "short"],
        &[],
    );
    assert_eq!((weak.status, weak.stdout.as_str()), (3, ""));
    assert!(
        weak.stderr
            .starts_with("error: the new password does not satisfy the pool's policy"),
        "{}",
        weak.stderr
    );

    assert_is_token_alone(&project.run(
        "login_first.sh",
        &[pool, client, EMAIL, TEMPORARY_PASSWORD, NEW_PASSWORD],
        &[],
    ));
    assert_is_token_alone(&project.run("login.sh", &[client, EMAIL, NEW_PASSWORD], &[]));
    assert_is_token_alone(&project.run("login.sh", &[client, EMAIL], &[("PASSWORD", NEW_PASSWORD)]));
    assert_is_token_alone(&project.run(
        "login.sh",
        &[client, EMAIL, "-"],
        &[("PASSWORD", NEW_PASSWORD), ("LC_ALL", "C")],
    ));

    let sentence = format!(
        "{EMAIL} has signed in before, and this isn't a temporary password: use scripts/login.sh {client} {EMAIL}"
    );
    assert_eq!(
        project.run("login_first.sh", &[pool, client, EMAIL, NEW_PASSWORD], &[]),
        failed(3, &sentence)
    );

    let wrong = project.run("login.sh", &[client, EMAIL, "wrong"], &[]);
    let sentence = format!(
        "Cognito does not accept this e-mail and password: one of them is wrong, or {EMAIL} does not exist"
    );
    assert_eq!(wrong, failed(3, &sentence));

    let arguments = fs::read_to_string(log.path()).unwrap();
    assert!(arguments.contains("respond-to-auth-challenge"));
    for password in [TEMPORARY_PASSWORD, NEW_PASSWORD, "short", "wrong"] {
        assert!(
            !arguments.contains(password),
            "{password} is among the arguments of the AWS CLI"
        );
    }
}

#[test]
fn the_new_password_is_testing1_unless_said_otherwise() {
    let cognito = Cognito::start();
    let (pool, client) = (cognito.pool_id.as_str(), cognito.client_id.as_str());
    let project = Project::new();
    std::os::unix::fs::symlink(aws(), project.path("bin/aws")).unwrap();
    // Not recorded as the local environment: the endpoint is in the environment, the region in the pool's id.
    let endpoint = ("AWS_ENDPOINT_URL", cognito.endpoint.as_str());
    let temporary = ("TEMPORARY_PASSWORD", TEMPORARY_PASSWORD);
    assert_is_token_alone(&project.run("login_first.sh", &[pool, client, EMAIL], &[endpoint, temporary]));
    let region = ("AWS_REGION", REGION);
    assert_is_token_alone(&project.run("login.sh", &[client, EMAIL, "Testing1"], &[endpoint, region]));

    let other = "other@example.com";
    cognito.invite(other);
    let new = ("NEW_PASSWORD", NEW_PASSWORD);
    assert_is_token_alone(&project.run(
        "login_first.sh",
        &[pool, client, other, "-"],
        &[endpoint, temporary, new],
    ));
    assert_is_token_alone(&project.run("login.sh", &[client, other, NEW_PASSWORD], &[endpoint, region]));

    let unknown = project.run("login.sh", &["unknown", EMAIL, "Testing1"], &[endpoint, region]);
    let sentence = format!(
        "there is no client unknown at {} in {REGION}: `make outputs` (with ENV=… for another environment than local) prints the ids",
        cognito.endpoint
    );
    assert_eq!(unknown, failed(3, &sentence));
}

#[test]
fn the_new_password_of_the_local_environment_satisfies_its_policy() {
    let cognito = Cognito::with_policy(
        r#"{"PasswordPolicy":{"MinimumLength":20,"RequireUppercase":true,"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true}}"#,
    );
    let (pool, client) = (cognito.pool_id.as_str(), cognito.client_id.as_str());
    let project = Project::new();
    std::os::unix::fs::symlink(aws(), project.path("bin/aws")).unwrap();
    cognito.record_in(&project);
    let temporary = ("TEMPORARY_PASSWORD", TEMPORARY_PASSWORD);
    assert_is_token_alone(&project.run("login_first.sh", &[pool, client, EMAIL], &[temporary]));
    let password = ("PASSWORD", EXAMPLE_PASSWORD);
    assert_is_token_alone(&project.run("login.sh", &[client, EMAIL], &[password]));
}

#[test]
fn a_local_environment_that_is_gone_is_named_and_how_it_comes_back() {
    let project = Project::new();
    std::os::unix::fs::symlink(aws(), project.path("bin/aws")).unwrap();
    let outputs = r#"{
  "user_pool_id": "us-east-1_Gone",
  "user_pool_client_id": "gone",
  "region": "us-east-1",
  "endpoint": "http://127.0.0.1:1"
}"#;
    fs::write(project.path(".portcullis/local/outputs.json"), outputs).unwrap();
    let sentence = "nothing answers at http://127.0.0.1:1, where the local environment was: run `make apply`";
    assert_eq!(
        project.run("login.sh", &["gone", EMAIL, "Testing1"], &[]),
        failed(3, sentence)
    );
    let first = ["us-east-1_Gone", "gone", EMAIL, "Temporary1"];
    assert_eq!(project.run("login_first.sh", &first, &[]), failed(3, sentence));
}

#[test]
fn only_the_local_environments_own_ids_lead_to_it() {
    let show = "printf '%s\\n' \"region=$AWS_REGION $AWS_DEFAULT_REGION\" \"$@\" | grep -E '^(region=|--endpoint-url|http)' >&2; exit 1";
    let project = Project::new().with_aws(show);
    let outputs = r#"{"user_pool_id":"us-east-1_Local","user_pool_client_id":"local","region":"us-east-1","endpoint":"http://127.0.0.1:1"}"#;
    fs::write(project.path(".portcullis/local/outputs.json"), outputs).unwrap();
    let asked = |script: &str, arguments: &[&str], variables: &[(&str, &str)]| {
        let stderr = project.run(script, arguments, variables).stderr;
        stderr
            .rsplit_once("region=")
            .unwrap()
            .1
            .trim_end()
            .replace('\n', " ")
    };
    let local = "us-east-1 us-east-1 --endpoint-url http://127.0.0.1:1";
    let elsewhere = [("AWS_REGION", "eu-west-1")];
    assert_eq!(asked("login.sh", &["local", EMAIL, "x"], &[]), local);
    assert_eq!(asked("login.sh", &["local", EMAIL, "x"], &elsewhere), local);
    assert_eq!(
        asked("login.sh", &["another", EMAIL, "x"], &elsewhere),
        "eu-west-1 eu-west-1"
    );
    assert_eq!(
        asked(
            "login_first.sh",
            &["us-east-1_Local", "local", EMAIL, "x"],
            &elsewhere
        ),
        local
    );
    assert_eq!(
        asked(
            "login_first.sh",
            &["us-gov-west-1_A", "a", EMAIL, "x", "y"],
            &elsewhere
        ),
        "us-gov-west-1 us-gov-west-1"
    );
    assert_eq!(
        asked(
            "login.sh",
            &["another", EMAIL, "x"],
            &[
                ("AWS_DEFAULT_REGION", "eu-west-2"),
                ("AWS_ENDPOINT_URL", "http://[::1]:2")
            ]
        ),
        "eu-west-2 eu-west-2 --endpoint-url http://[::1]:2"
    );
}

#[test]
fn every_error_of_cognito_says_what_to_do() {
    let cases = [
        (
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.",
            "the temporary password of someone@example.com has expired: send another invitation with `aws cognito-idp admin-create-user --user-pool-id us-east-1_Pool --username someone@example.com --message-action RESEND`",
        ),
        (
            "NotAuthorizedException",
            "Incorrect username or password.",
            "Cognito does not accept this temporary password of someone@example.com: it is another one (`make invitation` prints the local one), or someone@example.com has signed in before (then: scripts/login.sh client someone@example.com)",
        ),
        (
            "NotAuthorizedException",
            "Password attempts exceeded",
            "too many failed attempts for someone@example.com: wait some minutes and try again",
        ),
        (
            "NotAuthorizedException",
            "User is disabled.",
            "someone@example.com is disabled: enable it with `aws cognito-idp admin-enable-user --user-pool-id us-east-1_Pool --username someone@example.com`",
        ),
        (
            "NotAuthorizedException",
            "Client client is configured with secret but SECRET_HASH was not received",
            "the client client has a secret, so these scripts can't use it: use a client without a secret",
        ),
        (
            "UserNotFoundException",
            "User does not exist.",
            "there is no user someone@example.com in the pool of the client client: look for a typing error, or create the user",
        ),
        (
            "UserNotConfirmedException",
            "User is not confirmed.",
            "someone@example.com must confirm the sign-up first: enter the code from the mail with `aws cognito-idp confirm-sign-up --client-id client --username someone@example.com --confirmation-code CODE`",
        ),
        (
            "PasswordResetRequiredException",
            "Password reset required for the user",
            "an administrator has reset the password of someone@example.com: get a code with `aws cognito-idp forgot-password --client-id client --username someone@example.com` and set a password with `confirm-forgot-password`",
        ),
        (
            "TooManyRequestsException",
            "Rate exceeded",
            "too many calls to Cognito: wait a minute and try again",
        ),
        (
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
            "the client client doesn't allow passwords: give it `auth_flows = [\"user_password\", …]` in portcullis.toml and apply",
        ),
        (
            "SomethingNewException",
            "Nobody knows.",
            "Cognito refuses at AWS in us-east-1: SomethingNewException: Nobody knows.",
        ),
    ];
    for (error, message, sentence) in cases {
        // Version 1 writes the line so; version 2 since 2.31 puts `aws: [ERROR]: ` before it.
        for prefix in ["", "aws: [ERROR]: "] {
            let line = format!(
                "{prefix}An error occurred ({error}) when calling the InitiateAuth operation: {message}"
            );
            let project = Project::new().with_aws(&format!("printf '\\n%s\\n' {line:?} >&2; exit 254"));
            let ended = project.run(
                "login_first.sh",
                &["us-east-1_Pool", "client", EMAIL, "Temporary1", "Chosen1"],
                &[],
            );
            assert_eq!(ended, failed(3, sentence));
        }
    }
}

#[test]
fn the_password_that_everybody_knows_is_for_the_emulated_aws_alone() {
    let project = Project::new().with_aws("exit 1");
    let sentence = "no password: give it as an argument or in the environment as NEW_PASSWORD (there is no terminal to ask on)";
    let arguments = ["us-east-1_Pool", "client", EMAIL, "Temporary1"];
    assert_eq!(
        project.run("login_first.sh", &arguments, &[]),
        failed(2, sentence)
    );
}

#[test]
fn another_challenge_is_called_by_its_name() {
    let cases = [
        (
            "SMS_MFA",
            3,
            format!(
                "Cognito asks {EMAIL} for SMS_MFA, which this script cannot answer: sign in with an application, or turn it off for this user"
            ),
        ),
        (
            "SOFTWARE_TOKEN_MFA",
            2,
            format!(
                "no code: give the code of the authenticator app of {EMAIL} in the environment as MFA_CODE (there is no terminal to ask on)"
            ),
        ),
        (
            "MFA_SETUP",
            3,
            format!(
                "{EMAIL} needs an authenticator app to sign in: run `portcullis login --first` to set one up"
            ),
        ),
    ];
    for (challenge, status, sentence) in cases {
        let project = Project::new().with_aws(&format!("printf '{challenge}\\tsession\\tNone\\tNone\\n'"));
        let arguments = ["client", EMAIL, "Password1"];
        assert_eq!(
            project.run("login.sh", &arguments, &[]),
            failed(status, &sentence)
        );
        let arguments = ["us-east-1_Pool", "client", EMAIL, "Password1", "Chosen1"];
        assert_eq!(
            project.run("login_first.sh", &arguments, &[]),
            failed(status, &sentence)
        );
    }
}

#[test]
fn wrong_use_is_status_2_and_calls_nothing() {
    let project = Project::new().with_aws("echo asked; exit 0");
    for (script, arguments) in [
        ("login.sh", &["client"][..]),
        ("login_first.sh", &["us-east-1_Pool", "client"]),
    ] {
        let ended = project.run(script, arguments, &[]);
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
        assert!(
            ended.stderr.starts_with(&format!("usage: scripts/{script} ")),
            "{}",
            ended.stderr
        );
    }
    let sentence = "no password: give it as an argument or in the environment as PASSWORD (there is no terminal to ask on)";
    assert_eq!(
        project.run("login.sh", &["client", EMAIL], &[]),
        failed(2, sentence)
    );
    let ended = project.run(
        "login_first.sh",
        &["client", "us-east-1_Pool", EMAIL, "Temporary1"],
        &[],
    );
    let sentence =
        "`client` must be the id of a user pool, such as us-east-1_AbCdEf123: `make outputs` prints it";
    assert_eq!(ended, failed(2, sentence));
}

/// Messages of AWS are foreign text, and so is the name of the user in an advice.
#[test]
fn what_others_say_moves_no_cursor_and_is_not_run() {
    let attack = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2066}\u{200b}\u{61c}";
    let says = |error: &str| {
        Project::new().with_aws(&format!(
            "printf '%s\\n' 'An error occurred ({error}) when calling the InitiateAuth operation: {attack}Größe 日本' >&2; exit 254"
        ))
    };
    assert_eq!(
        says("StrangeException").run(
            "login.sh",
            &["client", EMAIL, "x"],
            &[("AWS_REGION", "us-east-1")]
        ),
        failed(
            3,
            "Cognito refuses at AWS in us-east-1: StrangeException: ?]0;x??2J????Größe 日本"
        )
    );

    let project = says("UserNotConfirmedException");
    let mark = project.path("mark");
    let email = format!("x;touch {0};$(touch {0})`touch {0}`#@example.com", mark.display());
    let said = project.run(
        "login.sh",
        &["client", &email, "x"],
        &[("AWS_REGION", "us-east-1")],
    );
    let (_, rest) = said.stderr.split_once("from the mail with `").unwrap();
    let command = rest.trim_end().strip_suffix('`').unwrap();
    let pasted = Command::new("bash")
        .args(["-c", &format!("aws() {{ printf '%s\\n' \"$@\"; }}; {command}")])
        .output_in_time()
        .unwrap();
    let words = String::from_utf8(pasted.stdout).unwrap();
    assert!(words.lines().any(|word| word == email), "{command}: {words}");
    assert!(!mark.exists(), "{command}");
}
