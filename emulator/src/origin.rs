//! The address of an existing emulated AWS.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use http::header::HOST;
use http::{Request, Uri};
use tokio::net::TcpStream;

use crate::guard::is_loopback;
use crate::upstream::{Upstream, full};

/// `http://HOST:PORT`, on this machine.
#[derive(Debug, PartialEq)]
pub(crate) struct Origin {
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
    /// Reads a URL. An error says what it must be.
    pub(crate) fn parse(url: &str) -> Result<Self> {
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
        // The calls contain the code of the functions and the first user's e-mail.
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

    /// Returns its address, whether anything answers there or not.
    pub(crate) async fn address(&self) -> Result<SocketAddr> {
        let Self { host, port } = self;
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let mut found = tokio::net::lookup_host((name, *port))
            .await
            .with_context(|| format!("can't resolve `{host}`"))?;
        found
            .find(|address| address.ip().is_loopback())
            .with_context(|| format!("`{host}` must be a loopback address"))
    }

    /// Returns its address if it answers a request in any way.
    pub(crate) async fn answering(&self) -> Result<Upstream> {
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
