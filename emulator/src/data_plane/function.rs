//! A function: as many environments as there are invocations at a time, and one invocation in each.
//!
//! An invocation takes the environment that was used last, else starts one. It runs in a task of its own: a client that
//! goes away or an integration that times out does not end it, as on AWS. Unused environments end after [`IDLE`].

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit, TryAcquireError, watch};
use tokio::time::{Instant, sleep};

use super::api::FunctionConfiguration;
use super::aws::Access;
use environment::{Environment, Failure, INIT_TIMEOUT};
use executable::Executable;
use guardian::Guardian;
use log::Log;
use report::{Phase, Report, Status};
use runtime_api::{Invocation, Outcome};

pub(super) mod archive;
mod elf;
mod environment;
pub(super) mod executable;
pub(super) mod guardian;
pub(super) mod log;
pub(super) mod managed;
mod memory;
mod output;
mod program;
mod report;
pub(super) mod runtime_api;
mod variables;

/// The number of environments that a function has at a time, because more would only compete for this machine. AWS
/// starts more. Here, further invocations wait, and the log says so.
const ENVIRONMENTS: usize = 64;

/// Invocations of a function without reserved concurrency at a time, those that wait included; further ones are
/// throttled. Source: Lambda's quotas, 1,000 concurrent executions in a Region of an account.
const UNRESERVED: usize = 1_000;

/// Time until an idle environment ends. AWS names no time, but minutes were observed.
const IDLE: Duration = Duration::from_secs(300);
/// Interval of looks for idle environments.
const LOOK: Duration = Duration::from_secs(10);

/// A function that can be invoked.
pub struct Function {
    configuration: FunctionConfiguration,
    access: Access,
    executable: Executable,
    log: Arc<Log>,
    guardian: Arc<Guardian>,
    /// Each with the time of its last invocation, the longest ago first.
    idle: Mutex<Vec<(Instant, Environment)>>,
    /// One for each invocation that is not throttled.
    admitted: Semaphore,
    /// One for each environment at work.
    working: Semaphore,
    stopping: watch::Sender<bool>,
}

impl Function {
    /// A function with its code. Nothing is started yet. Needs a runtime of tokio's.
    pub fn new(
        configuration: FunctionConfiguration,
        access: Access,
        executable: Executable,
        log: Arc<Log>,
        guardian: Arc<Guardian>,
    ) -> Arc<Self> {
        let function = Arc::new(Self {
            admitted: Semaphore::new(configuration.concurrency.unwrap_or(UNRESERVED)),
            working: Semaphore::new(ENVIRONMENTS),
            configuration,
            access,
            executable,
            log,
            guardian,
            idle: Mutex::default(),
            stopping: watch::Sender::new(false),
        });
        tokio::spawn(end_idle_environments(Arc::downgrade(&function)));
        function
    }

    /// Returns whether it runs this code with this configuration, so that a reload can keep its environments.
    pub fn is(&self, configuration: &FunctionConfiguration, executable: &Executable) -> bool {
        self.configuration == *configuration && self.executable == *executable
    }

    /// Its log, which the function that takes its place goes on with.
    pub fn log(&self) -> Arc<Log> {
        self.log.clone()
    }

    /// Invokes it and waits for the outcome. An error is a sentence for the log.
    pub async fn invoke(
        self: &Arc<Self>,
        qualifier: Option<&str>,
        trace: String,
        payload: Bytes,
    ) -> Result<Outcome, String> {
        let id = uuid::Uuid::new_v4().to_string();
        let outcome = self.invoke_as(id.clone(), qualifier, trace, payload).await;
        outcome.map_err(|why| format!("function `{}`, invocation {id}: {why}", self.configuration.name))
    }

