//! `apply --watch`: what is saved is served, what is wrong is said, and the end of it leaves the API running.

use portcullis_test_support::in_time::InTime;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use portcullis_emulator::signals::default_for_children;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::support::{PORTCULLIS, Project, curl, wait_until};

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
fn saved_changes_are_served_and_errors_are_printed() {
    let open = r#""GET /open" = { function = "one", auth = "none" }"#;
    let project = Project::of("loop", &spec(open));
    project
        .portcullis(&["apply", "--watch", "--env", "dev"])
        .failed(2, "`--watch` must be used with `local`");
    let mut command = project.command(PORTCULLIS);
    let mut watch = Beside::start(&project, "watch.log", command.args(["apply", "--watch"]));
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
    let mut command = project.command(PORTCULLIS);
    let mut logs = Beside::start(
        &project,
        "logs.log",
        command.args(["logs", "-f", "--function", "one"]),
    );
    assert_eq!(answer("/open"), (200, "one".into()));
    logs.says("REPORT RequestId: ", 1);

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
    project.portcullis(&["destroy"]).succeeded();
}
