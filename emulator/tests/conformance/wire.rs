//! As much of HTTP/1.1 as the cases and their function need, to the byte.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
pub struct Answer {
    pub status: u16,
    /// Names as they were sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn values(&self, name: &str) -> Vec<&str> {
        let ours = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        ours.map(|(_, value)| value.as_str()).collect()
    }

    pub fn summary(&self) -> String {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(200).collect();
        format!("{} {:?} {body:?}", self.status, self.headers)
    }
}

/// Sends a request on a connection of its own and reads the answer; with `Connection: close` to the connection's end.
pub fn exchange(address: SocketAddr, request: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    // The other side may have answered and gone before it has it all.
    let _ = stream.write_all(request);
    let end = request
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or(request.len());
    let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
    read(
        &mut stream,
        head.starts_with("head "),
        head.contains("\r\nconnection: close"),
    )
}

/// Reads an answer. If the connection is to be read to its end, the bytes behind the answer belong to its body.
pub fn read(stream: &mut TcpStream, bodiless: bool, to_the_end: bool) -> io::Result<Answer> {
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap_or_default()
        .split(' ')
        .nth(1)
        .unwrap_or_default();
    let status = status
        .parse()
        .map_err(|_| io::Error::other(format!("no status in `{head}`")))?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut answer = Answer {
        status,
        headers: headers.collect(),
        body: vec![],
    };
    if to_the_end {
        stream.read_to_end(&mut answer.body)?;
    } else if !bodiless {
        let length = answer
            .values("content-length")
            .first()
            .map_or(0, |length| length.parse().unwrap());
        answer.body.resize(length, 0);
        stream.read_exact(&mut answer.body)?;
    }
    Ok(answer)
}
