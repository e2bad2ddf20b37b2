//! Processes in the background: started once, found again, told to reload, stopped.
//!
//! A background process knows nothing of being one. What it is to its starters hangs on its three standard
//! streams, each a file in a folder of its own:
//!
//! - **stdin** is `lock`, a file on which an exclusive `flock` is held. The lock belongs to the open file, which
//!   the process inherited, so it lives exactly as long as the process: whoever can take the lock knows that the
//!   process is gone, however it went, and nobody has to trust a pid that a file remembers. The file's text is the
//!   pid; it is believed only while the lock is held. Two rules follow for the process: it must not give its
//!   standard input to children of its own, and it need not read it.
//! - **stdout** is `out`. A line of JSON with `"ready": true` says that the process answers; after a reload it
//!   prints another. A line with `"ready": false` says in `error` why it does not, and ends a wait.
//! - **stderr** is `log`. The log of the run before is `log.previous`. A process that writes much there caps it: it is
//!   told the path, and makes the file `log.previous` by itself.
//!
//! Starters exclude each other by a second lock, `starter`: of two that start at once, one starts and the other
//! finds the process running. The process is a process group of its own, so that Ctrl-C in the starter's terminal
//! does not reach it.
//!
//! Everything here blocks; none of it needs a runtime.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::signals;

/// How often a wait looks again. Short beside what is waited for: the first line of a process takes 0.3 s or more.
const POLL: Duration = Duration::from_millis(10);

/// How long a process may take to vanish after SIGKILL. Only the kernel can need longer than an instant.
const KILLED: Duration = Duration::from_secs(5);

/// What of the log an error quotes.
const LOG_LINES: usize = 20;
const LOG_BYTES: u64 = 16 * 1024;

/// A background process, by the folder that holds its files; it need not run.
#[derive(Debug, Clone)]
pub struct Background {
    folder: PathBuf,
}

/// Whether a background process runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Nobody holds the lock.
    Stopped,
    /// The lock is held.
    Running {
        /// Its pid; `None` only when its starter was killed in the instant between starting it and noting the pid.
        pid: Option<u32>,
        /// Its last ready line; `None` while it has not printed one.
        ready: Option<Value>,
    },
}

/// What [`Background::start`] found or made.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// The ready line of the process.
    pub ready: Value,
    /// Whether this call started it; false when it already ran.
    pub fresh: bool,
}

