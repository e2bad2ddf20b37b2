//! `dev`: what is saved is served, what is wrong is said, requests are printed, and its end stops the API only with `--down`.
//! `login` and `call` use the API meanwhile.

use portcullis_test_support::in_time::InTime;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use portcullis_emulator::signals::default_for_children;
use rustix::process::{Pid, Signal, kill_process_group};

use serde_json::Value;

use crate::support::{
    PORTCULLIS, Project, curl, run_with_input, text, token, wait_until, watching_arguments,
};

fn spec(routes: &str) -> String {
    format!(
        r#"
[service]
name   = "loop"
region = "us-east-1"

[user_pool]
name         = "TestingUsers"
sign_in_with = ["email"]
password     = {{ minimum_length = 6, lowercase = true, uppercase = true }}

[user_pool.clients.cli]
auth_flows = ["user_password", "refresh_token"]

[functions.one]

[api]
name  = "ServiceApi"
stage = "v1"

[routes]
"GET /" = {{ function = "one" }}
{routes}
"#
    )
}

/// A program that runs beside the test and writes into a file, in a process group of its own as a shell starts it.
struct Beside {
    child: Child,
    output: PathBuf,
}

impl Beside {
    fn start(project: &Project, name: &str, command: &mut Command) -> Self {
        default_for_children().unwrap();
        let output = project.path(name);
        let file = File::create(&output).unwrap();
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .process_group(0);
        Self {
            child: command.spawn().unwrap(),
            output,
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.output).unwrap()
    }

    /// Waits until it has said something so many times.
    fn says(&mut self, sentence: &str, times: usize) {
        wait_until(sentence, || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended with {ended:?}: {}", self.said());
            self.said().matches(sentence).count() >= times
        });
    }

    /// Sends Ctrl-C as its terminal does, and returns the exit code as a shell has it.
    fn interrupt(&mut self) -> i32 {
        kill_process_group(Pid::from_child(&self.child), Signal::INT).unwrap();
        let status = self.child.wait_in_time().unwrap();
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        status.code().unwrap_or_else(|| 128 + signal.unwrap())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.interrupt();
        }
    }
}

