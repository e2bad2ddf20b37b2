//! A project for each end-to-end test, and the programs that the tests call.
//!
//! - A [`Project`] is a copy of this repository in a folder of its own. Two things are shared, as links, because they
//!   take minutes: the pinned tools, and the functions with their target folder (the build fixes their paths in the
//!   binaries, so another folder is another build).
//! - One project at a time: Terraform's provider takes half a gigabyte.
//! - What a test starts ends with it, also when it panics.

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use portcullis_generator::state::{self, Resource};
use portcullis_local::background::Background;
use serde_json::Value;

/// The program under test.
pub const PORTCULLIS: &str = env!("CARGO_BIN_EXE_portcullis");
const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// How long is waited for what happens in an instant on a machine that is not busy.
pub const SOON: Duration = Duration::from_secs(60);

/// A copy of this repository.
pub struct Project {
    root: PathBuf,
    _folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Project {
    /// The demo: this repository's own service.
    pub fn demo() -> Self {
        let project = Self::without_functions("portcullis");
        symlink(Path::new(REPOSITORY).join("functions"), project.path("functions")).unwrap();
        project
    }

    /// This repository with another service, in a folder of that name. Each of its functions answers with its name
    /// and the event that it was given (`handler.rs`), and compiles in an instant.
    pub fn of(folder: &str, spec: &str) -> Self {
        let project = Self::without_functions(folder);
        project.change(spec);
        project
    }

    fn without_functions(name: &str) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        for program in ["git", "terraform", "python3", "cargo", "curl", "make"] {
            need(program);
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join(name);
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(REPOSITORY)
            .output()
            .unwrap();
        assert!(listed.status.success(), "`git ls-files` failed: {listed:?}");
        let listed = String::from_utf8(listed.stdout).unwrap();
        for file in listed
            .split_terminator('\0')
            .filter(|file| !file.starts_with("functions/"))
        {
            let (from, to) = (Path::new(REPOSITORY).join(file), root.join(file));
            // Git still lists what was deleted and not committed.
            if from.is_file() {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(from, to).unwrap();
            }
        }
        tools();
        fs::create_dir(root.join(".portcullis")).unwrap();
        symlink(
            Path::new(REPOSITORY).join(".portcullis/tools"),
            root.join(".portcullis/tools"),
        )
        .unwrap();
        Self {
            root,
            _folder: folder,
            _turn: turn,
        }
    }

    /// Gives the project another spec, and the functions that it names.
    pub fn change(&self, spec: &str) {
        let functions: Vec<&str> = spec
            .lines()
            .filter_map(|line| line.strip_prefix("[functions.")?.strip_suffix(']'))
            .collect();
        let target = self.path("functions/target");
        if self.path("functions").exists() {
            for entry in fs::read_dir(self.path("functions")).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() && path != target {
                    fs::remove_dir_all(path).unwrap();
                }
            }
        }
        let mut lock = String::from("version = 4\n");
        for name in &functions {
            lock.push_str(&format!(
                "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"
            ));
            self.write(
                &format!("functions/{name}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n"),
            );
            self.write(
                &format!("functions/{name}/src/main.rs"),
                include_str!("handler.rs"),
            );
        }
        self.write("functions/Cargo.lock", &lock);
        self.write(
            "functions/Cargo.toml",
            &format!("[workspace]\nmembers = {functions:?}\nresolver = \"3\"\n"),
        );
        self.write("portcullis.toml", spec);
    }

