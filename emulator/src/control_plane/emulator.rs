//! What the proxy stands in front of: a moto of its own, or somebody else's emulator.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::header::HOST;
use http::{Request, Uri};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::deliveries::Deliveries;
use super::moto::Moto;
use super::upstream::{Upstream, full};
use crate::guard::is_loopback;

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

/// `http://HOST:PORT`, on this machine.
#[derive(Debug, PartialEq)]
struct Origin {
    /// As it stands in the URL, in lower case.
    host: String,
    port: u16,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "http://{}:{}", self.host, self.port)
    }
}

impl Origin {
    fn parse(url: &str) -> Result<Self> {
        const EXAMPLE: &str = "write its scheme, host and port, such as `http://127.0.0.1:4566`";
        let uri: Uri = url
            .parse()
            .with_context(|| format!("invalid URL `{url}`: {EXAMPLE}"))?;
        ensure!(
            uri.scheme_str() == Some("http"),
            "`{url}` must begin with `http://`: {EXAMPLE}"
        );
        let authority = uri
            .authority()
            .with_context(|| format!("missing host in `{url}`: {EXAMPLE}"))?;
        let host = authority.host();
        // What is applied holds the code of the functions and the first user's e-mail.
        ensure!(
            is_loopback(host),
            "`{host}` in `{url}` must be a loopback address, such as `127.0.0.1`"
        );
        let Some(port) = authority.port_u16() else {
            bail!("missing port in `{url}`: {EXAMPLE}");
        };
        ensure!(
            uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@'),
            "`{url}` must have only a host and a port: {EXAMPLE}"
        );
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    /// Returns its address if it answers a request in any way.
    async fn answering(&self) -> Result<Upstream> {
        let Self { host, port } = self;
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((name, *port))
            .await
            .with_context(|| format!("can't connect to `{self}`: start the emulator first"))?;
        let address = stream.peer_addr()?;
        ensure!(
            address.ip().is_loopback(),
            "`{host}` must be a loopback address, but it is {}",
            address.ip()
        );
        let request = Request::get("/")
            .header(HOST, format!("{host}:{port}"))
            .body(full(""))?;
        let upstream = Upstream::Tcp(address);
        upstream
            .send(request)
            .await
            .with_context(|| format!("`{self}` does not answer requests"))?;
        Ok(upstream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_named_by_a_loopback_host_and_a_port() {
        for (url, origin) in [
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
            ("http://127.0.0.1:4566/", "http://127.0.0.1:4566"),
            ("http://LOCALHOST:80", "http://localhost:80"),
            ("http://[::1]:5000", "http://[::1]:5000"),
        ] {
            assert_eq!(Origin::parse(url).unwrap().to_string(), origin, "{url}");
        }
    }

    #[test]
    fn what_else_a_url_may_be_is_refused_by_name() {
        for (url, reason) in [
            ("", "invalid URL ``"),
            ("127.0.0.1:4566", "`127.0.0.1:4566` must begin with `http://`"),
            (
                "https://localhost:4566",
                "`https://localhost:4566` must begin with `http://`",
            ),
            ("/path", "`/path` must begin with `http://`"),
            (
                "ftp://127.0.0.1:21",
                "`ftp://127.0.0.1:21` must begin with `http://`",
            ),
            (
                "http://example.com:4566",
                "`example.com` in `http://example.com:4566` must be a loopback address",
            ),
            (
                "http://10.0.0.1:4566",
                "`10.0.0.1` in `http://10.0.0.1:4566` must be a loopback address",
            ),
            ("http://127.0.0.1", "missing port in `http://127.0.0.1`"),
            (
                "http://127.0.0.1:4566/aws",
                "`http://127.0.0.1:4566/aws` must have only a host and a port",
            ),
            (
                "http://127.0.0.1:4566?a=b",
                "`http://127.0.0.1:4566?a=b` must have only a host and a port",
            ),
            (
                "http://me@127.0.0.1:4566",
                "`http://me@127.0.0.1:4566` must have only a host and a port",
            ),
        ] {
            let error = Origin::parse(url).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{url}: {error}");
        }
    }
}
