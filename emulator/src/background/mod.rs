//! Processes in the background: started once, found again, told to reload, stopped.
//!
//! A background process does not know that it is one. Its starters learn its state from its three standard streams, each a
//! file in a folder of its own:
//!
//! - **stdin** is `lock`, a file on which an exclusive `flock` is held. The lock belongs to the open file, which the
//!   process inherited, so it lives exactly as long as the process. A caller that can take the lock therefore knows
//!   that the process is gone, even after a crash, and need not trust a recorded pid. The file's text is the pid; it is
//!   believed only while the lock is held. Two rules follow for the process: it must not give its standard input to
//!   children of its own, and it need not read it.
//! - **stdout** is `out`. A line of JSON with `"ready": true` says that the process answers; after a reload it
//!   prints another. A line with `"ready": false` says in `error` why it does not, and ends a wait.
//! - **stderr** is `log`. The log of the run before is `log.previous`. A process that writes much there caps it. It
//!   gets the path, and renames the file to `log.previous` by itself.
//!
//! Starters exclude each other by a second lock, `starter`: of two that start at once, one starts and the other
//! finds the process running. The process is a process group of its own, so that Ctrl-C in the starter's terminal
//! does not reach it.
//!
//! Everything here blocks; none of it needs a runtime.

mod folder;

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::signals;
use folder::Folder;

/// Interval of looks while waiting. It is short: the first line of a process takes 0.3 s or more.
const POLL: Duration = Duration::from_millis(10);

/// Time limit for a process to end after SIGKILL. Only the kernel can need longer than an instant.
const KILLED: Duration = Duration::from_secs(5);

/// A background process, by the folder that holds its files; it need not run.
#[derive(Debug, Clone)]
pub struct Background {
    folder: Folder,
}

/// The status of a background process.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// No process holds the lock.
    Stopped,
    /// The lock is held.
    Running {
        /// Its pid; `None` only when its starter was killed in the instant between starting it and noting the pid.
        pid: Option<u32>,
        /// Its last ready line; `None` while it has not printed one.
        ready: Option<Value>,
    },
}

/// The result of [`Background::start`].
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// The ready line of the process.
    pub ready: Value,
    /// True if this call started it, false if it already ran.
    pub fresh: bool,
}

