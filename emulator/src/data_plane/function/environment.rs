//! One execution environment: a process of a function's `bootstrap`, or of an interpreter, with its Runtime API.
//!
//! It comes up, answers one invocation at a time, and ends: killed after a timeout, a failure, too much memory or when
//! it is dropped. It leads a process group, so that what it started ends with it.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::executable::{Entry, Executable};
use super::guardian::Guardian;
use super::log::Log;
use super::managed;
use super::memory::{self, Peak};
use super::output::{Output, now};
use super::program::why_not_started;
use super::report::{Phase, Report, Status, exit, init_report};
use super::runtime_api::{Invocation, Outcome, Reserved, RuntimeApi};
use super::variables::variables;
use crate::data_plane::api::FunctionConfiguration;
use crate::data_plane::aws::Access;

/// Time limit for a process to ask for its first invocation. Source: Lambda's execution environment lifecycle.
pub const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// A process that waits for an invocation.
pub struct Environment {
    child: Child,
    group: Option<Pid>,
    guardian: Arc<Guardian>,
    runtime: RuntimeApi,
    output: Arc<Output>,
    /// True if its runtime writes the errors of a function into the log itself.
    logs_errors: bool,
    /// The duration of its start, until the first invocation has reported it.
    init: Option<Duration>,
    peak: Peak,
}

/// The failure of an invocation.
#[derive(Debug)]
pub enum Failure {
    /// The process was gone before it took the invocation: another may have it.
    Untouched(Invocation),
    /// The process ended or was killed; the sentence is for the log.
    Ended(String),
}

/// The end of an invocation that Lambda makes itself.
struct End {
    why: String,
    status: Status,
}

