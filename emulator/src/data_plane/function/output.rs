//! The output of a process on stdout and stderr: one pipe. Each line goes into the function's log, with the time and
//! the id of the current invocation, as Lambda's own runtimes write theirs.
//!
//! A function has written its output before its answer, so the pipe is read to its end before the log says END. A
//! function that never stops writing only delays itself. Each pipe is read on a thread of its own, and the locks are
//! fair, so that a tokio worker waits for one chunk at most.

use std::process::Stdio;
use std::sync::Arc;

use time::OffsetDateTime;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, Iso8601, TimePrecision};
use tokio::net::unix::pipe;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::log::Log;

/// A line that is longer is cut. Source: CloudWatch's quotas, 1 MB an event.
const LINE_LIMIT: usize = 1 << 20;
/// Size of one read in bytes.
const CHUNK: usize = 16 << 10;
/// Capacity of a pipe in bytes: text before an END is not further behind. Source: pipe(7).
const PIPE: usize = 64 << 10;

/// The pipe of one environment.
pub struct Output {
    pipe: pipe::Receiver,
    log: Arc<Log>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The invocation under way; none while the function comes up, and between two.
    request_id: Option<String>,
    /// The line that has not ended.
    unfinished: Vec<u8>,
}

impl Output {
    /// A pipe, and the handles that a process gets as its stdout and stderr. Output is written until every end is
    /// closed.
    pub fn open(log: Arc<Log>) -> std::io::Result<(Arc<Self>, [Stdio; 2])> {
        let (reader, writer) = std::io::pipe()?;
        let ends = [Stdio::from(writer.try_clone()?), Stdio::from(writer)];
        let output = Arc::new(Self {
            pipe: pipe::Receiver::from_owned_fd(reader.into())?,
            log,
            state: Mutex::default(),
        });
        let (runtime, reader) = (Handle::current(), output.clone());
        std::thread::Builder::new()
            .name("function output".into())
            .spawn(move || runtime.block_on(reader.write_what_comes()))?;
        Ok((output, ends))
    }

    /// An invocation begins: what is written from now on belongs to it.
    pub async fn begins(&self, request_id: &str, version: &str) {
        let start = format!("START RequestId: {request_id} Version: {version}\n");
        self.platform(&start, Some(request_id.to_owned())).await;
    }

    /// Writes lines of the platform's, behind all that the process has written. No invocation is under way after it.
    pub async fn say(&self, lines: &str) {
        self.platform(lines, None).await;
    }

    async fn platform(&self, lines: &str, next: Option<String>) {
        let mut state = self.state.lock().await;
        let mut chunk = [0; CHUNK];
        for _ in 0..PIPE / CHUNK {
            match rustix::io::read(&self.pipe, &mut chunk) {
                Ok(0) | Err(rustix::io::Errno::AGAIN) => break,
                Ok(read) => self.write(&mut state, &chunk[..read]).await,
                Err(error) => {
                    tracing::warn!("can't read the output of a function: {error}");
                    break;
                }
            }
        }
        self.log.write(&state.finish()).await;
        self.log.write(lines.as_bytes()).await;
        state.request_id = next;
    }

    async fn write_what_comes(self: Arc<Self>) {
        let mut chunk = [0; CHUNK];
        while self.pipe.readable().await.is_ok() {
            // Held from the read to the write, or a line could come behind its END.
            let mut state = self.state.lock().await;
            match self.pipe.try_read(&mut chunk) {
                Ok(0) => return self.log.write(&state.finish()).await,
                Ok(read) => self.write(&mut state, &chunk[..read]).await,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return tracing::warn!("can't read the output of a function: {error}"),
            }
        }
    }

    async fn write(&self, state: &mut State, bytes: &[u8]) {
        self.log.write(&state.lines(bytes)).await;
    }
}