    /// Invokes it with this request id, which retries of an event share. An error is the part of a sentence that says why
    /// it has no outcome.
    pub async fn invoke_as(
        self: &Arc<Self>,
        request_id: String,
        qualifier: Option<&str>,
        trace: String,
        payload: Bytes,
    ) -> Result<Outcome, String> {
        let arn = &self.configuration.arn;
        let invocation = Invocation {
            request_id,
            function_arn: qualifier.map_or_else(|| arn.clone(), |qualifier| format!("{arn}:{qualifier}")),
            trace,
            payload,
            timeout: self.configuration.timeout,
        };
        let this = self.clone();
        let run = tokio::spawn(async move {
            let mut stopping = this.stopping.subscribe();
            tokio::select! {
                outcome = this.run(invocation) => outcome,
                _ = stopping.wait_for(|stopping| *stopping) => Err("the data plane stops".to_owned()),
            }
        });
        run.await.unwrap_or_else(|error| Err(error.to_string()))
    }

    async fn run(&self, mut invocation: Invocation) -> Result<Outcome, String> {
        let Ok(_admitted) = self.admitted.try_acquire() else {
            return Ok(Outcome::Throttled(self.throttled()));
        };
        let _working = self.wait_for_turn(&invocation.request_id).await?;
        loop {
            let (mut environment, fresh) = match self.idle_environment() {
                Some(environment) => (environment, false),
                None => (self.start(&invocation).await?, true),
            };
            match environment.invoke(&self.configuration, invocation).await {
                Ok(outcome) => {
                    self.idle().push((Instant::now(), environment));
                    return Ok(outcome);
                }
                // An idle process may have ended meanwhile; one that is fresh and ends would do so for ever.
                Err(Failure::Untouched(back)) if !fresh => invocation = back,
                Err(Failure::Untouched(_)) => return Err("it ended before it took the request".to_owned()),
                Err(Failure::Ended(why)) => return Err(why),
            }
        }
    }

    fn throttled(&self) -> String {
        match self.configuration.concurrency {
            Some(limit) => format!("at most {limit} may run at a time, as reserved"),
            None => format!("at most {UNRESERVED} may run at a time, the limit of an account"),
        }
    }

