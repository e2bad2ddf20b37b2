//! Starts Terraform with a controlled environment.
//!
//! Portcullis removes variables of the shell that would change the meaning of a command: `TF_CLI_ARGS*`,
//! `TF_WORKSPACE`, `TF_DATA_DIR`, and in `local` everything that begins with `AWS_`.

mod events;
mod provider;

pub use events::{Applied, Event};
pub use provider::ProviderSource;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use portcullis_foreign_text::hex;
use portcullis_terraform_json::plan;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::announced::Announced;
use crate::failure::{Failure, OrFail, Outcome};
use crate::{interrupt, talk};

/// Terraform's lock file: <https://developer.hashicorp.com/terraform/language/files/dependency-lock>
pub const LOCK_FILE: &str = ".terraform.lock.hcl";

/// The oldest Terraform that the generated code runs on.
const OLDEST: (u64, u64) = (1, 11);

/// Time limit of the wait for the state's lock. Two runs of a pipeline often meet, and neither would be retried.
const LOCK_TIMEOUT: &str = "-lock-timeout=5m";

/// The stream for Terraform's own output.
#[derive(Debug, Clone, Copy, PartialEq)]
enum OutputStream {
    Stdout,
    Stderr,
    Nowhere,
}

impl OutputStream {
    fn colour(self) -> bool {
        match self {
            Self::Stdout => talk::colour_of(&std::io::stdout()),
            Self::Stderr => talk::colour(),
            Self::Nowhere => false,
        }
    }
}

/// Shows a stream line by line to its end. It also reads on if its own output is closed, because a full pipe would stop
/// Terraform.
fn copy(stream: Option<impl Read>, shown: OutputStream) {
    let mut lines = BufReader::new(stream.expect("the caller piped it"));
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line);
        match shown {
            OutputStream::Stdout => _ = talk::try_data(text),
            OutputStream::Stderr => talk::show(text),
            OutputStream::Nowhere => {}
        }
        line.clear();
    }
}

/// The AWS that Terraform uses.
#[derive(Debug, Clone)]
pub enum Aws {
    /// The emulated one at an endpoint on loopback.
    Local {
        /// Such as `http://127.0.0.1:4567`.
        endpoint: String,
        /// The region of the local environment.
        region: String,
        /// The access key for the emulated AWS, which is not the user's own.
        access_key_id: String,
    },
    /// The real one, with the user's own credentials.
    Real,
}

/// Terraform in the root module of an environment.
pub struct Terraform {
    directory: PathBuf,
    aws: Aws,
    variables: Vec<(&'static str, String)>,
}

impl Terraform {
    /// Terraform for the root module in `directory`; `variables` are its input variables, none of them a secret.
    pub fn new(directory: PathBuf, aws: Aws, variables: Vec<(&'static str, String)>) -> Self {
        Self {
            directory,
            aws,
            variables,
        }
    }

    /// The same with other input variables.
    pub fn with_variables(self, variables: Vec<(&'static str, String)>) -> Self {
        Self { variables, ..self }
    }

    /// Returns the version, such as `1.11.4`. Fails if Terraform is missing or too old.
    pub fn version() -> Outcome<String> {
        let mut command = Command::new("terraform");
        scrub(&mut command, &Aws::Real);
        let output = command.args(["version", "-json"]).announced().output();
        let help = "install Terraform 1.11 or newer: https://developer.hashicorp.com/terraform/install";
        let output =
            output.map_err(|error| Failure::tool(format!("can't start `terraform`: {error}")).help(help))?;
        let json: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| Failure::tool("the output of `terraform version -json` must be JSON").help(help))?;
        let version = json["terraform_version"].as_str().unwrap_or_default().to_string();
        let mut parts = version.split('.').filter_map(|part| part.parse::<u64>().ok());
        let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if found < OLDEST {
            return Err(
                Failure::tool(format!("Terraform must be 1.11 or newer, but it is {version}")).help(help),
            );
        }
        Ok(version)
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new("terraform");
        command
            .current_dir(&self.directory)
            .args(arguments)
            .announced()
            .stdin(Stdio::null());
        scrub(&mut command, &self.aws);
        command
    }

    fn variable_arguments(&self) -> Vec<String> {
        self.variables
            .iter()
            .map(|(name, value)| format!("-var={name}={value}"))
            .collect()
    }

    /// Installs the provider and modules, unless nothing has changed since the last time.
    pub fn init(&self, source: &ProviderSource) -> Outcome {
        let stamp = self.init_stamp(source)?;
        let stamp_file = self.directory.join(".terraform/portcullis-init");
        if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
            return Ok(());
        }
        let what = format!("Preparing Terraform, AWS provider from {source}");
        talk::step(&what, || {
            let mut arguments: Vec<OsString> = vec!["init".into(), "-input=false".into(), "-no-color".into()];
            if let Aws::Local { .. } = self.aws {
                // Written from a mirror it knows one platform, and it is ours: git ignores it.
                _ = fs::remove_file(self.directory.join(LOCK_FILE));
            }
            if let ProviderSource::Mirror(mirror) = source {
                let mut argument = OsString::from("-plugin-dir=");
                argument.push(mirror);
                arguments.push(argument);
            }
            let output = self.command(arguments).output().or_tool()?;
            if !output.status.success() {
                return Err(command_failure("init", &output.stderr).help(source.help()));
            }
            // `init` may have written the lock file that the stamp is made of.
            fs::write(&stamp_file, self.init_stamp(source)?).or_tool()
        })
    }

