//! The emulator behind the proxy: a moto of its own, or an existing emulator.

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
        /// A folder for its socket, which only the user can enter. A Unix socket's path holds about a hundred bytes, so
        /// a deeper folder must be relative to the current one.
        work: PathBuf,
    },
    /// An existing emulator, which Portcullis neither starts nor stops.
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
    /// Starts moto, or waits until the existing emulator answers.
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
    /// `instance` identifies a life of the emulator, whose end loses everything applied. The proxy can't see the life
    /// of an existing emulator, so the address stands for it. The address stays the same after a restart of the proxy.
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

    /// Lets moto exit. An existing emulator keeps running.
    pub(super) async fn stop(self) -> Result<()> {
        match self {
            Self::Moto { moto, .. } => moto.stop().await,
            Self::Upstream { .. } => Ok(()),
        }
    }
}