    async fn wait_for_turn(&self, request_id: &str) -> Result<SemaphorePermit<'_>, String> {
        match self.working.try_acquire() {
            Err(TryAcquireError::NoPermits) => {}
            taken => return taken.map_err(|error| error.to_string()),
        }
        let began = Instant::now();
        let permit = self.working.acquire().await.map_err(|error| error.to_string());
        tracing::info!(
            "function `{}`, invocation {request_id}: it waited {:.2} s for one of {ENVIRONMENTS} environments. AWS \
             would have started another one",
            self.configuration.name,
            began.elapsed().as_secs_f64()
        );
        permit
    }

    /// A cold start. One that fails is tried again within the invocation, with the time of that.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.
    async fn start(&self, invocation: &Invocation) -> Result<Environment, String> {
        let start = |attempt| {
            Environment::start(
                &self.configuration,
                &self.access,
                &self.executable,
                &self.log,
                &self.guardian,
                attempt,
            )
        };
        if let Ok(environment) = start((Phase::Init, INIT_TIMEOUT)).await {
            return Ok(environment);
        }
        let began = Instant::now();
        let why = match start((Phase::Invoke, invocation.timeout)).await {
            Ok(environment) => return Ok(environment),
            Err(why) => why,
        };
        let request_id = &invocation.request_id;
        let report = Report {
            request_id,
            duration: began.elapsed(),
            memory_size: self.configuration.memory,
            max_memory_used: None,
            init: None,
            status: Status::Success,
        };
        let version = &self.configuration.version;
        let lines = format!(
            "START RequestId: {request_id} Version: {version}\nRequestId: {request_id} Error: {why}\n{report}"
        );
        self.log.write(lines.as_bytes()).await;
        Err(format!("can't start: {why}"))
    }

    /// Ends every environment, also those at work, and waits for the processes.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let all = u32::try_from(ENVIRONMENTS).unwrap_or(u32::MAX);
        let all = self.working.acquire_many(all).await;
        let idle = std::mem::take(&mut *self.idle());
        for (_, environment) in idle {
            environment.stop().await;
        }
        drop(all);
    }

    fn idle_environment(&self) -> Option<Environment> {
        loop {
            let (_, mut environment) = self.idle().pop()?;
            if environment.lives() {
                return Some(environment);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Instant, Environment)>> {
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// As long as the function is there.
async fn end_idle_environments(function: Weak<Function>) {
    loop {
        sleep(LOOK).await;
        let Some(function) = function.upgrade() else {
            return;
        };
        let expired: Vec<_> = {
            let mut idle = function.idle();
            let count = idle.partition_point(|(since, _)| since.elapsed() >= IDLE);
            idle.drain(..count).collect()
        };
        for (_, environment) in expired {
            environment.stop().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_plane::state;
    use executable::Entry;
    use std::path::Path;

    const SHOP: &str = include_str!("../../tests/fixtures/shop/state.json");
    const BOOTSTRAP: &[u8] = include_bytes!("../../tests/fixtures/shop/code/bootstrap");
    const EVENT: &str =
        r#"{"path": "/echo", "queryStringParameters": {"sleep": "0.3"}, "requestContext": {}}"#;

    /// The function `shop-echo`, in a folder.
    fn echo(folder: &Path) -> Arc<Function> {
        let configuration = state::tests::read(SHOP).unwrap().functions["shop-echo"].clone();
        archive::tests::zip(&folder.join("echo.zip"), &[("bootstrap", BOOTSTRAP, 0o755)]);
        let task = archive::tests::unpack(&folder.join("echo.zip"), &folder.join("code")).unwrap();
        let executable = Executable {
            entry: Entry::Bootstrap(task.join("bootstrap")),
            task,
            layers: Vec::new(),
            changed: None,
        };
        let log = Arc::new(Log::open(folder.join("echo.log"), crate::capped_file::LIMIT).unwrap());
        let guardian = Arc::new(Guardian::start().unwrap());
        Function::new(configuration, Access::of_tests(), executable, log, guardian)
    }

    async fn invoke(function: &Arc<Function>) {
        let outcome = function.invoke(
            None,
            "Root=1-1-1".to_owned(),
            Bytes::from_static(EVENT.as_bytes()),
        );
        assert!(matches!(outcome.await, Ok(Outcome::Result(_))));
    }

    #[tokio::test]
    async fn unused_environments_end_after_some_time() {
        let folder = tempfile::tempdir().unwrap();
        let function = echo(folder.path());
        tokio::join!(invoke(&function), invoke(&function), invoke(&function));
        assert_eq!(function.idle().len(), 3);
        // The processes live in real time, so the clock stops only while the test waits for none of them.
        tokio::time::pause();
        tokio::time::advance(IDLE / 2).await;
        tokio::time::resume();
        invoke(&function).await;
        tokio::time::pause();
        tokio::time::advance(IDLE / 2 + LOOK).await;
        tokio::time::resume();
        let deadline = Instant::now() + Duration::from_secs(10);
        while function.idle().len() > 1 {
            assert!(Instant::now() < deadline, "they go on idling");
            sleep(Duration::from_millis(10)).await;
        }
        sleep(Duration::from_millis(50)).await;
        assert_eq!(function.idle().len(), 1, "the one that was used since stays");
        function.stop().await;
    }

    #[tokio::test]
    async fn beyond_what_this_machine_bears_invocations_wait_and_beyond_the_account_they_are_throttled() {
        let folder = tempfile::tempdir().unwrap();
        let function = echo(folder.path());
        let working = function
            .working
            .acquire_many(u32::try_from(ENVIRONMENTS).unwrap());
        let working = working.await.unwrap();
        let mut waiting = Box::pin(invoke(&function));
        let waited = tokio::time::timeout(Duration::from_millis(200), &mut waiting).await;
        assert!(waited.is_err(), "nobody is free");
        let rest = u32::try_from(UNRESERVED - 1).unwrap();
        let admitted = function.admitted.acquire_many(rest).await.unwrap();
        let throttled = function.invoke(None, String::new(), Bytes::new()).await;
        let limit = "at most 1000 may run at a time, the limit of an account".to_owned();
        assert_eq!(throttled, Ok(Outcome::Throttled(limit)));
        drop((working, admitted));
        waiting.await;
        function.stop().await;
    }
}
