//! Requests to the emulator.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, EXPECT, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// A body of either direction: streamed from the other side, or made here.
pub(crate) type Body = BoxBody<Bytes, hyper::Error>;

/// A body of these bytes.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// Headers that concern one connection and not the message (RFC 9110, section 7.6.1), beside those that
/// `Connection` names.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    TRANSFER_ENCODING,
    header::UPGRADE,
];

/// The address of the emulator.
#[derive(Debug, Clone)]
pub(crate) enum Upstream {
    /// Our own moto, at a Unix socket: no web page and no other user reaches it.
    Socket(PathBuf),
    /// An existing emulator.
    Tcp(SocketAddr),
}

impl Upstream {
    /// Sends a request and returns the answer, whose body streams. Both lose the headers that concern their
    /// connection; `Host` stays the client's, because emulators build addresses from it.
    ///
    /// A connection is made for each request: moto's server closes it after each answer anyway.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Result<Response<Body>> {
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .parse::<Uri>()?;
        *request.uri_mut() = target;
        remove_hop_by_hop(request.headers_mut());
        // The server of this proxy has answered the expectation by reading on.
        request.headers_mut().remove(EXPECT);

        let mut response = match self {
            Self::Socket(path) => {
                let stream = UnixStream::connect(path)
                    .await
                    .with_context(|| format!("can't reach moto at `{}`", path.display()))?;
                exchange(stream, request).await?
            }
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address)
                    .await
                    .with_context(|| format!("can't reach the emulated AWS at {address}"))?;
                stream.set_nodelay(true)?;
                exchange(stream, request).await?
            }
        };
        remove_hop_by_hop(response.headers_mut());
        Ok(response.map(BodyExt::boxed))
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Body>,
) -> Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer's body, and the body's reader gets its errors.
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

/// Replaces the body of a request whose head was made for another one.
pub(crate) fn with_body(mut head: http::request::Parts, bytes: impl Into<Bytes>) -> Request<Body> {
    let bytes = bytes.into();
    head.headers
        .insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    head.headers.remove(TRANSFER_ENCODING);
    Request::from_parts(head, full(bytes))
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_are_removed_also_those_it_names() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Once"),
            ("connection", "x-twice"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("x-once", "1"),
            ("x-twice", "2"),
            ("x-amz-target", "kept"),
            ("content-length", "3"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        remove_hop_by_hop(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["content-length", "x-amz-target"]);
    }
}
