//! Prints the requests that the API answers.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use portcullis_emulator::data_plane::RequestLine;

use crate::followed_file::FollowedFile;
use crate::talk;

/// The time between two looks at the log.
const POLL: Duration = Duration::from_millis(100);

/// Prints each request from now on, as long as this process lives.
pub fn print(log: PathBuf) -> io::Result<()> {
    let mut log = FollowedFile::from_end(log)?;
    thread::spawn(move || {
        // The last line may not be complete yet.
        let mut unfinished = Vec::new();
        loop {
            unfinished.extend(log.read_new().unwrap_or_default());
            let end = unfinished
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            let lines: Vec<u8> = unfinished.drain(..end).collect();
            for line in String::from_utf8_lossy(&lines).lines() {
                if let Some(request) = RequestLine::find(line) {
                    talk::say(shown(&request));
                }
            }
            thread::sleep(POLL);
        }
    });
    Ok(())
}

/// A request on one line: status, method, path, time, and the reason if it failed.
fn shown(request: &RequestLine) -> String {
    let RequestLine {
        method,
        path,
        status,
        milliseconds,
        request_id: _, // the log has it
        remark,
    } = request;
    let style = match status {
        0..400 => "32",
        400..500 => "33",
        _ => "31",
    };
    let why = remark
        .as_deref()
        .map(|remark| format!(": {remark}"))
        .unwrap_or_default();
    format!(
        "  {} {method} {path} {}{why}",
        talk::paint(style, &status.to_string()),
        talk::paint("2", &format!("{milliseconds:.0} ms")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_request_is_shown_with_its_reason() {
        let request = RequestLine {
            method: "GET".into(),
            path: "/v1".into(),
            status: 401,
            milliseconds: 1.25,
            request_id: "6f4c".into(),
            remark: Some("no token".into()),
        };
        let shown = shown(&request);
        assert!(shown.contains("401") && shown.contains("GET /v1"), "{shown}");
        assert!(shown.contains("1 ms") && shown.ends_with(": no token"), "{shown}");
    }
}