    /// A path in the project.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file and the folders it needs.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()))
    }

    /// Every file of the project but those that are shared or were built, with what it holds.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        walkdir::WalkDir::new(&self.root)
            .sort_by_file_name()
            .into_iter()
            .filter_entry(|entry| entry.path() != self.path("functions/target"))
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
            .collect()
    }

    /// A program in the project, with nothing set that would mean something to Portcullis.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AWS_") || ["ENV", "YOUR_EMAIL", "PORTCULLIS_ENDPOINT"].contains(&&*text) {
                command.env_remove(&name);
            }
        }
        command.env("PORTCULLIS", PORTCULLIS);
        command
    }

    /// `portcullis` with arguments.
    pub fn portcullis(&self, arguments: &[&str]) -> Ended {
        run(self.command(PORTCULLIS).args(arguments))
    }

    /// What `portcullis outputs` prints.
    pub fn outputs(&self) -> Value {
        self.portcullis(&["outputs"]).succeeded().json()
    }

    /// The address that answers.
    pub fn api_url(&self) -> String {
        text(&self.outputs(), "api_url")
    }

    /// What `terraform show -json` prints of the applied state.
    pub fn state(&self) -> String {
        let root = self.path("terraform/environments/local");
        run(self
            .command("terraform")
            .args(["show", "-json"])
            .current_dir(root))
        .succeeded()
        .stdout
    }

    /// The managed resources of a type in the applied state.
    pub fn resources(&self, kind: &str) -> Vec<Resource> {
        state::resources(&self.state())
            .unwrap()
            .into_iter()
            .filter(|resource| resource.mode == "managed" && resource.kind == kind)
            .collect()
    }

    /// Fails where a plan would change something, or where there is nothing that could be changed.
    pub fn assert_nothing_to_change(&self) {
        let plan = self.portcullis(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.status, 0, "{}{}", plan.stdout, plan.stderr);
        assert!(plan.stdout.contains("No changes"), "{}", plan.stdout);
        assert!(!state::resources(&self.state()).unwrap().is_empty());
    }

    /// The processes that run in this project, or know it: by their folder or their arguments.
    pub fn processes(&self) -> Vec<String> {
        let root = self.root.to_string_lossy();
        processes()
            .filter(|(folder, arguments)| {
                fs::read_link(folder.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&self.root))
                    || arguments.contains(&*root)
            })
            .map(|(folder, arguments)| format!("{}: {}", folder.display(), arguments.replace('\0', " ")))
            .collect()
    }

    /// A process of the local environment, `control-plane` or `data-plane`.
    pub fn background(&self, name: &str) -> Background {
        Background::new(self.path(".portcullis/local").join(name))
    }

    /// The temporary password of the first user.
    pub fn temporary_password(&self) -> String {
        let invitation = self.portcullis(&["invitation"]).succeeded().stdout;
        invitation.lines().last().unwrap().to_owned()
    }

    /// Signs the first user in for the first time; the token.
    pub fn sign_in_first(&self) -> String {
        let outputs = self.outputs();
        let [pool, client, email] =
            ["user_pool_id", "user_pool_client_id", "first_user_email"].map(|key| text(&outputs, key));
        let mut script = self.command(self.path("scripts/login_first.sh"));
        script.args([pool, client, email]);
        token(run(script.env("TEMPORARY_PASSWORD", self.temporary_password())))
    }

    /// What an emulated AWS answers to a command of the AWS CLI.
    pub fn aws(&self, endpoint: &str, arguments: &[&str]) -> Value {
        let mut aws = self.command(tools()["aws"].as_str().unwrap());
        aws.args(arguments)
            .args(["--output", "json", "--endpoint-url", endpoint])
            .envs([
                ("AWS_ACCESS_KEY_ID", "local"),
                ("AWS_SECRET_ACCESS_KEY", "local"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_PAGER", ""),
            ]);
        run(&mut aws).succeeded().json()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        for name in ["data-plane", "control-plane"] {
            let stopped = self.background(name).stop(Duration::from_secs(10));
            if !std::thread::panicking() {
                stopped.unwrap();
            }
        }
    }
}

/// What a program printed and how it ended.
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

    /// Fails where the program did not fail with this exit code, or did not say this.
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

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Ended {
    command
        .output()
        .unwrap_or_else(|error| panic!("can't start {command:?}: {error}"))
        .into()
}

/// A program that runs beside the test, in a process group of its own as a shell starts it.
pub struct Running(Child);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.process_group(0).spawn().unwrap())
    }

    /// Waits until something holds; fails with what the program said where it ends before.
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

    /// What Ctrl-C in its terminal does.
    pub fn interrupt(&self) {
        let group = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    }

    pub fn ended(mut self) -> Ended {
        use std::io::Read;
        let (mut stdout, mut stderr) = (self.0.stdout.take().unwrap(), self.0.stderr.take().unwrap());
        let errors = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).map(|_| bytes).unwrap()
        });
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        Ended::from(Output {
            status: self.0.wait().unwrap(),
            stdout: bytes,
            stderr: errors.join().unwrap(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.interrupt();
            _ = self.0.wait();
        }
    }
}

/// An emulated AWS that the test owns: it outlives what Portcullis destroys.
pub struct Moto {
    child: Child,
    pub endpoint: String,
}

impl Moto {
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let child = Command::new(tools()["python"].as_str().unwrap())
            .args([
                "-I",
                "-m",
                "moto.server",
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        wait_until("moto answers", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        moto
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// What the API answered.
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
    let mut child = Command::new("curl")
        .args([
            "-sS",
            "-i",
            "--noproxy",
            "*",
            "--max-time",
            "30",
            "-H",
            "@-",
            "-X",
            method,
            url,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(headers.join("\n").as_bytes()).unwrap();
    drop(stdin);
    let ended = Ended::from(child.wait_with_output().unwrap()).succeeded();
    let (head, body) = ended.stdout.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// What a browser asks before it sends a request of another origin.
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

/// Where the tools are that Portcullis brings along; the first who asks installs them into this repository.
fn tools() -> &'static Value {
    static TOOLS: OnceLock<Value> = OnceLock::new();
    TOOLS.get_or_init(|| {
        run(Command::new(PORTCULLIS).args(["tools", "--project", REPOSITORY]))
            .succeeded()
            .json()
    })
}

fn need(program: &str) {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).any(|folder| folder.join(program).is_file());
    assert!(found, "these tests need `{program}`, and it is not on the PATH");
}
