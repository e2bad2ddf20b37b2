//! Programs that a test waits for, with a limit: one that hangs fails its test and is ended.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// Time limit of any program. An apply with a cold provider on a busy machine takes much less.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Interval between two checks of whether a program has ended.
const POLL: Duration = Duration::from_millis(2);

/// Runs a program without a terminal's colors in a folder, and returns what it printed.
#[track_caller]
pub fn output_in(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    command.output_in_time().unwrap()
}

/// Waits with a limit.
pub trait InTime {
    /// Waits for its end.
    fn wait_in_time(&mut self) -> io::Result<ExitStatus>;
    /// Waits for its end and returns what it printed into pipes.
    fn output_in_time(&mut self) -> io::Result<Output>;
}

/// Started at once; for its output, without standard input.
impl InTime for Command {
    #[track_caller]
    fn wait_in_time(&mut self) -> io::Result<ExitStatus> {
        self.spawn()?.wait_in_time()
    }

    #[track_caller]
    fn output_in_time(&mut self) -> io::Result<Output> {
        let command = self
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn()?.output_in_time()
    }
}

impl InTime for Child {
    #[track_caller]
    fn wait_in_time(&mut self) -> io::Result<ExitStatus> {
        wait(self, LIMIT)
    }

    #[track_caller]
    fn output_in_time(&mut self) -> io::Result<Output> {
        output(self, LIMIT)
    }
}

#[track_caller]
fn wait(child: &mut Child, limit: Duration) -> io::Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            // It fails below, also if this does.
            _ = child.kill();
            panic!("process {} did not end within {limit:?}", child.id());
        }
        sleep(POLL);
    }
}

#[track_caller]
fn output(child: &mut Child, limit: Duration) -> io::Result<Output> {
    drop(child.stdin.take());
    let deadline = Instant::now() + limit;
    let stdout = child.stdout.take().map(read);
    let stderr = child.stderr.take().map(read);
    let status = wait(child, limit)?;
    // Its child processes may hold the pipes for longer.
    let rest = |pipe: Option<Receiver<io::Result<Vec<u8>>>>| match pipe {
        Some(pipe) => pipe
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            .unwrap_or_else(|_| panic!("what process {} started did not end within {limit:?}", child.id())),
        None => Ok(Vec::new()),
    };
    Ok(Output {
        status,
        stdout: rest(stdout)?,
        stderr: rest(stderr)?,
    })
}

fn read(mut pipe: impl Read + Send + 'static) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = channel();
    spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.read_to_end(&mut bytes).map(|_| bytes);
        // The receiver is gone if the test has failed.
        _ = sender.send(read);
    });
    receiver
}
