//! A request over a socket, and what is expected of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::api::Running;
use crate::case::present;
use crate::expectation::{Bytes, compare, compare_body};
use crate::function::Behaviour;
use crate::wire;

/// A further exchange of a case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    request: Request,
    #[serde(default)]
    function: Behaviour,
    #[serde(default, deserialize_with = "present")]
    event: Option<Value>,
    response: Response,
}

type Parts<'a> = (&'a Request, &'a Behaviour, Option<&'a Value>, &'a Response);

impl Exchange {
    /// Request, function, event, response.
    pub fn parts(&self) -> Parts<'_> {
        (&self.request, &self.function, self.event.as_ref(), &self.response)
    }
}

/// What is sent: every byte of it as a text, or the parts of an ordinary request.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a text, or an object of `method`, `target`, `headers`, `body`"
)]
pub enum Request {
    Raw(String),
    Composed(Composed),
}

/// An ordinary request. `Host` and `Content-Length` are added where they are missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composed {
    #[serde(default = "get")]
    method: String,
    /// Path with the stage, and query.
    target: String,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    body: Bytes,
}

fn get() -> String {
    "GET".to_owned()
}

impl Request {
    fn bytes(&self, token: &str) -> Vec<u8> {
        let composed = match self {
            Self::Raw(text) => return text.replace("{token}", token).into_bytes(),
            Self::Composed(composed) => composed,
        };
        let mut head = format!("{} {} HTTP/1.1\r\n", composed.method, composed.target);
        let named = |wanted: &str| {
            composed
                .headers
                .keys()
                .any(|name| name.eq_ignore_ascii_case(wanted))
        };
        if !named("host") {
            head += "Host: api.test\r\n";
        }
        let body = composed.body.bytes();
        if !body.is_empty() && !named("content-length") {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        for (name, value) in &composed.headers {
            let several = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for value in several {
                let value = Bytes::deserialize(value).expect("a header value").bytes();
                let value = String::from_utf8(value).expect("a header value is a text");
                head += &format!("{name}: {}\r\n", value.replace("{token}", token));
            }
        }
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        bytes
    }
}

/// What must come back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    status: u16,
    /// Values by name in any case: a text, a list of all values, `null` for a header that must not be there, or an
    /// expectation.
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    /// The names of all headers in any order, in lower case, without `date`, `connection` and `content-length`.
    #[serde(default)]
    names: Option<Vec<String>>,
    /// The body to the byte, or an expectation.
    #[serde(default)]
    body: Option<Value>,
}

/// What is not as it must be.
pub fn differences(
    running: &Running,
    token: &str,
    (request, function, event, expected): Parts,
) -> Vec<String> {
    running.behave(function);
    let answer = match wire::exchange(running.address, &request.bytes(token)) {
        Ok(answer) => answer,
        Err(why) => return vec![format!("no answer: {why}")],
    };
    let mut differences = vec![];
    if answer.status != expected.status {
        differences.push(format!(
            "status: expected {}, got {}",
            expected.status, answer.status
        ));
    }
    for (name, expectation) in &expected.headers {
        let values: Vec<&str> = answer.values(name);
        let actual = match (&values[..], expectation) {
            ([], _) => Value::Null,
            ([value], expectation) if !expectation.is_array() => (*value).into(),
            (values, _) => values.to_vec().into(),
        };
        compare(
            &format!("headers/{name}"),
            expectation,
            Some(&actual),
            &mut differences,
        );
    }
    if let Some(names) = &expected.names {
        let mut actual: Vec<String> = answer
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        actual.retain(|name| !["date", "connection", "content-length"].contains(&name.as_str()));
        actual.sort();
        let mut names = names.clone();
        names.sort();
        if actual != names {
            differences.push(format!("names: expected {names:?}, got {actual:?}"));
        }
    }
    if let Some(body) = &expected.body {
        compare_body(body, &answer.body, &mut differences);
    }
    let given = running.event();
    match (event, &given) {
        (Some(Value::Null), Some(_)) => {
            differences.push("event: the function must not have been invoked".to_owned())
        }
        (Some(Value::Null), None) | (None, _) => {}
        (Some(_), None) => differences.push("event: the function was not invoked".to_owned()),
        (Some(expected), Some(given)) => compare("event", expected, Some(given), &mut differences),
    }
    if !differences.is_empty() {
        differences.push(format!("answer: {}", answer.summary()));
    }
    differences
}
