//! The listener of functions, from its start to its end.

use std::net::Ipv4Addr;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context as _, Result};
use portcullis_foreign_text::printable;
use portcullis_terraform_json::Resource;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::access::Access;
use super::applied::{Applied, Inner};
use super::call::Names;
use super::credentials::Registry;
use super::listener;
use crate::data_plane::iam;
use crate::data_plane::{EmulatedAws, InputError};
use crate::origin::Origin;
use crate::upstream::Upstream;

/// The listener of functions. Dropping it closes it.
pub struct Aws {
    inner: Arc<Inner>,
    accepting: JoinHandle<()>,
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Aws {
    /// Listens on 127.0.0.1, in front of this emulated AWS. Nothing is allowed yet.
    pub async fn start(emulated: Option<&EmulatedAws>) -> Result<Arc<Self>> {
        let upstream = match emulated {
            Some(EmulatedAws { url, access_key_id }) => {
                let origin = Origin::parse(url);
                let origin = origin.map_err(|error| InputError(printable::line(&format!("{error:#}"))))?;
                let address = origin.address().await?;
                Some((Upstream::Tcp(address), access_key_id.clone()))
            }
            None => None,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("can't listen on loopback for the functions' calls of AWS")?;
        let inner = Arc::new(Inner {
            address: listener.local_addr().context("the listener has no address")?,
            upstream,
            registry: Registry::default(),
            applied: RwLock::default(),
        });
        let accepting = tokio::spawn(listener::accept(listener, inner.clone()));
        Ok(Arc::new(Self { inner, accepting }))
    }

    /// Holds calls against this state from now on.
    pub fn apply(&self, resources: &[Resource]) {
        let applied = Applied {
            rights: iam::of_functions(resources),
            names: Names::of(resources),
        };
        let mut current = self.inner.applied.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(applied);
    }

    /// Returns the access of a function's processes.
    pub fn access(&self, function: &str) -> Result<Access> {
        Ok(Access {
            endpoint: format!("http://{}", self.inner.address),
            credentials: self.inner.registry.of(function)?,
        })
    }
}
