//! moto as a child process.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::time::timeout;
use tracing::{info, warn};

use super::deliveries::Deliveries;

/// The program for Python, passed on its command line so that no file gets out of date: additions to moto, then moto.
const PROGRAM: &str = concat!(
    include_str!("moto_apigateway.py"),
    include_str!("moto_cognitoidp.py"),
    include_str!("moto_users.py"),
    include_str!("moto_codes.py"),
    include_str!("moto_mfa.py"),
    include_str!("moto_events.py"),
    include_str!("moto_data.py"),
    include_str!("moto_lambda.py"),
    include_str!("moto_s3.py"),
    include_str!("moto.py")
);

/// The file in moto's folder at which it answers.
const SOCKET: &str = "socket";

/// Time limit for the first answer of moto. It takes 0.3 s from a warm disk.
const START: Duration = Duration::from_secs(60);

/// Time limit for moto to exit after its standard input ended. It takes 10 ms.
const STOP: Duration = Duration::from_secs(2);

/// A moto that answers. Dropping it kills it.
pub(super) struct Moto {
    child: Child,
    /// Open for as long as moto is to live.
    stdin: Option<ChildStdin>,
    socket: PathBuf,
    version: String,
}

/// The first line that `moto.py` prints. The others are what `moto_events.py` hands over.
#[derive(Deserialize)]
struct Ready {
    version: String,
}

impl Moto {
    /// Starts moto at a socket in the folder `work` and waits until it listens. Its log becomes part of ours, and what
    /// it hands over goes to `deliveries`.
    pub(super) async fn start(python: &Path, work: &Path, deliveries: Arc<Deliveries>) -> Result<Self> {
        portcullis_files::private_folder(work)
            .with_context(|| format!("can't create the folder `{}`", work.display()))?;
        let socket = work.join(SOCKET);
        // A killed process leaves this behind.
        remove(&socket)?;
        let mut command = Command::new(python);
        // Isolated: neither PYTHONPATH, nor the user's own packages, nor a module in the current folder.
        command.args(["-I", "-c", PROGRAM]).arg(&socket);
        // moto itself uses boto3: a profile of the user's that is named but missing would break it.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        // It would let every web page read what it answers; the proxy says which may.
        command.env("MOTO_DISABLE_GLOBAL_CORS", "true");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("can't start moto with `{}`", python.display()))?;
        let stdin = child.stdin.take();
        let stderr = child.stderr.take().context("moto has no standard error")?;
        let log = tokio::spawn(pass_on(stderr));
        let stdout = child.stdout.take().context("moto has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(START, lines.next_line())
            .await
            .with_context(|| format!("moto did not answer within {} s", START.as_secs()))?
            .context("can't read the output of moto")?;
        let Some(line) = line else {
            let status = child.wait().await.context("can't wait for moto")?;
            // The reason is in its last lines.
            _ = timeout(STOP, log).await;
            bail!(
                "moto ended before it was ready ({status}): check that it is installed for `{}`",
                python.display()
            );
        };
        let ready: Ready = serde_json::from_str(&line).with_context(|| format!("moto printed `{line}`"))?;
        // Its own name for it is shorter than ours may be.
        UnixStream::connect(&socket).await.with_context(|| {
            format!(
                "can't reach moto at `{}`: a path of over 100 bytes is named relative to the current folder",
                socket.display()
            )
        })?;
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                match serde_json::from_str(&line) {
                    Ok(delivery) => deliveries.add(delivery),
                    Err(error) => warn!("moto handed over an invalid line: {error}"),
                }
            }
        });
        Ok(Self {
            child,
            stdin,
            socket,
            version: ready.version,
        })
    }

    /// The Unix socket at which it answers.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Waits until moto ends by itself. May be dropped and called again.
    pub(super) async fn ended(&mut self) -> Result<ExitStatus> {
        // It would first close the standard input that keeps moto alive, had that not been taken out.
        self.child.wait().await.context("can't wait for moto")
    }

    /// Lets moto exit, or kills it when it does not.
    pub(super) async fn stop(mut self) -> Result<()> {
        drop(self.stdin.take());
        match timeout(STOP, self.child.wait()).await {
            Ok(status) => status.map(drop).context("can't wait for moto")?,
            Err(_) => self.child.kill().await.context("can't kill moto")?,
        }
        remove(&self.socket)
    }
}

/// Writes moto's warnings and errors to our log.
async fn pass_on(stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        info!("moto: {}", String::from_utf8_lossy(&line).trim_end());
    }
}

fn remove(socket: &Path) -> Result<()> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove `{}`", socket.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files share one namespace in Python, so a second definition would replace the first for every file.
    #[test]
    fn no_name_of_the_program_is_defined_twice() {
        let mut names = std::collections::BTreeSet::new();
        for line in PROGRAM.lines() {
            let definition = ["def ", "class "].iter().find_map(|word| line.strip_prefix(word));
            if let Some(definition) = definition {
                let name = definition.split(['(', ':']).next().unwrap();
                assert!(names.insert(name), "{name}");
            }
        }
        assert!(names.contains("set_queue_attributes"));
    }
}
