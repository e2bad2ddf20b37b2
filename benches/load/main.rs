//! Measures the load that the data plane bears, beside its bounds and its alternatives: `make bench`, which prepares
//! the others and calls `cargo bench --bench load -- [PART]… [--seconds N]`.
//!
//! Every server is a process of its own on loopback, and the client is this one. The bare `hello` is this program
//! too, called with another first argument.

mod client;
mod hello;
mod report;
mod server;
mod token;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use portcullis_emulator::data_plane::{KeySource, Options};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use client::{Load, Measured};
use report::{Report, Row};
use server::Server;

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// Connections at a time.
const CONNECTIONS: [usize; 3] = [1, 16, 256];
/// Each point is measured this often, all servers in turn; the median counts.
const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(2);
/// The fixed rate at which the gateway's own share is measured, in requests a second.
const RATE: u64 = 1_000;
const ENDURANCE: u64 = 1_000_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Servers have threads as `portcullis serve` has them; the client has one, and leaves them room.
    let server = || Builder::new_multi_thread().enable_all().build();
    match arguments[..] {
        ["hello"] => server()?.block_on(hello::serve()),
        _ => Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(async {
                // Servers end when they are dropped, which a signal would not do.
                let mut terminate = signal(SignalKind::terminate())?;
                tokio::select! {
                    measured = measure(&arguments) => measured,
                    _ = tokio::signal::ctrl_c() => bail!("interrupted"),
                    _ = terminate.recv() => bail!("terminated"),
                }
            }),
    }
}

/// Options of the data plane: the demo as it was applied, its zips, and keys of tests.
fn options(work: &Path) -> Options {
    let repository = Path::new(REPOSITORY);
    let path = |name: &str| repository.join(name);
    let state = work.join("state.json");
    std::fs::write(&state, unlimited()).expect("the folder is ours");
    Options {
        api: None,
        stage: None,
        state,
        root: path("terraform/environments/local"),
        functions: server::zips(),
        layers: BTreeMap::new(),
        runtimes: BTreeMap::new(),
        variables: Vec::new(),
        jwks: BTreeMap::from([(token::ISSUER.to_owned(), KeySource::File(path(token::JWKS)))]),
        port: None,
        emulated_aws: None,
        clock: None,
        work: work.to_owned(),
        deployments: work.join("deployments"),
    }
}

async fn measure(arguments: &[&str]) -> Result<()> {
    let mut seconds = 4;
    let mut parts = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--seconds" => {
                let value = arguments.next().context("`--seconds` wants a number")?;
                seconds = value
                    .parse()
                    .with_context(|| format!("`{value}` is no number of seconds"))?;
            }
            part @ ("compare" | "share" | "endurance") => parts.push(part),
            other => bail!("`{other}` is none of `compare`, `share`, `endurance` and `--seconds N`"),
        }
    }
    if parts.is_empty() {
        parts = vec!["compare", "share", "endurance"];
    }
    for (function, zip) in server::zips() {
        ensure!(
            zip.is_file(),
            "the zip of `{function}` is missing: make it with `portcullis build --env dev`"
        );
    }
    let folder = tempfile::tempdir_in(target()).context("cannot make a folder below `target/`")?;
    let mut report = Report::new();
    for part in parts {
        match part {
            "compare" => compare(folder.path(), Duration::from_secs(seconds), &mut report).await?,
            "share" => share(folder.path(), Duration::from_secs(5 * seconds), &mut report).await?,
            _ => endurance(folder.path(), &mut report).await?,
        }
    }
    report.write(&target().join("load.json"))
}

fn target() -> PathBuf {
    Path::new(REPOSITORY).join("target")
}

/// Throughput, latency and memory of all, in a closed loop.
async fn compare(folder: &Path, duration: Duration, report: &mut Report) -> Result<()> {
    for connections in CONNECTIONS {
        // Fresh ones, so that their memory is that of so many connections.
        let mut servers = vec![
            Server::hello(folder).await?,
            Server::data_plane(folder, "info").await?,
        ];
        servers.extend(Server::ministack(folder).await?);
        servers.extend(Server::offline(folder).await?);
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..ROUNDS {
            for server in &servers {
                for target in &server.targets {
                    let load = match Load::new(target, connections).await {
                        Ok(load) => load,
                        Err(error) => {
                            eprintln!("{}, {}: {error:#}", server.name, target.name);
                            continue;
                        }
                    };
                    load.closed(WARM_UP).await;
                    let before = server.cpu();
                    let measured = load.closed(duration).await;
                    let row = Row::new(server, target, connections, &measured, server.cpu() - before);
                    eprintln!("{row}");
                    rows.push(row);
                }
            }
        }
        report.rows(rows);
    }
    Ok(())
}

/// Measures the gateway's own share of a call at a fixed rate from the data plane's log, beside the latency that the
/// client sees.
async fn share(folder: &Path, duration: Duration, report: &mut Report) -> Result<()> {
    let data_plane = Server::data_plane(folder, "info,portcullis_emulator=debug").await?;
    for target in &data_plane.targets {
        let load = Load::new(target, 16).await?;
        load.paced(RATE, WARM_UP).await;
        let from = data_plane.log_length()?;
        let measured = load.paced(RATE, duration).await;
        let shares = data_plane.shares(from)?;
        report.paced(target.name, &measured, &shares);
    }
    Ok(())
}

/// A million requests, with the memory of the process each second.
async fn endurance(folder: &Path, report: &mut Report) -> Result<()> {
    let server = Server::data_plane(folder, "info").await?;
    let guarded = &server.targets[1];
    let load = Load::new(guarded, 16).await?;
    let mut memory = Vec::new();
    let mut all = Measured::default();
    while all.requests() < ENDURANCE {
        all.add(&load.closed(Duration::from_secs(1)).await);
        memory.push((all.requests(), server.memory()));
    }
    report.endurance(&all, &memory);
    Ok(())
}

/// The state of the demo without limits of requests, which a load exceeds.
fn unlimited() -> String {
    let text = include_str!("../../generator/tests/demo.state.json");
    let mut state: serde_json::Value = serde_json::from_str(text).expect("the state is JSON");
    let modules = state.pointer_mut("/values/root_module/child_modules");
    let modules = modules.and_then(serde_json::Value::as_array_mut);
    for module in modules.into_iter().flatten() {
        if let Some(resources) = module
            .get_mut("resources")
            .and_then(serde_json::Value::as_array_mut)
        {
            resources.retain(|resource| resource["type"] != "aws_api_gateway_method_settings");
        }
    }
    state.to_string()
}
