//! The real Terraform and the AWS provider. The provider comes from the folder in `PORTCULLIS_PLUGIN_DIR`, else from a
//! folder that `portcullis` itself finds, else from the registry.

use portcullis_test_support::in_time::InTime;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::PORTCULLIS;

use portcullis::ProviderSource;

/// The source of the provider, and the files that several roots share.
pub struct Provider {
    source: ProviderSource,
    cache: TempDir,
}

impl Provider {
    pub fn find() -> Self {
        let chosen = std::env::var_os("PORTCULLIS_PLUGIN_DIR").map(PathBuf::from);
        let source = ProviderSource::find(chosen.as_deref(), None)
            .unwrap_or_else(|failure| panic!("{}", failure.render()));
        Self {
            source,
            cache: tempfile::tempdir().unwrap(),
        }
    }

    /// Prepares a root, or a module that is tested by itself.
    pub fn init(&self, folder: &Path) {
        let mut arguments = vec!["init".to_string(), "-backend=false".into(), "-input=false".into()];
        if let ProviderSource::Mirror(folder) = &self.source {
            arguments.push(format!("-plugin-dir={}", folder.display()));
        }
        let (success, text) = run(self.terraform(folder).args(arguments));
        assert!(
            success,
            "no AWS provider from {}; {}\n{text}",
            self.source,
            self.source.help()
        );
    }

    /// A program in a folder that may call Terraform, which then finds the provider.
    pub fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = self.program(program, folder);
        if let ProviderSource::Mirror(folder) = &self.source {
            command.env("TF_CLI_ARGS_init", format!("-plugin-dir={}", folder.display()));
        }
        command
    }

    /// Terraform in a folder.
    pub fn terraform(&self, folder: &Path) -> Command {
        self.program("terraform", folder)
    }

    /// Runs the tests below a prepared folder, which mock the provider. Otherwise Terraform would start it twice for each
    /// file.
    pub fn test(&self, folder: &Path, arguments: &[&str]) -> (bool, String) {
        let running = RunningProvider::start(folder, self.cache.path());
        let mut terraform = self.terraform(folder);
        terraform.arg("test").args(arguments);
        run(terraform.env(REATTACH, &running.address))
    }

    /// A program without what would make another command of Terraform.
    fn program(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        command
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_PLUGIN_CACHE_DIR", self.cache.path());
        if !matches!(self.source, ProviderSource::Configuration(_)) {
            command.env_remove("TF_CLI_CONFIG_FILE");
        }
        for variable in ["AWS_PROFILE", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR"] {
            command.env_remove(variable);
        }
        command
    }
}

/// The variable with which Terraform connects to a provider that runs already:
/// <https://developer.hashicorp.com/terraform/plugin/debugging#terraform-cli-development-overrides>
const REATTACH: &str = "TF_REATTACH_PROVIDERS";

/// The provider as a process that outlives a command of Terraform. It can be configured once in its life, so that commands
/// share it only if they mock it.
struct RunningProvider {
    process: Child,
    /// The value of the variable.
    address: String,
    /// Go ends a program that writes to a closed pipe.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl RunningProvider {
    /// Starts the provider of a prepared folder, with its socket in another one.
    fn start(prepared: &Path, sockets: &Path) -> Self {
        let providers = prepared.join(".terraform/providers");
        let program = walkdir::WalkDir::new(providers)
            .follow_links(true)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .find(|path| path.is_file() && path.to_string_lossy().contains("/terraform-provider-aws_"))
            .expect("`init` installed the provider");
        let mut process = Command::new(program)
            .arg("-debug")
            .env("TMPDIR", sockets)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = stdout
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                line.trim()
                    .strip_prefix(REATTACH)?
                    .strip_prefix('=')
                    .map(str::to_owned)
            })
            .expect("the provider says how to connect to it");
        Self {
            process,
            address: address.trim_matches('\'').into(),
            _stdout: stdout,
        }
    }
}

impl Drop for RunningProvider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait_in_time();
    }
}

/// Makes a folder a project whose tree is generated. Its functions are crates of an empty program.
pub fn generate(project: &Path, spec: &str) {
    let table: toml::Table = spec.parse().unwrap();
    for function in table["functions"].as_table().unwrap().keys() {
        let source = project.join("functions").join(function).join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
        let manifest = format!("[package]\nname = \"{function}\"\n");
        fs::write(source.join("../Cargo.toml"), manifest).unwrap();
    }
    fs::write(project.join("portcullis.toml"), spec).unwrap();
    super::run(
        Command::new(&*PORTCULLIS)
            .arg("--project")
            .arg(project)
            .arg("generate"),
    )
    .succeeded();
}

/// Returns whether Terraform succeeded, and its stdout. If it failed, its stderr follows.
pub fn run(command: &mut Command) -> (bool, String) {
    let output = command
        .output_in_time()
        .expect("`terraform` is on the PATH: this test asks the real one (>= 1.11)");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        text.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    (output.status.success(), text)
}
