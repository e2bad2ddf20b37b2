//! A function: as many environments as there are invocations at a time, and one invocation in each.
//!
//! An invocation takes the environment that was used last, else starts one. It runs in a task of its own: a client
//! that goes away or an integration that times out does not end it, as on AWS.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context, Result};
use bytes::Bytes;
use tokio::sync::{Semaphore, watch};

use super::api::FunctionConfiguration;
use super::environment::{Environment, Failure};
use super::guardian::Guardian;
use super::runtime_api::{Invocation, Outcome};

/// Environments of a function without reserved concurrency: more would only fight over this machine. Invocations
/// beyond wait, where AWS starts up to 1,000.
const UNRESERVED: usize = 64;

/// A function that can be invoked.
pub struct Function {
    configuration: FunctionConfiguration,
    code: PathBuf,
    log: File,
    guardian: Arc<Guardian>,
    idle: Mutex<Vec<Environment>>,
    permits: Arc<Semaphore>,
    limit: u32,
    stopping: watch::Sender<bool>,
}

impl Function {
    /// A function whose code is the folder `code`; its log is a file of its name in `logs`. Nothing is started yet.
    pub fn new(
        configuration: FunctionConfiguration,
        code: PathBuf,
        logs: &Path,
        guardian: Arc<Guardian>,
    ) -> Result<Arc<Self>> {
        let path = logs.join(format!("{}.log", configuration.name));
        let log = File::options().create(true).append(true).open(&path);
        let log = log.with_context(|| format!("cannot write `{}`", path.display()))?;
        let limit = configuration.concurrency.unwrap_or(UNRESERVED);
        Ok(Arc::new(Self {
            configuration,
            code,
            log,
            guardian,
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(limit)),
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            stopping: watch::Sender::new(false),
        }))
    }

    /// Whether it runs this code with this configuration, so that a reload can keep its environments.
    pub fn is(&self, configuration: &FunctionConfiguration, code: &Path) -> bool {
        self.configuration == *configuration && self.code == code
    }

    /// Invokes it and waits for the outcome. An error is a sentence for the log.
    pub async fn invoke(
        self: &Arc<Self>,
        qualifier: Option<&str>,
        trace: String,
        payload: Bytes,
    ) -> Result<Outcome, String> {
        let arn = &self.configuration.arn;
        let invocation = Invocation {
            request_id: uuid::Uuid::new_v4().to_string(),
            function_arn: qualifier.map_or_else(|| arn.clone(), |qualifier| format!("{arn}:{qualifier}")),
            trace,
            payload,
            timeout: self.configuration.timeout,
        };
        let id = invocation.request_id.clone();
        let this = self.clone();
        let run = tokio::spawn(async move {
            let mut stopping = this.stopping.subscribe();
            tokio::select! {
                outcome = this.run(invocation) => outcome,
                _ = stopping.wait_for(|stopping| *stopping) => Err("the data plane stops".to_owned()),
            }
        });
        let outcome = run.await.unwrap_or_else(|error| Err(error.to_string()));
        outcome.map_err(|why| format!("function `{}`, invocation {id}: {why}", self.configuration.name))
    }

    async fn run(&self, mut invocation: Invocation) -> Result<Outcome, String> {
        // Reserved concurrency is a promise to refuse; the limit of this machine is only a queue.
        let permit = match self.configuration.concurrency {
            Some(_) => match self.permits.try_acquire() {
                Ok(permit) => permit,
                Err(_) => return Ok(Outcome::Throttled),
            },
            None => self.permits.acquire().await.map_err(|error| error.to_string())?,
        };
        loop {
            let mut environment = match self.idle_environment() {
                Some(environment) => environment,
                None => Environment::start(&self.configuration, &self.code, &self.log, &self.guardian)
                    .await
                    .map_err(|error| format!("cannot come up: {error:#}"))?,
            };
            match environment.invoke(&self.configuration, invocation).await {
                Ok(outcome) => {
                    self.idle().push(environment);
                    drop(permit);
                    return Ok(outcome);
                }
                Err(Failure::Untouched(back)) => invocation = back,
                Err(Failure::Ended(why)) => {
                    environment.stop().await;
                    return Err(why);
                }
            }
        }
    }

    /// Ends every environment, also those at work, and waits for the processes.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let all = self.permits.acquire_many(self.limit).await;
        let idle = std::mem::take(&mut *self.idle());
        for environment in idle {
            environment.stop().await;
        }
        drop(all);
    }

    fn idle_environment(&self) -> Option<Environment> {
        loop {
            let mut environment = self.idle().pop()?;
            if environment.lives() {
                return Some(environment);
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Environment>> {
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
