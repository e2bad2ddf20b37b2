//! Code that the end-to-end tests share: a [`Project`] each, and the programs that they call. A program that a test
//! starts ends with it, even if the test panics.

mod arguments;
mod aws;
mod emulator;
mod project;
pub mod terraform;

use portcullis_test_support::in_time::InTime;
use std::io::{Seek, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Output, Stdio};
use std::sync::{LazyLock, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

pub use arguments::watching_arguments;
pub use aws::Aws;
pub use emulator::{Emulator, free_port};
use portcullis_emulator::signals::default_for_children;
pub use project::Project;
use serde_json::Value;

/// The program under test, under a name of its own: the test that builds a wheel replaces Cargo's while others run.
pub static PORTCULLIS: LazyLock<String> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slow");
    fs::create_dir_all(&folder).unwrap();
    let (new, program) = (folder.join(process::id().to_string()), folder.join("portcullis"));
    fs::hard_link(env!("CARGO_BIN_EXE_portcullis"), &new).unwrap();
    fs::rename(&new, &program).unwrap();
    // It is still there if both names were of the same file.
    _ = fs::remove_file(new);
    program.to_str().unwrap().to_owned()
});
pub const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// The longest time that a test waits for something. Most happens in an instant; an apply that compiles the functions
/// first takes minutes on a busy machine.
pub const SOON: Duration = Duration::from_secs(600);

/// The output and the exit code of a program.
#[derive(Debug)]
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            // 128 and the signal, as shells have it.
            status: output.status.code().unwrap_or_else(|| {
                128 + std::os::unix::process::ExitStatusExt::signal(&output.status).unwrap()
            }),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.status, 0, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails if the program ended with another exit code, or did not print this.
    #[track_caller]
    pub fn failed(self, status: i32, sentence: &str) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.stdout, self.stderr);
        assert!(
            self.stderr.contains(sentence),
            "`{sentence}` is not in\n{}",
            self.stderr
        );
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// `docs/own-resources.md`: a spec, its own module, and files of an environment.
const OWN_RESOURCES: &str = include_str!("../../../docs/own-resources.md");

/// The blocks of a kind in `docs/own-resources.md`, in their order.
pub fn blocks_about_own_resources(kind: &str) -> Vec<&'static str> {
    let begin = format!("\n```{kind}\n");
    let blocks = OWN_RESOURCES.split(&begin).skip(1);
    blocks.map(|block| block.split_once("```\n").unwrap().0).collect()
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Ended {
    command
        .output_in_time()
        .unwrap_or_else(|error| panic!("can't start {command:?}: {error}"))
        .into()
}

/// Runs a program that reads this text from its standard input.
pub fn run_with_input(command: &mut Command, input: &str) -> Ended {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    file.rewind().unwrap();
    let command = command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap().output_in_time().unwrap().into()
}

/// A program that runs beside the test, in a process group of its own as a shell starts it.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        default_for_children().unwrap();
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.process_group(0).spawn().unwrap())
    }

    /// Waits until something holds. If the program ends before, this fails with its output.
    pub fn until(mut self, what: &str, mut holds: impl FnMut() -> bool) -> Self {
        let mut ended = false;
        wait_until(what, || {
            ended = self.0.try_wait().unwrap().is_some();
            ended || holds()
        });
        if ended {
            panic!("it ended before this: {what}\n{:?}", self.ended());
        }
        self
    }

    /// Sends Ctrl-C as a terminal does.
    pub fn interrupt(&self) {
        let group = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    }

    pub fn ended(mut self) -> Ended {
        self.0.output_in_time().unwrap().into()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.interrupt();
            _ = self.0.wait_in_time();
        }
    }
}

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks with curl. Headers reach it on standard input, so that no token is an argument.
pub fn curl(method: &str, url: &str, headers: &[&str]) -> Answer {
    send(&["-X", method, url], headers)
}

/// Posts a body with curl.
pub fn post(url: &str, headers: &[&str], body: &str) -> Answer {
    send(&["--data-binary", body, url], headers)
}

/// Puts a body with curl, without a content type.
pub fn put(url: &str, body: &str) -> Answer {
    send(&["-X", "PUT", "--data-binary", body, url], &["Content-Type:"])
}

fn send(arguments: &[&str], headers: &[&str]) -> Answer {
    let mut child = Command::new("curl")
        .args(["-sS", "-i", "--noproxy", "*", "--max-time", "30", "-H", "@-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(headers.join("\n").as_bytes()).unwrap();
    drop(stdin);
    let ended = Ended::from(child.output_in_time().unwrap()).succeeded();
    let (head, body) = ended.stdout.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Sends a browser's preflight request for a request of another origin.
pub fn preflight(url: &str, origin: &str, method: &str) -> Answer {
    let headers = [
        format!("Origin: {origin}"),
        format!("Access-Control-Request-Method: {method}"),
        "Access-Control-Request-Headers: authorization".to_owned(),
    ];
    curl("OPTIONS", url, &headers.each_ref().map(String::as_str))
}

/// The token that a script printed, alone.
#[track_caller]
pub fn token(ended: Ended) -> String {
    let ended = ended.succeeded();
    let token = ended.stdout.strip_suffix('\n').unwrap();
    assert!(
        token.starts_with("eyJ") && token.split('.').count() == 3 && !token.contains(char::is_whitespace),
        "{token}"
    );
    token.to_owned()
}

/// A text in a JSON object.
#[track_caller]
pub fn text(object: &Value, key: &str) -> String {
    let value = object[key].as_str();
    value
        .unwrap_or_else(|| panic!("no `{key}` in {object}"))
        .to_owned()
}

/// Every process of this machine: its folder in /proc, and its arguments, each with a NUL behind it.
pub fn processes() -> impl Iterator<Item = (PathBuf, String)> {
    let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    folders.filter_map(|entry| {
        entry.file_name().to_str()?.parse::<u32>().ok()?;
        let arguments = fs::read(entry.path().join("cmdline")).ok()?;
        Some((entry.path(), String::from_utf8_lossy(&arguments).into_owned()))
    })
}

#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "not within {SOON:?}: {what}");
        sleep(Duration::from_millis(20));
    }
}

/// Returns the paths of the tools that Portcullis brings along. The first call installs them into this repository.
pub fn tools() -> &'static Value {
    static TOOLS: OnceLock<Value> = OnceLock::new();
    TOOLS.get_or_init(|| {
        run(Command::new(&*PORTCULLIS).args(["tools", "--project", REPOSITORY]))
            .succeeded()
            .json()
    })
}

pub fn need(program: &str) {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    assert!(found, "these tests need `{program}`, and it is not on the PATH");
}