impl End {
    fn error(kind: &str, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            status: Status::Error(kind.to_owned()),
        }
    }

    fn out_of_memory(used: u64, limit: u64) -> Self {
        let why = format!("Runtime exited with error: signal: killed ({used} MB used of {limit} MB)");
        Self::error("Runtime.OutOfMemory", why)
    }

    fn exit(status: std::io::Result<std::process::ExitStatus>) -> Self {
        Self::error(
            "Runtime.ExitError",
            status.map_or_else(|error| error.to_string(), exit),
        )
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Environment {
    /// Starts a process and waits until it asks for work, at most for `limit`. An error is a
    /// sentence, and stands in the log.
    pub async fn start(
        function: &FunctionConfiguration,
        access: &Access,
        executable: &Executable,
        log: &Arc<Log>,
        guardian: &Arc<Guardian>,
        (phase, limit): (Phase, Duration),
    ) -> Result<Self, String> {
        let started = Instant::now();
        let mut environment = match Self::spawn(function, access, executable, log, guardian).await {
            Ok(environment) => environment,
            Err(why) => {
                let status = Status::Error("Runtime.InvalidEntrypoint".into());
                let report = init_report(started.elapsed(), phase, &status);
                log.write(format!("{} - {why}\n{report}", now()).as_bytes()).await;
                return Err(why);
            }
        };
        let too_much = environment.exceeded(function.memory);
        let end = tokio::select! {
            biased;
            ready = environment.runtime.initialised() => match ready {
                Ok(()) => {
                    environment.init = Some(started.elapsed());
                    return Ok(environment);
                }
                Err(error) => End::error(&error_type(&error), reported(&error, &executable.entry)),
            },
            status = environment.child.wait() => End::exit(status),
            used = too_much => End::out_of_memory(used, function.memory),
            () = sleep(limit) => End {
                why: format!("it did not ask for an invocation within {:.2} seconds", limit.as_secs_f64()),
                status: Status::Timeout,
            },
        };
        environment.end().await;
        environment
            .output
            .say(&init_report(started.elapsed(), phase, &end.status))
            .await;
        Err(end.why)
    }

    async fn spawn(
        function: &FunctionConfiguration,
        access: &Access,
        executable: &Executable,
        log: &Arc<Log>,
        guardian: &Arc<Guardian>,
    ) -> Result<Self, String> {
        let reserved = Reserved::port().await;
        let reserved = reserved.map_err(|error| format!("can't listen on loopback: {error}"))?;
        let opened = Output::open(log.clone());
        let (output, [stdout, stderr]) = opened.map_err(|error| format!("can't create a pipe: {error}"))?;
        let (program, arguments) = executable.command(&function.environment);
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(variables(function, access, &reserved.address(), executable))
            .current_dir(&executable.task)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn().map_err(|error| {
            let why = match &executable.entry {
                Entry::Bootstrap(bootstrap) => why_not_started(bootstrap, &error, &function.architecture),
                Entry::Interpreter { .. } => error.to_string(),
            };
            format!("can't start `{}`: {why}", program.display())
        })?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        // It has one until it is waited for.
        let group = group.ok_or("it has no process id")?;
        guardian.begins(group.as_raw_nonzero().get());
        Ok(Self {
            child,
            group: Some(group),
            guardian: guardian.clone(),
            runtime: reserved.serve(group),
            output,
            logs_errors: matches!(executable.entry, Entry::Interpreter { .. }),
            init: None,
            peak: Peak::default(),
        })
    }

    /// Returns whether the process still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Runs one invocation to its end. After a failure the process is gone.
    pub async fn invoke(
        &mut self,
        function: &FunctionConfiguration,
        invocation: Invocation,
    ) -> Result<Outcome, Failure> {
        let id = invocation.request_id.clone();
        let timeout = invocation.timeout;
        self.output.begins(&id, &function.version).await;
        let started = Instant::now();
        let mut outcome = self.runtime.invoke(invocation);
        let too_much = self.exceeded(function.memory);
        let outcome = tokio::select! {
            biased;
            outcome = &mut outcome => outcome.map_err(|_| End::error("Runtime.Unknown", "its Runtime API ended")),
            status = self.child.wait() => match self.runtime.withdraw() {
                Some(invocation) => return Err(Failure::Untouched(invocation)),
                None => {
                // The rest of its output may still be in its connections.
                self.runtime.drained().await;
                outcome.try_recv().map_err(|_| End::exit(status))
            }
            },
            used = too_much => Err(End::out_of_memory(used, function.memory)),
            () = sleep(timeout) => Err(End {
                why: format!("Task timed out after {:.2} seconds", timeout.as_secs_f64()),
                status: Status::Timeout,
            }),
        };
        let duration = started.elapsed();
        let peak = self.peak.of(self.child.id());
        let outcome = match (outcome, peak) {
            (Ok(_), Some(used)) if used > function.memory => Err(End::out_of_memory(used, function.memory)),
            (outcome, _) => outcome,
        };
        if outcome.is_err() {
            self.end().await;
        }
        let why = match &outcome {
            Err(End {
                why,
                status: Status::Timeout,
            }) => format!("{} {id} {why}\n", now()),
            Err(End {
                why,
                status: Status::Error(kind),
            }) => format!("RequestId: {id} Error: {why}\n{kind}\n"),
            Err(_) | Ok(Outcome::Result(_) | Outcome::Throttled(_)) => String::new(),
            Ok(Outcome::Error(_)) if self.logs_errors => String::new(),
            Ok(Outcome::Error(error)) => {
                format!("RequestId: {id} Error: {}\n", String::from_utf8_lossy(error))
            }
            Ok(Outcome::TooLarge) => format!("RequestId: {id} Error: Function.ResponseSizeTooLarge\n"),
        };
        let report = Report {
            request_id: &id,
            duration,
            memory_size: function.memory,
            max_memory_used: peak,
            init: self.init.take(),
            status: outcome
                .as_ref()
                .err()
                .map_or(Status::Success, |end| end.status.clone()),
        };
        self.output.say(&format!("{why}{report}")).await;
        outcome.map_err(|end| Failure::Ended(end.why))
    }

    /// Ends the process with all it started.
    pub async fn stop(mut self) {
        self.end().await;
    }

    async fn end(&mut self) {
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

    fn exceeded(&self, limit: u64) -> impl Future<Output = u64> + use<> {
        let process = self.child.id();
        async move {
            match process {
                Some(process) => memory::exceeded(process, limit).await,
                None => std::future::pending().await,
            }
        }
    }
}

/// The type of an error that a runtime reported while it came up. Lambda passes on those of a runtime.
fn error_type(error: &[u8]) -> String {
    let error: serde_json::Value = serde_json::from_slice(error).unwrap_or_default();
    let kind = error["errorType"]
        .as_str()
        .filter(|kind| kind.starts_with("Runtime."));
    kind.unwrap_or("Runtime.Unknown").to_owned()
}

/// The part of a sentence that says what a runtime reported: type and first line, because the log has the rest.
fn reported(error: &[u8], entry: &Entry) -> String {
    let text = String::from_utf8_lossy(error);
    let error: serde_json::Value = serde_json::from_slice(error).unwrap_or_default();
    let [kind, message] = ["errorType", "errorMessage"].map(|key| error[key].as_str().unwrap_or_default());
    match (kind, message.lines().next()) {
        ("", None) => format!("it reported `{text}`"),
        (kind, message) => {
            let advice = match entry {
                Entry::Bootstrap(_) => None,
                Entry::Interpreter { runtime, .. } => managed::advice(runtime.language, &text),
            };
            let advice = advice.map(|advice| format!(". {advice}"));
            let message = message.unwrap_or_default();
            format!("it reported `{kind}: {message}`{}", advice.unwrap_or_default())
        }
    }
}
