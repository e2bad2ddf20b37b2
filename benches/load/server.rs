//! The servers under load: processes that end with the benchmark, with what the system tells of them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use serde::Deserialize;
use serde_json::Value;
use tempfile::NamedTempFile;

use super::client::{Target, histogram};
use super::{REPOSITORY, target, token};

const OPEN: &str = "hello whole wide world";
const GUARDED: &str = "hello someone@example.com, you are signed in";
/// The longest time that a server may take to start. The slowest read many files first.
const START: Duration = Duration::from_secs(60);

/// A server that answers.
pub struct Server {
    /// Its name in the table.
    pub name: &'static str,
    /// Its routes.
    pub targets: Vec<Target>,
    process: Child,
    log: NamedTempFile,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its child processes must end too, and only the data plane ensures this when it is killed.
        let _ = rustix::process::Pid::from_raw(self.process.id() as i32)
            .map(|pid| rustix::process::kill_process_group(pid, rustix::process::Signal::TERM));
        for _ in 0..50 {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Memory of a server in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident set of the process itself.
    pub server: u64,
    /// Sum of the resident sets of its descendants, which run the functions. Shared memory is counted in each.
    pub functions: u64,
    /// Number of those descendants.
    pub processes: usize,
}

/// The functions of the demo and their zips for this machine, which `portcullis build --env dev` makes.
pub fn zips() -> BTreeMap<String, PathBuf> {
    let architecture = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    };
    let folder = Path::new(REPOSITORY)
        .join("terraform/artifacts")
        .join(architecture);
    ["open", "authenticated"]
        .map(|name| (name.to_owned(), folder.join(format!("{name}.zip"))))
        .into()
}

impl Server {
    /// A bare hyper that answers `hello`.
    pub async fn hello(folder: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let (server, address) = Self::start("hyper", command.arg("hello"), folder)?;
        Ok(server.with(&address, [("open", "/", None, "hello")]))
    }

