//! What the proxy stands in front of: a moto of its own, or somebody else's emulator.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::header::HOST;
use http::{Request, Uri};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::moto::Moto;
use super::upstream::{Upstream, full};

/// How long somebody else's emulator may take to answer a first request. Theirs is to be started before.
const ANSWER: Duration = Duration::from_secs(5);

/// The emulated AWS behind the proxy.
#[derive(Debug, Clone)]
pub enum Emulator {
    /// A moto that lives as long as the proxy.
    Moto {
        /// The Python interpreter that has it.
        python: PathBuf,
    },
    /// An emulator that somebody else starts and stops. It must not check signatures: the proxy changes what some
    /// requests say.
    Upstream {
        /// Where it answers on this machine, such as `http://127.0.0.1:4566`: neither TLS nor a path.
        url: String,
    },
}

/// An emulator that answers.
pub(super) enum Running {
    Moto { moto: Box<Moto>, instance: String },
    Upstream { address: SocketAddr, origin: String },
}

impl Running {
    /// Starts moto, or asks somebody else's emulator for a sign of life.
    pub(super) async fn start(emulator: &Emulator) -> Result<Self> {
        match emulator {
            Emulator::Moto { python } => Ok(Self::Moto {
                moto: Box::new(Moto::start(python).await?),
                instance: uuid::Uuid::new_v4().simple().to_string(),
            }),
            Emulator::Upstream { url } => {
                let (host, port) = host_and_port(url)?;
                let address = timeout(ANSWER, answering(&host, port))
                    .await
                    .with_context(|| format!("`{url}` did not answer within {} s", ANSWER.as_secs()))?
                    .with_context(|| format!("nothing answers at `{url}`; start the emulator first"))?;
                let origin = format!("http://{host}:{port}");
                Ok(Self::Upstream { address, origin })
            }
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        match self {
            Self::Moto { moto, .. } => moto.address(),
            Self::Upstream { address, .. } => *address,
        }
    }

    /// The proxy's ready line at this endpoint.
    ///
    /// `instance` names a life of what is held behind it. How long somebody else's emulator has lived nobody knows,
    /// so its address names it, and that is the same however often the proxy is started.
    pub(super) fn ready(&self, endpoint: &str) -> Value {
        let (instance, key, what) = match self {
            Self::Moto { moto, instance } => (instance, "moto", moto.version()),
            Self::Upstream { origin, .. } => (origin, "upstream", origin.as_str()),
        };
        json!({
            "ready": true,
            "endpoint": endpoint,
            "instance": instance,
            key: what,
            "pid": std::process::id(),
        })
    }

    /// Waits until what it holds is lost, and says so. May be dropped and called again.
    pub(super) async fn ended(&mut self) -> Result<()> {
        match self {
            // Its users' invitations are worth nothing now, but the next life removes them: a kill would leave them
            // too.
            Self::Moto { moto, .. } => bail!(
                "moto ended ({}): all it held is lost, so apply again",
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

/// Whether a host, as it stands in a URL, is this machine: a loopback address, or `localhost` and what is under it.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The parts of `http://HOST:PORT`, on this machine and without TLS.
fn host_and_port(url: &str) -> Result<(String, u16)> {
    const EXAMPLE: &str = "name the emulator by its scheme, host and port, such as `http://127.0.0.1:4566`";
    let uri: Uri = url
        .parse()
        .with_context(|| format!("`{url}` is not a URL; {EXAMPLE}"))?;
    let scheme = uri.scheme_str().unwrap_or_default();
    ensure!(
        scheme != "https",
        "`{url}` asks for TLS, which is not spoken here; {EXAMPLE}"
    );
    let authority = uri.authority().filter(|_| scheme == "http");
    let Some(authority) = authority else {
        bail!("`{url}` does not begin with `http://`; {EXAMPLE}");
    };
    let host = authority.host();
    ensure!(
        is_loopback(host),
        "`{host}` of `{url}` is not this machine; only an emulator on the loopback address is used"
    );
    let Some(port) = authority.port_u16() else {
        bail!("`{url}` names no port; {EXAMPLE}");
    };
    ensure!(
        uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains('@'),
        "`{url}` says more than a host and a port; {EXAMPLE}"
    );
    Ok((host.to_ascii_lowercase(), port))
}

/// The address of a host that answers a request, whatever the answer says.
async fn answering(host: &str, port: u16) -> Result<SocketAddr> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let address = TcpStream::connect((name, port)).await?.peer_addr()?;
    ensure!(
        address.ip().is_loopback(),
        "`{host}` is {}, which is not this machine",
        address.ip()
    );
    let request = Request::get("/")
        .header(HOST, format!("{host}:{port}"))
        .body(full(""))?;
    Upstream(address).send(request).await?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_named_by_a_loopback_host_and_a_port() {
        for (url, host, port) in [
            ("http://127.0.0.1:4566", "127.0.0.1", 4566),
            ("http://127.0.0.1:4566/", "127.0.0.1", 4566),
            ("http://LOCALHOST:80", "localhost", 80),
            ("http://[::1]:5000", "[::1]", 5000),
        ] {
            assert_eq!(host_and_port(url).unwrap(), (host.to_owned(), port), "{url}");
        }
    }

    #[test]
    fn what_else_a_url_may_be_is_refused_by_name() {
        for (url, reason) in [
            ("", "`` is not a URL"),
            ("127.0.0.1:4566", "`127.0.0.1:4566` does not begin with `http://`"),
            ("/path", "`/path` does not begin with `http://`"),
            (
                "ftp://127.0.0.1:21",
                "`ftp://127.0.0.1:21` does not begin with `http://`",
            ),
            ("https://localhost:4566", "`https://localhost:4566` asks for TLS"),
            (
                "http://example.com:4566",
                "`example.com` of `http://example.com:4566` is not this machine",
            ),
            (
                "http://10.0.0.1:4566",
                "`10.0.0.1` of `http://10.0.0.1:4566` is not this machine",
            ),
            ("http://127.0.0.1", "`http://127.0.0.1` names no port"),
            (
                "http://127.0.0.1:4566/aws",
                "`http://127.0.0.1:4566/aws` says more",
            ),
            (
                "http://127.0.0.1:4566?a=b",
                "`http://127.0.0.1:4566?a=b` says more",
            ),
            ("http://me@127.0.0.1:4566", "`http://me@127.0.0.1:4566` says more"),
        ] {
            let error = host_and_port(url).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{url}: {error}");
        }
    }
}