    /// Changes when the modules, their versions, the backend or the provider's source change.
    fn init_stamp(&self, source: &ProviderSource) -> Outcome<String> {
        let mut hasher = Sha256::new();
        hasher.update(source.to_string());
        if let Aws::Real = self.aws {
            // The user's own: one that came with a pull may ask for another provider.
            hasher.update(fs::read(self.directory.join(LOCK_FILE)).unwrap_or_default());
        }
        let modules = self.directory.join("../../modules");
        for folder in [self.directory.clone(), modules] {
            let mut files: Vec<_> = walkdir::WalkDir::new(&folder)
                .sort_by_file_name()
                .into_iter()
                .filter_entry(|entry| entry.file_name() != ".terraform")
                .filter_map(Result::ok)
                .filter(|entry| {
                    entry
                        .path()
                        .extension()
                        .is_some_and(|extension| extension == "tf")
                })
                .map(walkdir::DirEntry::into_path)
                .collect();
            files.sort();
            for file in files {
                hasher.update(file.as_os_str().as_encoded_bytes());
                let text = fs::read(&file)
                    .map_err(|error| Failure::tool(format!("can't read `{}`: {error}", file.display())))?;
                hasher.update(text);
            }
        }
        Ok(hex(&hasher.finalize()))
    }

    /// Shows a plan on stdout, and saves it if a file is given. Returns whether it contains changes.
    pub fn plan_to_stdout(&self, file: Option<&Path>) -> Outcome<bool> {
        let out: Vec<OsString> = file.map(out_argument).into_iter().collect();
        self.plan(&out, OutputStream::Stdout)
    }

    /// Shows a plan on stderr and saves it. Returns whether it contains changes.
    pub fn plan_to_file(&self, file: &Path, replace: Option<&str>) -> Outcome<bool> {
        let mut arguments = vec![out_argument(file)];
        arguments.extend(replace.map(|address| format!("-replace={address}").into()));
        self.plan(&arguments, OutputStream::Stderr)
    }

    fn plan(&self, more: &[OsString], shown: OutputStream) -> Outcome<bool> {
        let mut arguments: Vec<OsString> =
            vec!["plan".into(), "-input=false".into(), "-detailed-exitcode".into()];
        self.wait_for_the_lock(&mut arguments);
        arguments.extend(self.variable_arguments().into_iter().map(OsString::from));
        arguments.extend(more.iter().cloned());
        match self.run(arguments, shown)?.code() {
            Some(0) => Ok(false),
            Some(2) => Ok(true),
            _ => Err(self.failed("plan")),
        }
    }

    /// Applies a saved plan. Terraform's output goes to stderr.
    pub fn apply_file(&self, file: &Path) -> Outcome {
        let mut arguments: Vec<OsString> = vec!["apply".into(), "-input=false".into()];
        self.wait_for_the_lock(&mut arguments);
        arguments.push(file.into());
        if self.run(arguments, OutputStream::Stderr)?.success() {
            Ok(())
        } else {
            Err(self.failed("apply"))
        }
    }

