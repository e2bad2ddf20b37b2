//! Decides which callers a listener of ours admits. The proxy, the data plane, every Runtime API and the page of `dev` use this
//! one check.
//!
//! A port on loopback is open to every program of this machine, and through a browser to every web page:
//!
//! - **The name.** A page can have its own name resolve to 127.0.0.1 (DNS rebinding). Its requests then carry that
//!   name in `Host`, so only names of this machine are answered. The port in `Host` is not compared: a page cannot
//!   choose it, and a tunnel or the proxy of a development server has another.
//! - **The browser.** A page can send simple requests anywhere. Browsers say so in `Origin`, `Referer` and
//!   `Sec-Fetch-*`, which no page can leave out together. Programs send none of them.
//! - **The peer.** Another user's programs reach the port, too. Linux tells whose the other end of a connection is.
//!
//! Names and peers are checked everywhere. Browsers are checked by listeners that pages have no reason to call. A peer
//! is identified once for each connection.
//!
//! Sources: <https://www.rfc-editor.org/rfc/rfc9112#section-3.2>, <https://fetch.spec.whatwg.org/#origin-header>,
//! <https://www.w3.org/TR/fetch-metadata/>.

mod peer;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERER};
use http::request::Parts;
use http::uri::Authority;
use http::{StatusCode, Uri};
use rustix::process::Pid;
use tokio::net::TcpStream;

use peer::Peer;

/// The treatment of browsers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Browsers {
    /// The listener itself says what they may do.
    Answered,
    /// They have no business here.
    Refused,
}

/// The programs of this machine that may call, if the system can identify them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Programs {
    /// Those of the user who runs us, and root's, whom nothing keeps out.
    OfTheUser,
    /// Of these the ones in a process group.
    InGroup(Pid),
}

/// The refusal of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Refusal {
    /// It has no `Host`, or several. RFC 9112 asks for 400.
    NotOneHost,
    /// It names another host.
    ForeignHost,
    /// A browser sends it.
    Browser,
    /// A program sends it that is not admitted, or that is gone.
    Program,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NotOneHost => StatusCode::BAD_REQUEST,
            Self::ForeignHost | Self::Browser | Self::Program => StatusCode::FORBIDDEN,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotOneHost => "a request must have exactly one `Host` header",
            Self::ForeignHost => {
                "`Host` must be `localhost`, a name that ends with `.localhost`, or a loopback address"
            }
            Self::Browser => "web browsers may not call this address",
            Self::Program => "only programs of the user who started this server may call it",
        })
    }
}

/// The check of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard {
    program: bool,
    browsers: Browsers,
}

impl Guard {
    /// Looks at who is at the other end.
    pub(crate) fn of(stream: &TcpStream, programs: Programs, browsers: Browsers) -> Self {
        let ends = stream
            .peer_addr()
            .and_then(|peer| Ok((peer, stream.local_addr()?)));
        let program = match ends {
            Ok((SocketAddr::V4(peer), SocketAddr::V4(own))) => match peer::of(peer, own) {
                Peer::Program { user, socket } => {
                    let ours = user == 0 || user == rustix::process::geteuid().as_raw();
                    ours && match programs {
                        Programs::OfTheUser => true,
                        Programs::InGroup(group) => peer::is_held_in(group, socket),
                    }
                }
                Peer::Gone => false,
                Peer::Unidentified => true,
            },
            // Every listener is at 127.0.0.1. A connection without its ends is one that is gone.
            Ok(_) | Err(_) => false,
        };
        Self { program, browsers }
    }

    /// Returns the reason to refuse this request, if there is one.
    pub(crate) fn refusal(&self, head: &Parts) -> Option<Refusal> {
        if !self.program {
            return Some(Refusal::Program);
        }
        if let Some(refusal) = refused_host(&head.uri, &head.headers) {
            return Some(refusal);
        }
        match self.browsers {
            Browsers::Refused if by_browser(&head.headers) => Some(Refusal::Browser),
            Browsers::Refused | Browsers::Answered => None,
        }
    }
}

/// Both the target, if it is a whole URL, and `Host` have to name this machine.
fn refused_host(uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Some(Refusal::NotOneHost);
    };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    let own = host.is_some_and(|host| is_own(&host)) && uri.authority().is_none_or(is_own);
    (!own).then_some(Refusal::ForeignHost)
}

/// Returns whether the host of a URL is this machine.
pub(crate) fn is_own(authority: &Authority) -> bool {
    !authority.as_str().contains('@') && is_loopback(authority.host())
}