    /// `portcullis serve` as a user has it.
    pub async fn data_plane(folder: &Path, log: &str) -> Result<Self> {
        let options = super::options(&folder.join("data-plane"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.arg("serve").env("RUST_LOG", log);
        command
            .arg("--state")
            .arg(options.state)
            .arg("--root")
            .arg(options.root);
        command.arg("--work").arg(options.work);
        for (name, path) in options.functions {
            command
                .arg("--function")
                .arg(format!("{name}={}", path.display()));
        }
        for (issuer, source) in options.jwks {
            command.arg("--jwks").arg(format!("{issuer}={source}"));
        }
        let (server, line) = Self::start("portcullis", &mut command, folder)?;
        let ready: Value = serde_json::from_str(&line).with_context(|| format!("no ready line: {line}"))?;
        let url = ready["api_url"]
            .as_str()
            .context("no address in the ready line")?;
        let address = url.trim_start_matches("http://").trim_end_matches("/v1");
        Ok(server.with(
            address,
            [
                ("open", "/v1/open", None, OPEN),
                ("guarded", "/v1/", Some(token::id_token()?), GUARDED),
            ],
        ))
    }

    /// Starts ministack with the same zips, deployed by `ministack.py`. Returns `None` if it is not installed.
    pub async fn ministack(folder: &Path) -> Result<Option<Self>> {
        #[derive(Deserialize)]
        struct Deployed {
            address: String,
            open: String,
            guarded: String,
            token: String,
        }
        let python = target().join("load/venv/bin/python");
        if !python.exists() {
            return Ok(None);
        }
        let mut command = Command::new(python);
        command
            .arg(Path::new(REPOSITORY).join("benches/load/ministack.py"))
            .args(zips().values())
            .env("TMPDIR", folder);
        let (server, line) = Self::start("ministack", &mut command, folder)?;
        let deployed: Deployed =
            serde_json::from_str(&line).with_context(|| format!("not deployed: {line}"))?;
        Ok(Some(server.with(
            &deployed.address,
            [
                ("open", &deployed.open, None, OPEN),
                (
                    "guarded",
                    &deployed.guarded,
                    Some(deployed.token),
                    "you are signed in",
                ),
            ],
        )))
    }

    /// Starts serverless-offline with handlers in JavaScript that answer the same. Returns `None` if it is not
    /// installed. It reads the claims of a token without verifying it.
    pub async fn offline(folder: &Path) -> Result<Option<Self>> {
        let installed = target().join("load/offline");
        if !installed.join("node_modules").exists() {
            return Ok(None);
        }
        for name in ["serverless.yml", "handler.js"] {
            let from = Path::new(REPOSITORY).join("benches/load/offline").join(name);
            std::fs::copy(&from, installed.join(name))
                .with_context(|| format!("cannot copy `{}`", from.display()))?;
        }
        let ports = [free_port()?, free_port()?];
        let mut command = Command::new("node");
        command
            .current_dir(&installed)
            .args([
                "node_modules/serverless/bin/serverless.js",
                "offline",
                "start",
                "--host",
                "127.0.0.1",
            ])
            .args([
                "--httpPort",
                &ports[0].to_string(),
                "--lambdaPort",
                &ports[1].to_string(),
            ])
            .env("SLS_TELEMETRY_DISABLED", "1")
            .env("SLS_NOTIFICATIONS_MODE", "off");
        let server = Self::spawn("serverless-offline", &mut command, folder, Stdio::null())?;
        let address = format!("127.0.0.1:{}", ports[0]);
        server.answers(&address).await?;
        Ok(Some(server.with(
            &address,
            [
                ("open", "/v1/open", None, OPEN),
                ("guarded", "/v1/", Some(token::id_token()?), GUARDED),
            ],
        )))
    }

    /// Starts a process and reads its first line.
    fn start(name: &'static str, command: &mut Command, folder: &Path) -> Result<(Self, String)> {
        let mut server = Self::spawn(name, command, folder, Stdio::piped())?;
        let mut line = String::new();
        let mut out = BufReader::new(server.process.stdout.take().context("no standard output")?);
        out.read_line(&mut line)?;
        if line.is_empty() {
            bail!(
                "{name} says nothing; its log: {}",
                std::fs::read_to_string(&server.log)?
            );
        }
        // It may go on to talk; what it says is let go by.
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Ok((server, line.trim().to_owned()))
    }

    fn spawn(name: &'static str, command: &mut Command, folder: &Path, out: Stdio) -> Result<Self> {
        use std::os::unix::process::CommandExt;
        let log = NamedTempFile::with_prefix_in(name, folder).context("cannot make a log")?;
        let file = log.reopen().context("cannot write a log")?;
        let process = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(file)
            .process_group(0)
            .spawn();
        Ok(Self {
            name,
            targets: Vec::new(),
            process: process.with_context(|| format!("cannot start {name}"))?,
            log,
        })
    }

    /// Waits until the server accepts connections.
    async fn answers(&self, address: &str) -> Result<()> {
        let listens = async {
            while tokio::net::TcpStream::connect(address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let listens = tokio::time::timeout(START, listens).await;
        listens.with_context(|| {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            format!("{} does not come up: {log}", self.name)
        })
    }

    fn with<const N: usize>(
        mut self,
        address: &str,
        routes: [(&'static str, &str, Option<String>, &'static str); N],
    ) -> Self {
        self.targets = routes
            .map(|(name, path, token, says)| Target {
                name,
                address: address.to_owned(),
                path: path.to_owned(),
                token,
                says,
            })
            .into();
        self
    }

    /// Processor time that the process has used.
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // Behind the name, which may hold anything: fields 14 and 15, in hundredths of a second.
        let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
        let ticks = fields
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok());
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }

    /// Returns the memory that the server and its functions use now.
    pub fn memory(&self) -> Memory {
        let server = self.process.id();
        let processes: Vec<(u32, u32, u64)> = std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| process(&entry.ok()?.path()))
            .collect();
        let mut family = vec![server];
        let mut memory = Memory {
            server: 0,
            functions: 0,
            processes: 0,
        };
        let mut index = 0;
        while let Some(&parent) = family.get(index) {
            index += 1;
            family.extend(
                processes
                    .iter()
                    .filter(|(_, of, _)| *of == parent)
                    .map(|(pid, ..)| *pid),
            );
        }
        for (pid, _, resident) in &processes {
            if *pid == server {
                memory.server = *resident;
            } else if family.contains(pid) {
                memory.functions += resident;
                memory.processes += 1;
            }
        }
        memory
    }

    /// Returns the current length of its log.
    pub fn log_length(&self) -> Result<usize> {
        Ok(std::fs::metadata(&self.log)?.len() as usize)
    }

    /// From the data plane's log behind `from`: of each request what it took without what the function took.
    pub fn shares(&self, from: usize) -> Result<Histogram<u64>> {
        let log = std::fs::read_to_string(&self.log)?;
        let milliseconds = |text: &str| text.rsplit(' ').next().and_then(|text| text.parse::<f64>().ok());
        let (mut shares, mut functions) = (histogram(), BTreeMap::new());
        for line in log[from..].lines() {
            // `… <id>: 0.123 ms in the function`, and later `… 200 in 0.234 ms, <id>`
            if let Some((before, time)) = line
                .strip_suffix(" ms in the function")
                .and_then(|line| line.rsplit_once(": "))
            {
                functions.insert(before.rsplit(' ').next().unwrap_or_default(), milliseconds(time));
            } else if let Some((before, id)) = line.rsplit_once(" ms, ")
                && let (Some(all), Some(Some(function))) = (milliseconds(before), functions.remove(id))
            {
                shares.saturating_record(((all - function) * 1e6) as u64);
            }
        }
        Ok(shares)
    }
}

/// Id, parent and resident set of a process.
fn process(folder: &Path) -> Option<(u32, u32, u64)> {
    let pid = folder.file_name()?.to_str()?.parse().ok()?;
    let status = std::fs::read_to_string(folder.join("status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_ascii_whitespace().next()?.parse::<u64>().ok()
    };
    Some((pid, field("PPid:")? as u32, field("VmRSS:")? * 1024))
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}