    /// Runs a command to its end. Its output contains text of a spec or a state, and reaches a terminal as text.
    /// Terraform itself quotes a value of one line, and prints a value of several lines as it is.
    fn run(&self, mut arguments: Vec<OsString>, shown: OutputStream) -> Outcome<ExitStatus> {
        if !shown.colour() {
            arguments.insert(1, "-no-color".into());
        }
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let (_guard, mut child) = interrupt::start(&mut command).or_tool()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            scope.spawn(|| copy(stderr, OutputStream::Stderr));
            copy(stdout, shown);
        });
        child.wait().or_tool()
    }

    /// `local` has one command at a time anyway.
    fn wait_for_the_lock(&self, arguments: &mut Vec<OsString>) {
        if let Aws::Real = self.aws {
            arguments.push(LOCK_TIMEOUT.into());
        }
    }

    /// Applies without a question and shows each resource: for `local`. It returns the result of a failed apply, too.
    pub fn apply(&self, replace: Option<&str>) -> (Applied, Outcome) {
        let mut arguments = vec!["apply".to_string(), "-auto-approve".into()];
        arguments.extend(replace.map(|address| format!("-replace={address}")));
        self.stream(arguments)
    }

    /// Destroys without a question: for `local`.
    pub fn destroy(&self) -> Outcome<Applied> {
        let (applied, outcome) = self.stream(vec!["destroy".into(), "-auto-approve".into()]);
        outcome.map(|()| applied)
    }

    /// Saves a plan that destroys everything, and shows it on stderr if asked. Returns whether anything is left.
    pub fn destroy_plan(&self, file: &Path, shown: bool) -> Outcome<bool> {
        let shown = if shown {
            OutputStream::Stderr
        } else {
            OutputStream::Nowhere
        };
        self.plan(&["-destroy".into(), out_argument(file)], shown)
    }

    /// Saves a plan of one resource and its dependencies. Returns whether it contains changes.
    pub fn plan_targets_to_file(&self, file: &Path, addresses: &[&str]) -> Outcome<bool> {
        let targets = addresses
            .iter()
            .map(|address| format!("-target={address}").into());
        let arguments: Vec<_> = targets.chain([out_argument(file)]).collect();
        self.plan(&arguments, OutputStream::Nowhere)
    }

    /// Runs a command that reports its events as JSON:
    /// <https://developer.hashicorp.com/terraform/internals/machine-readable-ui>
    fn stream(&self, arguments: Vec<String>) -> (Applied, Outcome) {
        let mut applied = Applied::default();
        let outcome = self.stream_into(&mut applied, arguments);
        applied.finish();
        (applied, outcome)
    }

    fn stream_into(&self, applied: &mut Applied, mut arguments: Vec<String>) -> Outcome {
        arguments.extend(["-input=false".into(), "-json".into()]);
        arguments.extend(self.variable_arguments());
        let command = arguments[0].clone();
        let (_guard, mut child) =
            interrupt::start(self.command(arguments).stdout(Stdio::piped())).or_tool()?;
        let stdout = child.stdout.take().expect("stdout was piped two lines above");
        for line in BufReader::new(stdout).lines() {
            let line = line.or_tool()?;
            applied.take(Event::read(&line));
        }
        let status = child.wait().or_tool()?;
        if status.success() {
            Ok(())
        } else {
            Err(self.failed(&command))
        }
    }

    /// Returns a failure whose reason Terraform has printed.
    fn failed(&self, command: &str) -> Failure {
        if !interrupt::interrupted() {
            return Failure::tool(format!("`terraform {command}` failed: see its output above"));
        }
        Failure::tool(format!("`terraform {command}` was interrupted")).help(match self.aws {
            Aws::Local { .. } => "run `portcullis apply` to finish it",
            Aws::Real => {
                "run the same command again. If it reports that a resource already exists, Terraform was creating it: \
                 import it with `terraform import`"
            }
        })
    }

    /// Returns the output of `terraform show -json` for the state or a saved plan.
    pub fn show(&self, file: Option<&Path>) -> Outcome<String> {
        let mut arguments: Vec<OsString> = vec!["show".into(), "-json".into(), "-no-color".into()];
        arguments.extend(file.map(OsString::from));
        let output = self.command(arguments).output().or_tool()?;
        if !output.status.success() {
            return Err(command_failure("show", &output.stderr));
        }
        String::from_utf8(output.stdout).or_tool()
    }

    /// The plan in a file.
    pub fn show_plan(&self, file: &Path) -> Outcome<plan::ParsedPlan> {
        plan::ParsedPlan::parse(&self.show(Some(file))?).or_tool()
    }

    /// The state as Terraform keeps it; empty if nothing was ever applied.
    pub fn state(&self) -> Outcome<String> {
        let output = self.command(["state", "pull", "-no-color"]).output().or_tool()?;
        if !output.status.success() {
            return Err(command_failure("state pull", &output.stderr));
        }
        String::from_utf8(output.stdout).or_tool()
    }

    /// The root module's outputs by name.
    pub fn outputs(&self) -> Outcome<serde_json::Map<String, Value>> {
        let output = self
            .command(["output", "-json", "-no-color"])
            .output()
            .or_tool()?;
        if !output.status.success() {
            return Err(command_failure("output", &output.stderr));
        }
        let json: serde_json::Map<String, Value> = serde_json::from_slice(&output.stdout).or_tool()?;
        Ok(json
            .into_iter()
            .filter(|(_, output)| output["sensitive"] != true)
            .map(|(name, output)| (name, output["value"].clone()))
            .collect())
    }
}