impl State {
    /// The lines that end in `bytes`, as the log has them. The rest is kept for the next call.
    fn lines(&mut self, bytes: &[u8]) -> Vec<u8> {
        let head = self.head();
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.unfinished.extend_from_slice(part);
            if part.ends_with(b"\n") || self.unfinished.len() >= LINE_LIMIT {
                self.end_line(&head, &mut lines);
            }
        }
        lines
    }

    /// The line that has begun, if one has.
    fn finish(&mut self) -> Vec<u8> {
        let mut line = Vec::new();
        if !self.unfinished.is_empty() {
            self.end_line(&self.head(), &mut line);
        }
        line
    }

    fn end_line(&mut self, head: &str, lines: &mut Vec<u8>) {
        lines.extend_from_slice(head.as_bytes());
        lines.append(&mut self.unfinished);
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
    }

    /// Returns the prefix of each line.
    fn head(&self) -> String {
        format!("{} {} ", now(), self.request_id.as_deref().unwrap_or("-"))
    }
}

/// The time as the log writes it, such as `2026-11-24T02:56:25.123Z`.
pub fn now() -> String {
    const MILLISECONDS: EncodedConfig = Config::DEFAULT
        .set_time_precision(TimePrecision::Second {
            decimal_digits: std::num::NonZero::new(3),
        })
        .encode();
    let now = OffsetDateTime::now_utc();
    now.format(&Iso8601::<MILLISECONDS>)
        .unwrap_or_else(|_| now.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_test_support::in_time::InTime;
    use std::process::Command;

    async fn ended(child: &mut tokio::process::Child) {
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), child.wait()).await;
        ended.unwrap().unwrap();
    }

    /// The log with times replaced by `T`.
    fn lines(path: &std::path::Path) -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap();
        let time = regex::Regex::new(r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ").unwrap();
        time.replace_all(&text, "T ").lines().map(String::from).collect()
    }

    #[tokio::test]
    async fn all_that_was_written_stands_before_the_end_and_names_its_invocation() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let log = Arc::new(Log::open(path.clone(), 1 << 20).unwrap());
        let (output, [stdout, stderr]) = Output::open(log).unwrap();
        let mut shell = Command::new("sh");
        let script = "echo early; read go; echo one; echo two >&2; printf three; read go; echo between";
        shell
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr);
        let mut shell = shell.spawn().unwrap();
        let mut stdin = shell.stdin.take().unwrap();
        let pause = || std::thread::sleep(std::time::Duration::from_millis(100));
        pause();
        output.begins("id", "$LATEST").await;
        std::io::Write::write_all(&mut stdin, b"go\n").unwrap();
        pause();
        output.say("END RequestId: id\n").await;
        std::io::Write::write_all(&mut stdin, b"go\n").unwrap();
        shell.wait_in_time().unwrap();
        output.say("").await;
        assert_eq!(
            lines(&path),
            [
                "T - early",
                "START RequestId: id Version: $LATEST",
                "T id one",
                "T id two",
                "T id three",
                "END RequestId: id",
                "T - between",
            ]
        );
    }

    #[tokio::test]
    async fn two_that_write_parts_of_lines_at_once_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let log = Arc::new(Log::open(path.clone(), 1 << 20).unwrap());
        let mut shells = Vec::new();
        for name in ["a", "b"] {
            let (output, [stdout, _]) = Output::open(log.clone()).unwrap();
            let script = format!(
                "i=0; while [ $i -lt 200 ]; do printf {name}; printf {name}; echo {name}; i=$((i+1)); done"
            );
            let mut shell = tokio::process::Command::new("sh");
            let shell = shell.args(["-c", &script]).stdout(stdout).spawn().unwrap();
            shells.push((shell, output));
        }
        for (mut shell, output) in shells {
            ended(&mut shell).await;
            output.say("").await;
        }
        let lines = lines(&path);
        assert_eq!(lines.len(), 400);
        assert!(
            lines.iter().all(|line| line == "T - aaa" || line == "T - bbb"),
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let log = Arc::new(Log::open(path.clone(), 10 << 20).unwrap());
        let (output, [stdout, _]) = Output::open(log).unwrap();
        let mut head = tokio::process::Command::new("head");
        head.args(["-c", "2500000", "/dev/zero"]).stdout(stdout);
        ended(&mut head.spawn().unwrap()).await;
        drop(head);
        output.say("").await;
        let lengths: Vec<usize> = lines(&path).iter().map(String::len).collect();
        assert_eq!(lengths.len(), 3, "{lengths:?}");
        assert!(lengths.iter().sum::<usize>() >= 2_500_000);
    }
}