impl Background {
    /// The background process whose files are, or will be, in `folder`. Several need a folder each.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Folder(folder.into()),
        }
    }

    /// Returns the file of the log, the standard error of the process.
    pub fn log(&self) -> PathBuf {
        self.folder.log()
    }

    /// Makes sure that the process runs and is ready: starts `command` unless it already runs, then waits for the
    /// ready line. The command's standard streams and process group are set here; the rest is the caller's.
    ///
    /// # Errors
    /// If the process ends or reports why it can't be ready, with the end of its log. If it is not ready within
    /// `limit`; a process that this call started is then killed. If a file can't be written.
    pub fn start(&self, mut command: Command, limit: Duration) -> Result<Started> {
        self.folder.make()?;
        let _starter = self.folder.exclude_starters()?;
        let deadline = Instant::now() + limit;
        let Some(lock) = self.folder.try_lock()? else {
            let ready = self.wait_for_ready(0, deadline, None)?;
            return Ok(Started { ready, fresh: false });
        };

        let program = command.get_program().to_string_lossy().into_owned();
        let inherited = lock.handed_on()?;
        let (out, log) = self.folder.new_streams()?;
        // A reload is a SIGHUP.
        signals::default_for_children()?;
        let spawned = command
            .stdin(Stdio::from(inherited))
            .stdout(out)
            .stderr(log)
            .process_group(0)
            .spawn();
        // The command still holds a copy of the lock's file, and would keep the lock of a process that ended.
        drop(command);
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                lock.release()?;
                return Err(error).with_context(|| format!("can't start `{program}`"));
            }
        };
        match lock
            .note(child.id())
            .and_then(|()| self.wait_for_ready(0, deadline, Some(&mut child)))
        {
            Ok(ready) => Ok(Started { ready, fresh: true }),
            Err(error) => {
                // It is our child and not waited for: its pid is its own.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Returns whether the process runs, and its last ready line. Waits for a start, reload or stop in progress.
    pub fn status(&self) -> Result<Status> {
        if !self.folder.exists() {
            return Ok(Status::Stopped);
        }
        let _starter = self.folder.exclude_starters()?;
        self.look()
    }

    /// Tells the running process to reload (SIGHUP) and waits for its next ready line.
    ///
    /// # Errors
    /// When it does not run, ends, says why it could not reload, or is not ready again within `limit`; it is left
    /// as it is.
    pub fn reload(&self, limit: Duration) -> Result<Value> {
        let stopped = || {
            format!(
                "can't reload: no process holds `{}`",
                self.folder.lock().display()
            )
        };
        if !self.folder.exists() {
            bail!(stopped());
        }
        let _starter = self.folder.exclude_starters()?;
        match self.look()? {
            Status::Stopped => bail!(stopped()),
            Status::Running { pid, .. } => {
                let seen = self.folder.lines()?.len();
                self.send(pid, Signal::HUP)?;
                self.wait_for_ready(seen, Instant::now() + limit, None)
            }
        }
    }

    /// Stops the process: SIGTERM, and SIGKILL to one that still runs after `limit`. Returns whether one ran.
    ///
    /// # Errors
    /// When it cannot be signalled, or does not end even so.
    pub fn stop(&self, limit: Duration) -> Result<bool> {
        if !self.folder.exists() {
            return Ok(false);
        }
        let _starter = self.folder.exclude_starters()?;
        let Status::Running { pid, .. } = self.look()? else {
            return Ok(false);
        };
        for (signal, limit) in [(Signal::TERM, limit), (Signal::KILL, KILLED)] {
            // One that ended meanwhile is not signalled: the lock no longer vouches for the pid.
            if self.folder.is_held()? {
                self.send(pid, signal)?;
            }
            let deadline = Instant::now() + limit;
            while Instant::now() < deadline {
                if !self.folder.is_held()? {
                    return Ok(true);
                }
                sleep(POLL);
            }
        }
        bail!(
            "a process that was killed still holds `{}`",
            self.folder.lock().display()
        )
    }

    fn look(&self) -> Result<Status> {
        if !self.folder.is_held()? {
            return Ok(Status::Stopped);
        }
        let pid = self.folder.pid()?;
        let ready = self.folder.lines()?.into_iter().rev().find(is_ready);
        Ok(Status::Running { pid, ready })
    }

    /// Signals the process that holds the lock. The caller excludes starters and has seen the lock held.
    fn send(&self, pid: Option<u32>, signal: Signal) -> Result<()> {
        let pid = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).with_context(|| {
            format!(
                "can't end the process that holds `{}`: its pid is unknown because its starter was killed. Find it \
                 with `fuser` or `lsof` and end it",
                self.folder.lock().display()
            )
        })?;
        match kill_process(pid, signal) {
            // It ended after the lock was tested. The wait notices this.
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => {
                Err(error).with_context(|| format!("can't signal process {}", pid.as_raw_nonzero()))
            }
        }
    }

    /// Waits for a ready line after the first `seen` lines. A child of ours is also reaped when it ends.
    fn wait_for_ready(&self, seen: usize, deadline: Instant, mut child: Option<&mut Child>) -> Result<Value> {
        let began = Instant::now();
        loop {
            // Looked at before the lines: what a process printed before it ended is then seen.
            let running = self.folder.is_held()?;
            for line in self.folder.lines()?.into_iter().skip(seen) {
                if is_ready(&line) {
                    return Ok(line);
                }
                if line.get("ready").is_some() {
                    let why = line
                        .get("error")
                        .and_then(Value::as_str)
                        .unwrap_or("it reported no reason");
                    bail!("{why}\nIts log is `{}`", self.log().display());
                }
            }
            if !running {
                let how = match child.as_mut().map(|child| child.wait()) {
                    Some(Ok(status)) => format!("the process ended with {status}"),
                    _ => "the process ended".to_owned(),
                };
                bail!("{how} before it was ready. {}", self.folder.end_of_log());
            }
            if Instant::now() >= deadline {
                let seconds = began.elapsed().as_secs_f32();
                bail!(
                    "the process was not ready within {seconds:.0} s. {}",
                    self.folder.end_of_log()
                );
            }
            sleep(POLL);
        }
    }
}

fn is_ready(line: &Value) -> bool {
    line.get("ready") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests;