/// Returns whether a host in a URL is this machine: a loopback address, `localhost` or a name below it.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    let address = match name.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .and_then(|address| address.parse::<Ipv6Addr>().ok())
            .map(IpAddr::from),
        None => name.parse::<Ipv4Addr>().ok().map(IpAddr::from),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || address.is_some_and(|address| address.is_loopback())
}

/// Returns whether a browser sends this.
fn by_browser(headers: &HeaderMap) -> bool {
    headers.keys().any(is_of_browser)
}

/// Returns whether only browsers send a header of this name.
pub(crate) fn is_of_browser(name: &HeaderName) -> bool {
    *name == ORIGIN || *name == REFERER || name.as_str().starts_with("sec-fetch-")
}

/// Returns whether a web page sends this. A URL that is typed into the address bar does not count.
pub(crate) fn by_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let typed = site == Some(b"none") && !headers.contains_key(ORIGIN) && !headers.contains_key(REFERER);
    by_browser(headers) && !typed
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::get(uri), |request, (name, value)| {
            request.header(*name, *value)
        });
        request.body(()).unwrap().into_parts().0
    }

    fn refusal(browsers: Browsers, uri: &str, headers: &[(&str, &str)]) -> Option<Refusal> {
        let guard = Guard {
            program: true,
            browsers,
        };
        guard.refusal(&head(uri, headers))
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let refusal = |host| refusal(Browsers::Answered, "/", &[("host", host)]);
        for host in [
            "127.0.0.1",
            "127.0.0.1:5000",
            "127.1.2.3:5000",
            "localhost:5000",
            "LOCALHOST",
            "bucket.localhost:1",
            "[::1]:5000",
        ] {
            assert_eq!(refusal(host), None, "{host}");
        }
        for host in [
            "example.com",
            "example.com:5000",
            "127.0.0.1.example.com",
            "localhost.example.com",
            "notlocalhost",
            "localhost.",
            "10.0.0.1:80",
            "0.0.0.0",
            "[::]:80",
            "[127.0.0.1]",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "127.0.0.1@example.com",
            "example.com@127.0.0.1",
            "127.0.0.1, example.com",
            "http://127.0.0.1",
            "",
        ] {
            assert_eq!(refusal(host), Some(Refusal::ForeignHost), "{host}");
        }
    }

    #[test]
    fn there_is_one_host_and_a_whole_url_names_this_machine_too() {
        let own = ("host", "127.0.0.1:5000");
        let refusal = |uri, headers: &[_]| refusal(Browsers::Answered, uri, headers);
        assert_eq!(refusal("/", &[]), Some(Refusal::NotOneHost));
        assert_eq!(refusal("/", &[own, own]), Some(Refusal::NotOneHost));
        assert_eq!(
            refusal("/", &[own, ("host", "example.com")]),
            Some(Refusal::NotOneHost)
        );
        assert_eq!(refusal("http://127.0.0.1:5000/", &[own]), None);
        assert_eq!(refusal("http://example.com/", &[own]), Some(Refusal::ForeignHost));
        assert_eq!(
            refusal("http://127.0.0.1/", &[("host", "example.com")]),
            Some(Refusal::ForeignHost)
        );
    }

    #[test]
    fn what_a_browser_says_of_itself_is_refused_if_it_has_no_business() {
        for (header, page) in [
            (("origin", "http://127.0.0.1:8080"), true),
            (("origin", "null"), true),
            (("referer", "http://example.com/"), true),
            (("sec-fetch-site", "cross-site"), true),
            (("sec-fetch-site", "same-site"), true),
            (("sec-fetch-site", "same-origin"), true),
            (("sec-fetch-mode", "no-cors"), true),
            (("sec-fetch-site", "none"), false),
        ] {
            let headers = [("host", "localhost"), header];
            assert_eq!(
                refusal(Browsers::Refused, "/", &headers),
                Some(Refusal::Browser),
                "{header:?}"
            );
            assert_eq!(refusal(Browsers::Answered, "/", &headers), None, "{header:?}");
            assert_eq!(by_page(&head("/", &headers).headers), page, "{header:?}");
        }
        let program = [("host", "localhost"), ("user-agent", "aws-cli")];
        assert_eq!(refusal(Browsers::Refused, "/", &program), None);
        assert!(!by_page(&head("/", &program).headers));
        let both = [("sec-fetch-site", "none"), ("origin", "null")];
        assert!(by_page(&head("/", &both).headers), "a page can't pass for nobody");
    }
}