impl Background {
    /// The background process whose files are, or will be, in `folder`. Several need a folder each.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where the process writes its log: its standard error.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Makes sure that the process runs and is ready: starts `command` unless it already runs, then waits for the
    /// ready line. The command's standard streams and process group are set here; the rest is the caller's.
    ///
    /// # Errors
    /// When the process ends or says why it cannot be ready, with the end of its log; when it is not ready within
    /// `limit`, after which one that this call started is killed; when a file cannot be written.
    pub fn start(&self, mut command: Command, limit: Duration) -> Result<Started> {
        self.make_folder()?;
        let _starter = self.exclude_starters()?;
        let deadline = Instant::now() + limit;
        let Some(mut lock) = self.try_lock()? else {
            let ready = self.wait_for_ready(0, deadline, None)?;
            return Ok(Started { ready, fresh: false });
        };

        // From here to the new pid the file names nobody: a pid of a run before must not look like this one's.
        lock.set_len(0)
            .with_context(|| format!("cannot empty `{}`", self.lock_path().display()))?;
        let log = self.log();
        match std::fs::rename(&log, self.folder.join("log.previous")) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot rename `{}`", log.display()));
            }
            _ => {}
        }
        let program = command.get_program().to_string_lossy().into_owned();
        let inherited = lock
            .try_clone()
            .with_context(|| format!("cannot duplicate `{}`", self.lock_path().display()))?;
        // A reload is a SIGHUP.
        signals::default_for_children()?;
        let spawned = command
            .stdin(Stdio::from(inherited))
            .stdout(private_file(&self.out_path(), true)?)
            .stderr(private_file(&log, true)?)
            .process_group(0)
            .spawn();
        // The command still holds a copy of the lock's file, and would keep the lock of a process that ended.
        drop(command);
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                self.unlock(&lock)?;
                return Err(error).with_context(|| format!("cannot start `{program}`"));
            }
        };
        let noted = lock
            .seek(SeekFrom::Start(0))
            .and_then(|_| lock.write_all(child.id().to_string().as_bytes()))
            .with_context(|| format!("cannot write `{}`", self.lock_path().display()));
        drop(lock);
        match noted.and_then(|()| self.wait_for_ready(0, deadline, Some(&mut child))) {
            Ok(ready) => Ok(Started { ready, fresh: true }),
            Err(error) => {
                // It is our child and not waited for: its pid is its own.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Whether the process runs, and its last ready line. Waits for a start, reload or stop in progress.
    pub fn status(&self) -> Result<Status> {
        if !self.exists() {
            return Ok(Status::Stopped);
        }
        let _starter = self.exclude_starters()?;
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
                "nothing to reload: no process holds `{}`",
                self.lock_path().display()
            )
        };
        if !self.exists() {
            bail!(stopped());
        }
        let _starter = self.exclude_starters()?;
        match self.look()? {
            Status::Stopped => bail!(stopped()),
            Status::Running { pid, .. } => {
                let seen = self.lines()?.len();
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
        if !self.exists() {
            return Ok(false);
        }
        let _starter = self.exclude_starters()?;
        let Status::Running { pid, .. } = self.look()? else {
            return Ok(false);
        };
        for (signal, limit) in [(Signal::TERM, limit), (Signal::KILL, KILLED)] {
            // One that ended meanwhile is not signalled: the lock no longer vouches for the pid.
            if self.is_held()? {
                self.send(pid, signal)?;
            }
            let deadline = Instant::now() + limit;
            while Instant::now() < deadline {
                if !self.is_held()? {
                    return Ok(true);
                }
                sleep(POLL);
            }
        }
        bail!(
            "`{}` is still held by a process that was killed",
            self.lock_path().display()
        )
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.join("lock")
    }

    fn out_path(&self) -> PathBuf {
        self.folder.join("out")
    }

    /// Whether a process was ever started here: nothing is created by asking.
    fn exists(&self) -> bool {
        self.lock_path().exists()
    }

    fn make_folder(&self) -> Result<()> {
        portcullis_files::private_folder(&self.folder)
            .with_context(|| format!("cannot make the folder `{}`", self.folder.display()))
    }

    /// Waits until no other starter works in this folder; released by dropping the file.
    fn exclude_starters(&self) -> Result<File> {
        let path = self.folder.join("starter");
        let file = private_file(&path, false)?;
        flock(&file, FlockOperation::LockExclusive)
            .with_context(|| format!("cannot lock `{}`", path.display()))?;
        Ok(file)
    }

    /// The file with the lock taken, or `None` while a process holds it.
    fn try_lock(&self) -> Result<Option<File>> {
        let path = self.lock_path();
        let file = private_file(&path, false)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot lock `{}`", path.display())),
        }
    }

    fn is_held(&self) -> Result<bool> {
        let Some(file) = self.try_lock()? else {
            return Ok(true);
        };
        self.unlock(&file)?;
        Ok(false)
    }

    /// Gives the lock back at once. Closing the file would not do: a process that another thread is just forking
    /// has a copy of it until it execs, and would look like a background process for that instant.
    fn unlock(&self, file: &File) -> Result<()> {
        flock(file, FlockOperation::Unlock)
            .with_context(|| format!("cannot unlock `{}`", self.lock_path().display()))
    }

    fn look(&self) -> Result<Status> {
        if !self.is_held()? {
            return Ok(Status::Stopped);
        }
        let pid = read(&self.lock_path())?.trim().parse().ok();
        let ready = self.lines()?.into_iter().rev().find(is_ready);
        Ok(Status::Running { pid, ready })
    }

    /// Signals the process that holds the lock. The caller excludes starters and has seen the lock held.
    fn send(&self, pid: Option<u32>, signal: Signal) -> Result<()> {
        let pid = pid.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)).with_context(|| {
            format!(
                "a process holds `{}`, but its starter was killed before it noted the pid: find it with `fuser` \
                 or `lsof` and end it",
                self.lock_path().display()
            )
        })?;
        match kill_process(pid, signal) {
            // Ended since the lock was looked at: whoever waits sees it.
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => {
                Err(error).with_context(|| format!("cannot signal process {}", pid.as_raw_nonzero()))
            }
        }
    }

    /// Every whole line of the process that is JSON; what else a library may print there is passed over.
    fn lines(&self) -> Result<Vec<Value>> {
        let text = match read(&self.out_path()) {
            Ok(text) => text,
            Err(_) if !self.out_path().exists() => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        Ok(whole
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect())
    }

    /// Waits for a ready line after the first `seen` lines. A child of ours is also reaped when it ends.
    fn wait_for_ready(&self, seen: usize, deadline: Instant, mut child: Option<&mut Child>) -> Result<Value> {
        let began = Instant::now();
        loop {
            // Looked at before the lines: what a process printed before it ended is then seen.
            let running = self.is_held()?;
            for line in self.lines()?.into_iter().skip(seen) {
                if is_ready(&line) {
                    return Ok(line);
                }
                if line.get("ready").is_some() {
                    let why = line
                        .get("error")
                        .and_then(Value::as_str)
                        .unwrap_or("it does not say why");
                    bail!("{why}\nIts log is `{}`", self.log().display());
                }
            }
            if !running {
                let how = match child.as_mut().map(|child| child.wait()) {
                    Some(Ok(status)) => format!("the process ended with {status}"),
                    _ => "the process ended".to_owned(),
                };
                bail!("{how} before it was ready; {}", self.end_of_log());
            }
            if Instant::now() >= deadline {
                let seconds = began.elapsed().as_secs_f32();
                bail!(
                    "the process was not ready within {seconds:.0} s; {}",
                    self.end_of_log()
                );
            }
            sleep(POLL);
        }
    }

    /// The end of the log, as the end of a sentence.
    fn end_of_log(&self) -> String {
        let path = self.log();
        let read_end = || -> std::io::Result<String> {
            let mut file = File::open(&path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        match read_end() {
            Err(error) => format!("its log `{}` cannot be read: {error}", path.display()),
            Ok(text) if text.trim().is_empty() => format!("its log `{}` is empty", path.display()),
            Ok(text) => {
                let lines: Vec<_> = text.trim_end().lines().collect();
                let end = &lines[lines.len().saturating_sub(LOG_LINES)..];
                format!("its log `{}` ends with\n{}", path.display(), end.join("\n"))
            }
        }
    }
}

fn is_ready(line: &Value) -> bool {
    line.get("ready") == Some(&Value::Bool(true))
}

/// A file that only its owner can read, made when missing; `fresh` empties it and writes at its end.
fn private_file(path: &Path, fresh: bool) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).create(true).mode(0o600);
    if fresh {
        // Appending keeps a stream whole that a process and its children share.
        options.append(true);
    } else {
        options.write(true);
    }
    let opened = options.open(path).and_then(|file| {
        if fresh {
            file.set_len(0)?;
        }
        Ok(file)
    });
    opened.with_context(|| format!("cannot open `{}`", path.display()))
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use portcullis_test_support::in_time::InTime;

    const LIMIT: Duration = Duration::from_secs(10);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    /// Prints a ready line with its pid, another at each SIGHUP, and ends at SIGTERM.
    const SERVICE: &str = r#"
        count=0
        trap 'count=$((count+1)); echo "{\"ready\":true,\"pid\":$$,\"count\":$count}"' HUP
        trap 'exit 0' TERM
        echo "{\"ready\":true,\"pid\":$$,\"count\":0}"
        while :; do sleep 0.05 </dev/null; done"#;

    fn background() -> (tempfile::TempDir, Background) {
        let folder = tempfile::tempdir().unwrap();
        let background = Background::new(folder.path().join("local/service"));
        (folder, background)
    }

    #[test]
    fn a_process_is_started_found_reloaded_and_stopped() {
        let (_folder, background) = background();
        assert_eq!(background.status().unwrap(), Status::Stopped);
        let started = background.start(shell(SERVICE), LIMIT).unwrap();
        assert!(started.fresh);
        let pid = started.ready["pid"]
            .as_u64()
            .map(|pid| u32::try_from(pid).unwrap());
        assert_eq!(
            background.status().unwrap(),
            Status::Running {
                pid,
                ready: Some(started.ready.clone())
            }
        );

        let again = background.start(shell("exit 9"), LIMIT).unwrap();
        assert_eq!(
            again,
            Started {
                ready: started.ready,
                fresh: false
            }
        );

        assert_eq!(background.reload(LIMIT).unwrap()["count"], 1);
        assert_eq!(background.reload(LIMIT).unwrap()["count"], 2);
        assert!(background.stop(LIMIT).unwrap());
        assert_eq!(background.status().unwrap(), Status::Stopped);
        assert!(!background.stop(LIMIT).unwrap());
    }

    #[test]
    fn of_starters_at_once_one_wins_and_all_get_its_ready_line() {
        let (_folder, background) = background();
        let started: Vec<_> = std::thread::scope(|scope| {
            let starters: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| background.start(shell(SERVICE), LIMIT).unwrap()))
                .collect();
            starters
                .into_iter()
                .map(|starter| starter.join().unwrap())
                .collect()
        });
        background.stop(LIMIT).unwrap();
        assert_eq!(started.iter().filter(|started| started.fresh).count(), 1);
        assert!(started.iter().all(|one| one.ready == started[0].ready));
    }

    #[test]
    fn a_killed_process_is_seen_as_stopped_and_its_pid_is_not_believed() {
        let (_folder, background) = background();
        let started = background.start(shell(SERVICE), LIMIT).unwrap();
        let pid = i32::try_from(started.ready["pid"].as_i64().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        while background.is_held().unwrap() {
            sleep(POLL);
        }
        assert_eq!(background.status().unwrap(), Status::Stopped);
        // A bystander whose pid the file names survives a stop.
        let mut bystander = Command::new("sleep").arg("60").spawn().unwrap();
        std::fs::write(background.lock_path(), bystander.id().to_string()).unwrap();
        assert!(!background.stop(LIMIT).unwrap());
        assert!(background.reload(LIMIT).is_err());
        assert!(bystander.try_wait().unwrap().is_none());
        bystander.kill().unwrap();
        bystander.wait_in_time().unwrap();
    }

    #[test]
    fn one_that_ignores_sigterm_is_killed_after_the_limit() {
        let (_folder, background) = background();
        let stubborn = r#"trap '' TERM; echo '{"ready":true}'; while :; do sleep 0.05 </dev/null; done"#;
        background.start(shell(stubborn), LIMIT).unwrap();
        assert!(background.stop(Duration::from_millis(200)).unwrap());
        assert_eq!(background.status().unwrap(), Status::Stopped);
    }

    #[test]
    fn a_failed_start_reports_the_end_of_the_log_and_its_path() {
        let (_folder, background) = background();
        let script = "for i in $(seq 30); do echo line $i >&2; done; exit 7";
        let error = format!("{:#}", background.start(shell(script), LIMIT).unwrap_err());
        assert!(
            error.starts_with("the process ended with exit status: 7 before it was ready"),
            "{error}"
        );
        assert!(error.contains(&background.log().display().to_string()), "{error}");
        assert!(
            error.contains("ends with\nline 11\n") && error.ends_with("line 30"),
            "{error}"
        );
        assert_eq!(background.status().unwrap(), Status::Stopped);
    }

    #[test]
    fn one_that_says_why_it_is_not_ready_is_quoted() {
        let (_folder, background) = background();
        let script = r#"echo '{"ready":false,"error":"the port is taken"}'; sleep 60 </dev/null"#;
        let error = format!("{:#}", background.start(shell(script), LIMIT).unwrap_err());
        assert!(error.starts_with("the port is taken\n"), "{error}");
    }

    #[test]
    fn one_that_is_not_ready_in_time_is_killed() {
        let (_folder, background) = background();
        let error = background
            .start(shell("exec sleep 60"), Duration::from_millis(200))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the process was not ready within 0 s"),
            "{error}"
        );
        assert_eq!(background.status().unwrap(), Status::Stopped);
    }

    #[test]
    fn a_missing_program_is_named_and_leaves_no_lock() {
        let (_folder, background) = background();
        let error = background
            .start(Command::new("no-such-program"), LIMIT)
            .unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program`");
        assert_eq!(background.status().unwrap(), Status::Stopped);
    }

    #[test]
    fn the_log_of_the_run_before_is_kept() {
        let (_folder, background) = background();
        for word in ["first", "second"] {
            background
                .start(shell(&format!("echo {word} >&2; {SERVICE}")), LIMIT)
                .unwrap();
            background.stop(LIMIT).unwrap();
        }
        assert_eq!(read(&background.log()).unwrap(), "second\n");
        assert_eq!(read(&background.folder.join("log.previous")).unwrap(), "first\n");
    }

    #[test]
    fn its_files_are_its_owners_alone() {
        let (_folder, background) = background();
        background.start(shell(SERVICE), LIMIT).unwrap();
        background.stop(LIMIT).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&background.folder), 0o700);
        for file in std::fs::read_dir(&background.folder).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }

    #[test]
    fn asking_about_what_never_ran_leaves_nothing_behind() {
        let (_folder, background) = background();
        assert_eq!(background.status().unwrap(), Status::Stopped);
        assert!(!background.stop(LIMIT).unwrap());
        assert_eq!(
            background.reload(LIMIT).unwrap_err().to_string(),
            format!(
                "nothing to reload: no process holds `{}`",
                background.lock_path().display()
            )
        );
        assert!(!background.folder.exists());
    }

    #[test]
    fn it_is_a_process_group_of_its_own() {
        let (_folder, background) = background();
        let started = background.start(shell(SERVICE), LIMIT).unwrap();
        let pid = Pid::from_raw(i32::try_from(started.ready["pid"].as_i64().unwrap()).unwrap()).unwrap();
        assert_eq!(rustix::process::getpgid(Some(pid)).unwrap(), pid);
        background.stop(LIMIT).unwrap();
    }
}