fn out_argument(file: &Path) -> OsString {
    let mut argument = OsString::from("-out=");
    argument.push(file);
    argument
}

/// The failure of a command of Terraform, with what it printed.
pub fn command_failure(command: &str, stderr: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(stderr);
    Failure::tool(format!("`terraform {command}` failed:\n{}", text.trim()))
}

/// Removes variables from a program's environment that would change its commands, and names the AWS it uses.
pub fn scrub(command: &mut Command, aws: &Aws) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let misleads = text.starts_with("TF_CLI_ARGS")
            || ["TF_WORKSPACE", "TF_DATA_DIR"].contains(&text.as_ref())
            || (matches!(aws, Aws::Local { .. }) && text.starts_with("AWS_"));
        if misleads {
            command.env_remove(&name);
        }
    }
    without_advice(command);
    if let Aws::Real = aws {
        // A profile may lead elsewhere as a variable may, and says so nowhere:
        // <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
        command.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    }
    if let Aws::Local {
        endpoint,
        region,
        access_key_id,
    } = aws
    {
        command.envs(local_environment(endpoint, region, access_key_id));
    }
}

/// Lets Terraform print no advice for people and look for no newer version, and collect garbage less often.
pub fn without_advice(command: &mut Command) {
    // Terraform warns at every command of a configuration file that is named but is not there.
    if std::env::var_os("TF_CLI_CONFIG_FILE").is_some_and(|file| !Path::new(&file).exists()) {
        command.env_remove("TF_CLI_CONFIG_FILE");
    }
    command
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .envs(fewer_collections(|name| std::env::var_os(name).is_some()));
}

/// Returns the variables by which Terraform and its provider collect garbage less often: they run for seconds. A plan of the demo
/// then takes 3.9 instead of 4.9 s of CPU time, and Terraform 410 instead of 230 MB. Near 2 GiB they collect as often as they need.
/// The user's own variables stay. Source: <https://go.dev/doc/gc-guide>.
fn fewer_collections(is_set: impl Fn(&str) -> bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = [("GOGC", "400"), ("GOMEMLIMIT", "2GiB")];
    let is_chosen = all.iter().any(|(name, _)| is_set(name));
    all.into_iter().filter(move |_| !is_chosen)
}

/// Returns the variables that lead a program to the emulated AWS and away from the user's own configuration.
fn local_environment(endpoint: &str, region: &str, access_key_id: &str) -> [(&'static str, String); 9] {
    [
        ("AWS_ENDPOINT_URL", endpoint.into()),
        ("AWS_ACCESS_KEY_ID", access_key_id.into()),
        ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ("AWS_REGION", region.into()),
        ("AWS_DEFAULT_REGION", region.into()),
        ("AWS_CONFIG_FILE", "/dev/null".into()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("NO_PROXY", "127.0.0.1,localhost".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::fewer_collections;

    #[test]
    fn a_user_who_tunes_the_collection_of_garbage_is_left_alone() {
        assert_eq!(fewer_collections(|_| false).count(), 2);
        for theirs in ["GOGC", "GOMEMLIMIT"] {
            assert_eq!(fewer_collections(|name| name == theirs).count(), 0, "{theirs}");
        }
    }
}
