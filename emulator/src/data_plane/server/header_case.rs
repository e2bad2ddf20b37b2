//! The case in which a client wrote its header names.
//!
//! Events keep it but hyper does not report it, so the bytes of a connection are recorded on their way to hyper: from
//! the end of one request to the end of the next one's head. If a client pipelines requests, a head may be missed; its
//! names are then lower-case.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Heads over this size are not recorded to their end; hyper refuses them before.
const HEAD_LIMIT: usize = 128 << 10;

/// The record of a connection, which connection and service share.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    head: Vec<u8>,
    complete: bool,
}

impl Recorder {
    /// Names of the head that was recorded, by their lower-case form. The last spelling of a name counts.
    pub fn names(&self) -> HashMap<String, String> {
        let recorded = self.lock();
        let lines = recorded.head.split(|byte| *byte == b'\n').skip(1);
        let names = lines.filter_map(|line| {
            let end = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..end]).ok()?;
            Some((name.to_ascii_lowercase(), name.to_owned()))
        });
        names.collect()
    }

    /// The request has been read to its end: what comes now is the next one's head.
    pub fn next(&self) {
        let mut recorded = self.lock();
        recorded.head.clear();
        recorded.complete = false;
    }

    fn record(&self, bytes: &[u8]) {
        let mut recorded = self.lock();
        if recorded.complete || recorded.head.len() > HEAD_LIMIT {
            return;
        }
        let from = recorded.head.len().saturating_sub(3);
        recorded.head.extend_from_slice(bytes);
        let end = recorded.head[from..]
            .windows(4)
            .position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            recorded.head.truncate(from + end);
            recorded.complete = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// A stream whose incoming bytes are recorded.
pub struct RecordedStream<Stream> {
    stream: Stream,
    recorder: Recorder,
}

impl<Stream> RecordedStream<Stream> {
    /// Records what is read from `stream` into `recorder`.
    pub fn new(stream: Stream, recorder: Recorder) -> Self {
        Self { stream, recorder }
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for RecordedStream<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.recorder.record(&buffer.filled()[before..]);
        read
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for RecordedStream<Stream> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        slices: &[io::IoSlice],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_comes_in_pieces_is_recorded_and_its_body_is_not() {
        let recorder = Recorder::default();
        for piece in [
            "POST / HTTP/1.1\r\nX-OWN: 1\r",
            "\nhOst: a\r\n\r",
            "\nBody: no\r\n",
        ] {
            recorder.record(piece.as_bytes());
        }
        let expected = [("x-own", "X-OWN"), ("host", "hOst")];
        assert_eq!(
            recorder.names(),
            expected
                .map(|(lower, name)| (lower.to_owned(), name.to_owned()))
                .into()
        );
    }

    #[test]
    fn the_next_head_replaces_the_one_before() {
        let recorder = Recorder::default();
        recorder.record(b"GET / HTTP/1.1\r\nX-A: 1\r\n\r\n");
        recorder.next();
        recorder.record(b"GET / HTTP/1.1\r\nx-A: 1\r\n\r\n");
        assert_eq!(recorder.names()["x-a"], "x-A");
        assert_eq!(recorder.names().len(), 1);
    }
}