#[test]
fn a_day_with_a_service_that_changes() {
    let open = r#""GET /open" = { function = "one", auth = "none" }"#;
    let project = Project::of("loop", &spec(open));
    project
        .portcullis(&["dev", "--env", "dev"])
        .failed(2, "`dev` must be used with `local`");
    let down = project.portcullis(&["down"]).succeeded();
    assert_eq!(down.stderr, "`local` is not running\n");
    project
        .portcullis(&["login"])
        .failed(2, "`local` is not applied yet");
    let mut command = project.command(&*PORTCULLIS);
    let mut watch = Beside::start(&project, "watch.log", command.args(["dev"]));
    watch.says("Watching portcullis.toml and functions/", 1);
    let api_url = project.api_url();
    let answer = |path: &str| {
        let answer = curl("GET", &format!("{api_url}{path}"), &[]);
        (
            answer.status,
            answer.body.lines().next().unwrap_or_default().to_owned(),
        )
    };
    let handler = project.read("functions/one/src/main.rs");
    let saying = |word: &str| handler.replace(r#""body":"{name}\n"#, &format!(r#""body":"{word}\n"#));
    // As many editors save: another file takes the name.
    let save = |path: &str, text: &str| {
        project.write(&format!("{path}.new"), text);
        fs::rename(project.path(&format!("{path}.new")), project.path(path)).unwrap();
        Instant::now()
    };
    let mut command = project.command(&*PORTCULLIS);
    let mut logs = Beside::start(
        &project,
        "logs.log",
        command.args(["logs", "-f", "--function", "one"]),
    );
    assert_eq!(answer("/open"), (200, "one".into()));
    logs.says("REPORT RequestId: ", 1);
    watch.says("  200 GET /v1/open ", 1);
    sign_in_and_call(&project);
    watch.says("  401 GET /v1 ", 1);
    let refused = watch
        .said()
        .lines()
        .find(|line| line.contains("  401 GET /v1 "))
        .unwrap()
        .to_owned();
    assert!(refused.contains(" ms: "), "the reason of a 401: {refused}");

    let saved = save("functions/one/src/main.rs", &saying("two"));
    wait_until("the new code answers", || answer("/open").1 == "two");
    let took = saved.elapsed();
    watch.says("the next request runs the new code of one", 1);
    let said = watch.said();
    let line = said
        .lines()
        .rfind(|line| line.contains("the new code of"))
        .unwrap();
    eprintln!("{took:.2?} from the save to the new answer; {line}");
    logs.says("Init Duration: ", 2);
    let plan = project.portcullis(&["plan", "--detailed-exitcode"]);
    assert_eq!(
        plan.status, 2,
        "the code that was applied is another: {}",
        plan.stdout
    );

    save("functions/one/src/main.rs", "fn main() { let no = ; }\n");
    watch.says("The API still runs the previous version", 1);
    assert!(
        watch.said().contains("expected expression, found `;`"),
        "{}",
        watch.said()
    );
    assert_eq!(answer("/open"), (200, "two".into()));

    // The last of many saves counts, whenever it comes.
    for word in ["three", "four", "five"] {
        save("functions/one/src/main.rs", &saying(word));
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    wait_until("the last code answers", || answer("/open").1 == "five");

    save("portcullis.toml", &spec(&open.replace("none", "nobody")));
    watch.says("The API still runs the previous version", 2);
    assert!(watch.said().contains("nobody"), "{}", watch.said());
    assert_eq!(answer("/open"), (200, "five".into()));

    save(
        "portcullis.toml",
        &spec(&format!("{open}\n{}", open.replace("open", "wide"))),
    );
    watch.says("serves the new portcullis.toml", 1);
    assert_eq!(answer("/wide"), (200, "five".into()));
    project.assert_nothing_to_change();

    watch.says("Watching portcullis.toml and functions/", 2);
    assert_eq!(watch.interrupt(), 0);
    assert!(
        watch.said().contains("The API is still running"),
        "{}",
        watch.said()
    );
    assert_eq!(answer("/open"), (200, "five".into()));

    assert_eq!(logs.interrupt(), 130);
    let told = logs.said();
    assert!(
        told.matches("START RequestId: ").count() > 4 && !told.contains("error:"),
        "{told}"
    );

    let mut command = project.command(&*PORTCULLIS);
    let mut watch = Beside::start(&project, "again.log", command.args(["dev", "--down"]));
    watch.says("Press Ctrl-C to stop watching and the API", 1);
    assert_eq!(watch.interrupt(), 0, "{}", watch.said());
    assert!(watch.said().contains("Stopped `local`"), "{}", watch.said());
    assert_eq!(project.processes(), Vec::<String>::new());
    assert!(!project.path(".portcullis/local/login.json").exists());
    assert!(
        !project
            .path("terraform/environments/local/terraform.tfstate")
            .exists()
    );
}

/// From a 401 to a 200, with tokens that are kept for their owner alone and refreshed.
fn sign_in_and_call(project: &Project) {
    let call = |arguments: &[&str]| project.portcullis(&[&["call"], arguments].concat());
    let open = call(&["GET", "/open?a=1"]);
    assert_eq!(
        (open.status, open.stdout.lines().next()),
        (0, Some("one")),
        "{}",
        open.stderr
    );
    assert!(open.stderr.contains("HTTP/1.1 200 OK"), "{}", open.stderr);
    call(&["GET", "/"]).failed(1, "help: sign in: `portcullis login`");
    call(&["get", "/nowhere"]).failed(1, "`GET /nowhere` answered 403");

    project
        .portcullis(&["login", "--user", "nobody@example.com", "--first"])
        .failed(2, "`local` has no invitation for `nobody@example.com`");
    project
        .portcullis(&["login", "--client", "web"])
        .failed(2, "unknown client `web`");
    let login = |arguments: &[&str], typed: &str| {
        let mut command = project.command(&*PORTCULLIS);
        command.arg("login").args(arguments);
        run_with_input(&mut command, typed)
    };
    login(&["--password-stdin"], "Wrong1\n").failed(3, "the password of `you@example.com` is wrong");
    let ((), _) = watching_arguments(|| {
        let temporary = project.temporary_password();
        let first = token(login(&["--first", "--password-stdin"], "Tested1\n"));
        assert_eq!(first.split('.').count(), 3, "{first}");
        assert_eq!(call(&["GET", "/"]).status, 0);
        let kept = project.read(".portcullis/local/login.json");
        (
            (),
            vec![
                temporary,
                "Tested1".into(),
                first,
                text(&serde_json::from_str(&kept).unwrap(), "refresh_token"),
            ],
        )
    });
    call(&["GET", "/", "--anonymous"]).failed(1, "`GET /` answered 401");

    let kept = project.path(".portcullis/local/login.json");
    let mode = kept.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");
    let id_token = token(login(&[], ""));
    let access_token = token(login(&["--access-token"], ""));
    assert_ne!(id_token, access_token);
    // An expired token is replaced without a password.
    let mut tokens: Value = serde_json::from_str(&fs::read_to_string(&kept).unwrap()).unwrap();
    tokens["expires_at"] = 0.into();
    tokens["id_token"] = "expired".into();
    fs::write(&kept, tokens.to_string()).unwrap();
    assert_eq!(call(&["GET", "/"]).status, 0);
    // One that Cognito does not accept is forgotten.
    tokens["refresh_token"] = "unknown".into();
    fs::write(&kept, tokens.to_string()).unwrap();
    call(&["GET", "/"]).failed(1, "help: sign in: `portcullis login`");
    assert!(!kept.exists());
    login(&["--first"], "").failed(3, "has signed in before");
    token(login(&["--password-stdin"], "Tested1\n"));
}
