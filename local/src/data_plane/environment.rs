//! One execution environment: a process of a function's `bootstrap` with its Runtime API.
//!
//! It comes up (at most 10 s until it asks for work), answers one invocation at a time, and ends: killed after a
//! timeout, a failure or when it is dropped. It leads a process group, so that what it started ends with it. It gets
//! the variables that Lambda sets and those of the function's own, and nothing of ours.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};

use super::api::FunctionConfiguration;
use super::guardian::Guardian;
use super::runtime_api::{Invocation, Outcome, RuntimeApi};

/// How long a process may take to ask for its first invocation. Source: Lambda's execution environment lifecycle.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A process that waits for an invocation.
pub struct Environment {
    child: Child,
    group: Option<Pid>,
    guardian: Arc<Guardian>,
    runtime: RuntimeApi,
    log: File,
    /// How long it took to come up, until the first invocation has reported it.
    init: Option<Duration>,
}

/// How an invocation failed.
#[derive(Debug)]
pub enum Failure {
    /// The process was gone before it took the invocation: another may have it.
    Untouched(Invocation),
    /// The process ended or was killed; the sentence is for the log.
    Ended(String),
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Environment {
    /// Starts a process in the folder `code` and waits until it asks for work. `log` takes its output.
    pub async fn start(
        function: &FunctionConfiguration,
        code: &Path,
        log: &File,
        guardian: &Arc<Guardian>,
    ) -> Result<Self> {
        let started = Instant::now();
        let runtime = RuntimeApi::listen()
            .await
            .context("cannot listen on loopback for the Runtime API")?;
        let output = || log.try_clone().context("cannot share the log of the function");
        let mut command = Command::new(code.join("bootstrap"));
        command
            .env_clear()
            .envs(variables(function, &runtime.address(), code))
            .current_dir(code)
            .stdin(Stdio::null())
            .stdout(output()?)
            .stderr(output()?)
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| {
            let bootstrap = code.join("bootstrap");
            let foreign = error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error());
            let why = match foreign {
                false => error.to_string(),
                true => format!(
                    "it was built for {}, and this machine is {}",
                    function.architecture,
                    std::env::consts::ARCH
                ),
            };
            anyhow::anyhow!("cannot start `{}`: {why}", bootstrap.display())
        })?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(group) = group {
            guardian.begins(group.as_raw_nonzero().get());
        }
        let mut environment = Self {
            child,
            group,
            guardian: guardian.clone(),
            runtime,
            log: output()?,
            init: None,
        };
        tokio::select! {
            biased;
            ready = environment.runtime.initialised() => ready
                .map_err(|error| anyhow::anyhow!("it reported `{}`", String::from_utf8_lossy(&error)))?,
            status = environment.child.wait() => {
                anyhow::bail!("it ended while coming up: {}", status.context("its status cannot be read")?)
            }
            () = tokio::time::sleep(INIT_TIMEOUT) => {
                anyhow::bail!("it did not ask for work within {} s", INIT_TIMEOUT.as_secs())
            }
        }
        environment.init = Some(started.elapsed());
        Ok(environment)
    }

    /// Whether the process still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Runs one invocation to its end. After a failure the environment is of no use any more.
    pub async fn invoke(
        &mut self,
        function: &FunctionConfiguration,
        invocation: Invocation,
    ) -> Result<Outcome, Failure> {
        let id = invocation.request_id.clone();
        let timeout = invocation.timeout;
        self.write(&format!("START RequestId: {id} Version: {}\n", function.version));
        let started = Instant::now();
        let outcome = self.runtime.invoke(invocation);
        let outcome = tokio::select! {
            biased;
            outcome = outcome => outcome.map_err(|_| Failure::Ended("its Runtime API ended".to_owned())),
            status = self.child.wait() => match self.runtime.withdraw() {
                Some(invocation) => Err(Failure::Untouched(invocation)),
                None => {
                    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    Err(Failure::Ended(format!("Runtime exited with error: {status}")))
                }
            },
            () = tokio::time::sleep(timeout) => {
                Err(Failure::Ended(format!("Task timed out after {:.2} seconds", timeout.as_secs_f64())))
            }
        };
        let took = started.elapsed();
        let memory = self.memory();
        if outcome.is_err() {
            self.kill();
        }
        let why = match &outcome {
            Err(Failure::Untouched(_)) => return outcome,
            Err(Failure::Ended(why)) => format!("RequestId: {id} Error: {why}\n"),
            Ok(Outcome::Error(error)) => {
                format!("RequestId: {id} Error: {}\n", String::from_utf8_lossy(error))
            }
            Ok(Outcome::TooLarge) => format!("RequestId: {id} Error: Function.ResponseSizeTooLarge\n"),
            Ok(Outcome::Result(_) | Outcome::Throttled) => String::new(),
        };
        let init = self
            .init
            .take()
            .map(|init| format!("\tInit Duration: {:.2} ms", milliseconds(init)));
        self.write(&format!(
            "{why}END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {:.0} ms\t\
             Memory Size: {} MB{}{}\n",
            milliseconds(took),
            milliseconds(took).ceil(),
            function.memory,
            memory.map(|memory| format!("\tMax Memory Used: {memory} MB")).unwrap_or_default(),
            init.unwrap_or_default(),
        ));
        outcome
    }

    /// Ends the process with all it started, and waits for it.
    pub async fn stop(mut self) {
        self.kill();
        // Killed, it ends; a status that cannot be read changes nothing.
        let _ = self.child.wait().await;
    }

    fn kill(&mut self) {
        // Once: the id of a group that is gone may be another's later.
        if let Some(group) = self.group.take() {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
            self.guardian.ends(group.as_raw_nonzero().get());
        }
    }

    fn write(&mut self, lines: &str) {
        if let Err(error) = self.log.write_all(lines.as_bytes()) {
            tracing::warn!("cannot write the log of a function: {error}");
        }
    }

    /// The most memory the process has used, in MB, where the system tells.
    fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_ascii_whitespace()
            .nth(1)?
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes.div_ceil(1024))
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// What Lambda sets, and over it what the function sets.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>.
fn variables(function: &FunctionConfiguration, runtime_api: &str, code: &Path) -> Vec<(String, String)> {
    let memory = function.memory.to_string();
    let code = code.display().to_string();
    let stream = format!("local/[{}]", function.version);
    let defaults = [
        // The credentials are dummies: a call of AWS's must not leave this machine. Nothing listens there.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    ];
    let reserved = [
        ("_HANDLER", function.handler.as_str()),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("AWS_REGION", &function.region),
        ("AWS_DEFAULT_REGION", &function.region),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &function.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &function.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &stream),
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("LAMBDA_TASK_ROOT", &code),
        ("LAMBDA_RUNTIME_DIR", &code),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let own = function
        .environment
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    defaults
        .iter()
        .map(owned)
        .chain(own)
        .chain(reserved.iter().map(owned))
        .collect()
}
