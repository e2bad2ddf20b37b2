//! Serves the few files of a web page on loopback, for browsers of this machine's user.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;

use crate::guard::{Browsers, Guard, Programs};

/// Time limit for a head, and for the pause between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// A file of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its type, such as `text/html; charset=utf-8`.
    pub content_type: &'static str,
    /// Its content.
    pub content: String,
}

/// Returns the file of a path, such as `/app.js`. It is asked at each request.
pub type Files = dyn Fn(&str) -> Option<File> + Send + Sync;

/// Serves files on a port of 127.0.0.1, for as long as this process lives. Without a port, it takes a free one. Returns the
/// port.
///
/// # Errors
/// If it can't listen on the port.
pub fn serve(port: Option<u16>, files: Arc<Files>) -> Result<u16> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("can't serve the page")?;
    let port = port.unwrap_or(0);
    let listener = runtime
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        .with_context(|| format!("can't listen on 127.0.0.1:{port}"))?;
    let port = listener
        .local_addr()
        .context("the listener has no address")?
        .port();
    thread::spawn(move || runtime.block_on(accept(listener, files)));
    Ok(port)
}

async fn accept(listener: TcpListener, files: Arc<Files>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(answer_all(stream, files.clone()))),
            Err(error) => {
                tracing::warn!("can't accept a connection to the page: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn answer_all(stream: TcpStream, files: Arc<Files>) {
    let guard = Guard::of(&stream, Programs::OfTheUser, Browsers::Answered);
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(&guard, request, &*files);
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    // The browser may go at any time.
    _ = connection.await;
}

fn answer(guard: &Guard, request: Request<Incoming>, files: &Files) -> Response<Full<Bytes>> {
    let (head, _) = request.into_parts();
    if let Some(refusal) = guard.refusal(&head) {
        return text(refusal.status(), &refusal.to_string());
    }
    if head.method != Method::GET && head.method != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
    }
    let Some(File {
        content_type,
        content,
    }) = files(head.uri.path())
    else {
        return text(StatusCode::NOT_FOUND, "no such file");
    };
    let mut response = Response::new(Full::from(content));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn text(status: StatusCode, sentence: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{sentence}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn asked(port: u16, head: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        write!(stream, "{head}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn only_files_are_served_and_only_under_a_name_of_this_machine() {
        let files = |path: &str| {
            (path == "/page").then(|| File {
                content_type: "text/html; charset=utf-8",
                content: "<p>hello".into(),
            })
        };
        let port = serve(None, Arc::new(files)).unwrap();
        let page = asked(port, "GET /page HTTP/1.1\r\nHost: 127.0.0.1");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        assert!(
            page.contains("content-type: text/html; charset=utf-8\r\n"),
            "{page}"
        );
        // No browser keeps the ids, or takes a file for another type.
        for header in [
            "cache-control: no-store\r\n",
            "x-content-type-options: nosniff\r\n",
        ] {
            assert!(page.contains(header), "{page}");
        }
        assert!(page.ends_with("\r\n\r\n<p>hello"), "{page}");
        for (head, status) in [
            ("GET /other HTTP/1.1\r\nHost: localhost", "404 "),
            ("POST /page HTTP/1.1\r\nHost: localhost", "405 "),
            ("GET /page HTTP/1.1\r\nHost: page.example.com", "403 "),
            ("GET /page HTTP/1.1", "400 "),
        ] {
            let answer = asked(port, head);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}")),
                "{head}: {answer}"
            );
        }
        let taken = serve(Some(port), Arc::new(|_: &str| None)).unwrap_err();
        assert_eq!(taken.to_string(), format!("can't listen on 127.0.0.1:{port}"));
    }
}
