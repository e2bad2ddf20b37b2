//! A copy of this repository for each test.
//!
//! Two things are shared with it, as links, because they take minutes: the pinned tools, and the functions with their
//! target folder (the build fixes their paths in the binaries, so another folder is another build).

use portcullis_test_support::console::Console;
use portcullis_test_support::in_time::InTime;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use portcullis_emulator::background::Background;
use portcullis_emulator::signals::default_for_children;
use portcullis_generator::surface::Surface;
use portcullis_terraform_json::Resource;
use serde_json::Value;

use super::{Ended, PORTCULLIS, REPOSITORY, need, processes, run, text, token, tools};

/// A copy of this repository.
pub struct Project {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Project {
    /// The demo: this repository's own service.
    pub fn demo() -> Self {
        let project = Self::without_functions("portcullis");
        symlink(Path::new(REPOSITORY).join("functions"), project.path("functions")).unwrap();
        project
    }

    /// A service of `examples/`, whose compiled functions stay in that folder.
    pub fn example(name: &str) -> Self {
        let project = Self::without_functions(name);
        let example = Path::new(REPOSITORY).join("examples").join(name);
        let spec = example.join("portcullis.toml");
        project.write("portcullis.toml", &fs::read_to_string(spec).unwrap());
        symlink(example.join("functions"), project.path("functions")).unwrap();
        project
    }

    /// This repository with another service, in a folder of that name. Each of its functions answers with its name
    /// and the event that it was given (`handler.rs`), and compiles in an instant.
    pub fn of(folder: &str, spec: &str) -> Self {
        let project = Self::without_functions(folder);
        project.change(spec);
        project
    }

    /// Holds the applied state against the spec, and asks for another plan. Returns the surface of both.
    pub fn is_as_its_spec(&self) -> Surface {
        self.assert_nothing_to_change();
        self.write("state.json", &self.state());
        let of = |arguments: &[&str]| -> Surface {
            let shown = self.portcullis(arguments).succeeded();
            serde_json::from_str(&shown.stdout).unwrap()
        };
        let spec = of(&["surface", "--json"]);
        assert_eq!(spec, of(&["surface", "--json", "--state", "state.json"]));
        spec
    }

    /// A service that a program of `portcullis` writes, far from this repository.
    pub fn written_by(portcullis: &Path, name: &str) -> Self {
        need_programs();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join(name);
        let mut new = Command::new(portcullis);
        new.arg("new").arg(&root).stdin(Stdio::null());
        run(&mut new).succeeded();
        link_tools(&root);
        Self {
            root,
            _folder: folder,
        }
    }

    fn without_functions(name: &str) -> Self {
        need_programs();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join(name);
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(REPOSITORY)
            .output_in_time()
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
        link_tools(&root);
        Self {
            root,
            _folder: folder,
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

    /// A program in the project, with nothing set that would mean something to Portcullis or to make: `make test` runs the tests.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if ["AWS_", "PORTCULLIS_ENDPOINT", "MAKE"]
                .iter()
                .any(|prefix| text.starts_with(prefix))
                || ["ENV", "YOUR_EMAIL", "MFLAGS"].contains(&&*text)
            {
                command.env_remove(&name);
            }
        }
        command.env("PORTCULLIS", &*PORTCULLIS);
        command
    }

    /// `portcullis` with arguments.
    pub fn portcullis(&self, arguments: &[&str]) -> Ended {
        run(self.command(&*PORTCULLIS).args(arguments))
    }

    /// A shell in the project, for the consoles of documents. Programs in a folder come first. The port of the API here
    /// stands for 45671.
    pub fn console(&self, programs: &Path) -> Console<'_> {
        self.console_in(&self.root, programs)
    }

    /// Such a shell in a folder of the project.
    pub fn console_in(&self, folder: &Path, programs: &Path) -> Console<'_> {
        // Ctrl-C must reach what it starts.
        default_for_children().unwrap();
        let mut path = programs.as_os_str().to_owned();
        path.push(":");
        path.push(env::var_os("PATH").unwrap());
        let mut console = Console::new(folder, move |program| {
            let mut command = self.command(program);
            command.env("PATH", &path);
            for who in ["AUTHOR", "COMMITTER"] {
                command.env(format!("GIT_{who}_NAME"), "you");
                command.env(format!("GIT_{who}_EMAIL"), "you@example.com");
            }
            command
        });
        console.stands_for("45671", || {
            let outputs = self.portcullis(&["outputs"]);
            let url = (outputs.status == 0).then(|| text(&outputs.json(), "api_url"))?;
            let port = url.split(['/', ':']).find(|part| part.parse::<u16>().is_ok());
            port.map(str::to_owned)
        });
        console
    }

    /// Returns the output of `portcullis outputs`.
    pub fn outputs(&self) -> Value {
        self.portcullis(&["outputs"]).succeeded().json()
    }

    /// The address of the emulated AWS.
    pub fn aws_endpoint(&self) -> String {
        let out = self.read(".portcullis/local/control-plane/out");
        let ready: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        text(&ready, "endpoint")
    }

    /// Calls the emulated AWS of the project with the AWS CLI. Returns its answer, or null if it has none.
    #[track_caller]
    pub fn aws(&self, arguments: &[&str]) -> Value {
        let spec = self.read("portcullis.toml");
        let region = spec.lines().find_map(|line| line.strip_prefix("region")).unwrap();
        // The AWS CLI ignores `AWS_ENDPOINT_URL` for SQS in some regions.
        let ended = run(self
            .command(tools()["aws"].as_str().unwrap())
            .args(["--endpoint-url", &self.aws_endpoint()])
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", "123456789012")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_PAGER", "")
            .env("AWS_DEFAULT_REGION", region.trim_matches(['=', ' ', '"'])))
        .succeeded();
        if ended.stdout.is_empty() {
            return Value::Null;
        }
        ended.json()
    }

    /// The address that answers.
    pub fn api_url(&self) -> String {
        text(&self.outputs(), "api_url")
    }

    /// Returns the output of `terraform show -json` for the applied state.
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
        portcullis_terraform_json::resources(&self.state())
            .unwrap()
            .into_iter()
            .filter(|resource| resource.mode == "managed" && resource.kind == kind)
            .collect()
    }

    /// Fails if a plan would change something, or if there is nothing that could be changed.
    pub fn assert_nothing_to_change(&self) {
        let plan = self.portcullis(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.status, 0, "{}{}", plan.stdout, plan.stderr);
        assert!(plan.stdout.contains("No changes"), "{}", plan.stdout);
        assert!(
            !portcullis_terraform_json::resources(&self.state())
                .unwrap()
                .is_empty()
        );
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
}

fn need_programs() {
    for program in ["git", "terraform", "python3", "cargo", "curl", "make"] {
        need(program);
    }
}

/// Shares the pinned tools of this repository with a project.
fn link_tools(root: &Path) {
    tools();
    fs::create_dir(root.join(".portcullis")).unwrap();
    let shared = Path::new(REPOSITORY).join(".portcullis/tools");
    symlink(shared, root.join(".portcullis/tools")).unwrap();
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
