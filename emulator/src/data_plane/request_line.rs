//! The line of the log about a request. The server writes it, and `portcullis dev` reads it.

use std::borrow::Cow;
use std::fmt;

/// Longest path or method in the log, in characters. It is longer than that of any route.
const LONGEST_NAME: usize = 512;
/// Longest remark in the log.
const LONGEST_REMARK: usize = 1024;

/// An answered request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestLine<'a> {
    /// The method.
    pub method: Cow<'a, str>,
    /// The path without the query, because that may contain what no log should.
    pub path: Cow<'a, str>,
    /// The status of the response.
    pub status: u16,
    /// The time until the response in milliseconds.
    pub milliseconds: f64,
    /// The id that the response names.
    pub request_id: Cow<'a, str>,
    /// The reason if the response is not what a client expects, such as that of a 401.
    pub remark: Option<Cow<'a, str>>,
}

impl fmt::Display for RequestLine<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            path,
            status,
            milliseconds,
            request_id,
            remark,
        } = self;
        let (method, path) = (cut(method, LONGEST_NAME), cut(path, LONGEST_NAME));
        write!(
            formatter,
            "{method} {path} {status} in {milliseconds:.3} ms, {request_id}"
        )?;
        match remark {
            Some(remark) => write!(formatter, ": {}", cut(remark, LONGEST_REMARK)),
            None => Ok(()),
        }
    }
}

impl<'a> RequestLine<'a> {
    /// Finds the line in one of the log, which begins with time, level and module. Returns `None` if that is about
    /// something else.
    pub fn find(logged: &'a str) -> Option<Self> {
        let (_, line) = logged.split_once(concat!(module_path!(), ": "))?;
        // Only a path that was cut contains a space.
        let (answered, rest) = line.split_once(" ms, ")?;
        let (answered, milliseconds) = answered.rsplit_once(" in ")?;
        let (answered, status) = answered.rsplit_once(' ')?;
        let (method, path) = answered.split_once(' ')?;
        let (request_id, remark) = match rest.split_once(": ") {
            Some((id, remark)) => (id, Some(remark.into())),
            None => (rest, None),
        };
        Some(Self {
            method: method.into(),
            path: path.into(),
            status: status.parse().ok()?,
            milliseconds: milliseconds.parse().ok()?,
            request_id: request_id.into(),
            remark,
        })
    }

    /// Writes the line to the log.
    pub(super) fn log(&self) {
        tracing::info!("{self}");
    }
}

/// A part of a line of the log, cut if a client made it long.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => text.into(),
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(remark: Option<&'static str>) -> RequestLine<'static> {
        RequestLine {
            method: "GET".into(),
            path: "/v1/a%20b".into(),
            status: 401,
            milliseconds: 1.25,
            request_id: "6f4c".into(),
            remark: remark.map(Cow::from),
        }
    }

    #[test]
    fn what_is_logged_is_found_again() {
        for remark in [None, Some("the token has expired: at 10:00")] {
            let line = line(remark);
            let logged = format!(
                "2026-11-28T05:00:00.0Z  INFO {}: {line}",
                module_path!().replace("::tests", "")
            );
            assert_eq!(RequestLine::find(&logged), Some(line), "{logged}");
        }
        for other in [
            "",
            "2026-11-28T05:00:00.0Z  INFO a::b: GET /v1 200 in 1.0 ms, 6f4c",
        ] {
            assert_eq!(RequestLine::find(other), None, "{other}");
        }
    }

    #[test]
    fn a_long_text_of_a_client_is_cut() {
        let long = RequestLine {
            path: "é".repeat(2 * LONGEST_NAME).into(),
            ..line(None)
        };
        assert_eq!(long.to_string().matches('é').count(), LONGEST_NAME);
        let logged = format!("INFO {}: {long}", module_path!().replace("::tests", ""));
        let found = RequestLine::find(&logged).unwrap();
        assert_eq!(
            (found.status, found.path.contains("(2048 bytes)")),
            (401, true),
            "{logged}"
        );
    }
}
