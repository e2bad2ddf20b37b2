//! What the proxy stands in front of: a moto of its own, or somebody else's emulator.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::deliveries::Deliveries;
use super::moto::Moto;
use crate::origin::Origin;
use crate::upstream::Upstream;

/// Time limit for the first answer of another emulator, which must be started before.
const ANSWER: Duration = Duration::from_secs(5);

/// The emulated AWS behind the proxy.
#[derive(Debug, Clone)]
pub enum Emulator {
    /// A moto that lives as long as the proxy.
    Moto {
        /// The Python interpreter that has it.
        python: PathBuf,
        /// A folder for its socket, which nobody else can enter. A Unix socket's path holds about a hundred bytes:
        /// a folder deeper than that has to be named relative to the current one.
        work: PathBuf,
    },
    /// An emulator that somebody else starts and stops.
    Upstream {
        /// Its URL on this machine without a path, such as `http://127.0.0.1:4566`.
        url: String,
        /// The access key of Terraform's calls and of the probe's. Many emulators take twelve digits for the account.
        access_key_id: String,
        /// The region that is used, and probed.
        region: String,
    },
}

/// An emulator that answers.
pub(super) enum Running {
    Moto {
        moto: Box<Moto>,
        instance: String,
    },
    Upstream {
        upstream: Upstream,
        origin: String,
        access_key_id: String,
    },
}

impl Running {
    /// Starts moto, or asks somebody else's emulator for a sign of life.
    pub(super) async fn start(emulator: &Emulator, deliveries: &Arc<Deliveries>) -> Result<Self> {
        match emulator {
            Emulator::Moto { python, work } => Ok(Self::Moto {
                moto: Box::new(Moto::start(python, work, deliveries.clone()).await?),
                instance: uuid::Uuid::new_v4().simple().to_string(),
            }),
            Emulator::Upstream {
                url, access_key_id, ..
            } => {
                let origin = Origin::parse(url)?;
                let upstream = timeout(ANSWER, origin.answering())
                    .await
                    .with_context(|| format!("`{url}` did not answer within {} s", ANSWER.as_secs()))??;
                Ok(Self::Upstream {
                    upstream,
                    origin: origin.to_string(),
                    access_key_id: access_key_id.clone(),
                })
            }
        }
    }

    pub(super) fn upstream(&self) -> Upstream {
        match self {
            Self::Moto { moto, .. } => Upstream::Socket(moto.socket().to_path_buf()),
            Self::Upstream { upstream, .. } => upstream.clone(),
        }
    }

    /// The proxy's ready line at this endpoint.
    ///
    /// `instance` names a life of what is held behind it. How long somebody else's emulator has lived nobody knows,
    /// so its address names it, and that is the same however often the proxy is started.
    pub(super) fn ready(&self, endpoint: &str) -> Value {
        let mut ready = json!({"ready": true, "endpoint": endpoint, "pid": std::process::id()});
        match self {
            Self::Moto { moto, instance } => {
                ready["instance"] = json!(instance);
                ready["moto"] = json!(moto.version());
            }
            Self::Upstream {
                origin,
                access_key_id,
                ..
            } => {
                ready["instance"] = json!(origin);
                ready["upstream"] = json!(origin);
                ready["access_key_id"] = json!(access_key_id);
            }
        }
        ready
    }

    /// Waits until what it holds is lost, and says so. May be dropped and called again.
    pub(super) async fn ended(&mut self) -> Result<()> {
        match self {
            // Its users' mails are worth nothing now, but the next life removes them: a kill would leave them
            // too.
            Self::Moto { moto, .. } => bail!(
                "moto ended ({}) and lost all resources. Run `portcullis apply` again",
                moto.ended().await?
            ),
            // It may come back, so the proxy stays; until then it answers with an error.
            Self::Upstream { .. } => std::future::pending().await,
        }
    }

    /// Lets moto exit. Somebody else's emulator is left alone.
    pub(super) async fn stop(self) -> Result<()> {
        match self {
            Self::Moto { moto, .. } => moto.stop().await,
            Self::Upstream { .. } => Ok(()),
        }
    }
}
