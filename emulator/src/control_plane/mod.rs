//! The emulated control plane: moto, and a thin reverse proxy of ours in front of it.
//!
//! ```text
//! Terraform, AWS CLI ──→ proxy ──→ moto, with what it lacks (moto_*.py)
//!                          │ web_page    what pages in a browser may send: what needs no credentials
//!                          │ cognito     the few calls that do not go through as they came
//!                          │   ├ password_policy   mends what moto misreads, makes temporary passwords
//!                          │   └ mail              keeps the mail that Cognito would have sent
//!                          │ invocations calls of Lambda's Invoke, answered by the data plane
//!                          │ deliveries  what the data plane fetches: events for functions, and these calls
//!                          └ crate::upstream   one connection to the emulator a request; bodies stream
//! ```
//!
//! The proxy knows nothing of Terraform and holds no state: it asks moto for a user pool's policy when it needs it.
//! Calls that it does not mend pass through unchanged in both directions.
//!
//! Only the proxy reaches moto, which answers at a Unix socket in a folder of its user's: at a port of its own any page
//! of a browser could reach it past the proxy.
//!
//! moto is a child that cannot outlive the proxy (`moto.py` reads its standard input and exits at its end), and the
//! proxy does not outlive moto. An endpoint therefore stands for one life of moto, named by `instance` in the ready
//! line. Nothing that was applied survives that life, so another `instance` means that a Terraform state is stale.
//!
//! moto can't update everything that Terraform changes in place. For API Gateway it lacks UpdateMethod,
//! UpdateIntegration and the like, so no route could get an authorizer or another function. Its UpdateUserPool makes it
//! forget how users sign in. A proxy could only delete and recreate objects that others refer to. So
//! `moto_apigateway.py` and `moto_cognitoidp.py` mend it inside moto's process, on moto's models. So do
//! `moto_users.py`, which finds users by their names as Cognito does, and `moto_codes.py`, which makes and checks
//! confirmation codes and hands their mails to the proxy. `moto_mfa.py` asks for codes of authenticator apps.
//!
//! The proxy also stands in front of an existing emulator ([`Emulator::Upstream`]). Portcullis does not control its
//! life: its address is the `instance`, and the mails of an earlier run of the proxy stay. It must not check
//! signatures, because the proxy changes calls after they were signed. Before the proxy is ready, it tries how the
//! emulator differs from AWS ([`probe`]).
//!
//! moto does not run Lambda functions: it takes their zips as they are. Code runs in the data plane. Events from moto
//! for a function, and every call of Lambda's Invoke, wait in [`deliveries`] until the data plane fetches them.

mod answers;
mod cognito;
pub mod deliveries;
mod emulator;
pub mod invocations;
mod mail;
mod moto;
mod password_policy;
mod probe;
mod proxy;
// The data plane asks what needs no credentials.
pub(crate) mod web_page;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;
use tracing::info;

use crate::ready_line;
use deliveries::Deliveries;
pub use emulator::Emulator;
use emulator::Running;
pub use mail::{Kind, Mail, mails};
use probe::Weakness;
use proxy::Proxy;

/// Options of the control plane.
#[derive(Debug, Clone)]
pub struct Options {
    /// The emulator behind the proxy.
    pub emulator: Emulator,
    /// The loopback port to listen on; `None` or 0 for a free one.
    pub port: Option<u16>,
    /// The folder of the mails. A new life of moto removes those of an earlier one, whose users are gone.
    pub mails: PathBuf,
}

/// Time limit for the probe of another emulator.
const PROBE: Duration = Duration::from_secs(30);

/// Runs the control plane until SIGTERM or SIGINT. Once it answers it prints one JSON line on standard output:
/// `{"ready":true,"endpoint":"http://127.0.0.1:PORT","instance":"…","moto":"5.2.5","pid":…}`. In front of an existing
/// emulator, the line has three keys instead of `moto`: `"upstream":"http://127.0.0.1:4566"`, the `access_key_id` of
/// its calls, and the sentences of the probe in `weaker`. If the emulator can't be used, the line is
/// `{"ready":false,"error":"…"}`. There is nothing to reload: SIGHUP prints the line again.
///
/// Must run on a tokio runtime with I/O and time.
///
/// # Errors
/// If the port is taken, if moto does not start or ends, or if the existing emulator does not answer or can't be used.
pub async fn run(options: Options) -> Result<()> {
    let ended = serve(options).await;
    if let Err(error) = &ended {
        ready_line::print(&json!({"ready": false, "error": format!("{error:#}")}))?;
    }
    ended
}

async fn serve(options: Options) -> Result<()> {
    // Before anything is started, so that no signal finds the default that would leave moto to itself.
    let mut terminate = signal(SignalKind::terminate()).context("can't listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("can't listen for SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("can't listen for SIGHUP")?;

    let port = options.port.unwrap_or(0);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("can't listen on port {port} of the loopback address"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let endpoint = format!("http://{address}");
    let mails = match options.emulator {
        Emulator::Moto { .. } => mail::Folder::cleared(options.mails)?,
        Emulator::Upstream { .. } => mail::Folder::opened(options.mails)?,
    };
    let deliveries = Arc::new(Deliveries::default());
    let mut emulator = tokio::select! {
        emulator = Running::start(&options.emulator, &deliveries) => emulator?,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };

    let mut ready = emulator.ready(&endpoint);
    let proxy = Proxy::new(emulator.upstream(), mails, deliveries);
    let mut server = tokio::spawn(proxy::serve(listener, Arc::new(proxy)));
    if let Emulator::Upstream {
        url,
        access_key_id,
        region,
    } = &options.emulator
    {
        let found = tokio::select! {
            found = timeout(PROBE, probe::probe(address, access_key_id, region)) => found,
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
        };
        let found = found
            .unwrap_or_else(|_| bail!("it did not answer within {} s", PROBE.as_secs()))
            .with_context(|| format!("can't use the emulated AWS at `{url}`"))?;
        ready["weaker"] = found.iter().map(Weakness::to_string).collect();
    }
    ready_line::print(&ready)?;
    info!(endpoint, "the control plane is ready");

    let ended = loop {
        tokio::select! {
            _ = terminate.recv() => break Ok(()),
            _ = interrupt.recv() => break Ok(()),
            _ = hangup.recv() => ready_line::print(&ready)?,
            ended = emulator.ended() => break ended,
            served = &mut server => {
                served.context("the proxy failed")?;
                bail!("the proxy stopped listening")
            }
        }
    };
    server.abort();
    ended?;
    emulator.stop().await
}
