//! A request over a socket, and what is expected of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::api::Running;
use crate::case::present;
use crate::expectation::{Bytes, Comparison};
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
    #[serde(default)]
    authorizer: Behaviour,
    #[serde(default, deserialize_with = "present")]
    authorizer_event: Option<Value>,
    #[serde(default)]
    meanwhile: Vec<Exchange>,
    response: Response,
}

impl Exchange {
    fn parts(&self) -> Parts<'_> {
        Parts {
            request: &self.request,
            function: &self.function,
            event: self.event.as_ref(),
            authorizer: &self.authorizer,
            authorizer_event: self.authorizer_event.as_ref(),
            meanwhile: &self.meanwhile,
            response: &self.response,
        }
    }
}

/// The parts of an exchange: what is sent, what the function does, what it must be given, the same of the authorizers'
/// function, what happens before it answers, what must come back.
pub struct Parts<'a> {
    pub request: &'a Request,
    pub function: &'a Behaviour,
    pub event: Option<&'a Value>,
    pub authorizer: &'a Behaviour,
    pub authorizer_event: Option<&'a Value>,
    pub meanwhile: &'a [Exchange],
    pub response: &'a Response,
}

/// The request: every byte of it as a text, or the parts of an ordinary request.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a text, or an object of `method`, `target`, `headers`, `body`"
)]
pub enum Request {
    Raw(String),
    Composed(Composed),
}

/// An ordinary request. `Host` and `Content-Length` are added if they are missing; with a `Transfer-Encoding` the body
/// is sent in chunks.
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
            head += "Host: api.localhost\r\n";
        }
        let mut body = composed.body.bytes();
        if named("transfer-encoding") {
            body = chunked(&body);
        } else if !body.is_empty() && !named("content-length") {
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

/// A body in chunks, none of which is large.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![];
    for chunk in body.chunks(1 << 16) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// The expected answer.
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

/// Makes exchanges one after the other and notes what is not as it must be.
pub fn hold_all(
    place: &str,
    exchanges: &[Exchange],
    running: &Running,
    token: &str,
    comparison: &mut Comparison,
) {
    for (index, exchange) in exchanges.iter().enumerate() {
        let before = comparison.differences.len();
        exchange.parts().hold(running, token, comparison);
        for difference in &mut comparison.differences[before..] {
            difference.insert_str(0, &format!("{place}[{index}] "));
        }
    }
}

impl Parts<'_> {
    /// Makes the exchange and notes what is not as it must be.
    pub fn hold(&self, running: &Running, token: &str, comparison: &mut Comparison) {
        let request = self.request.bytes(token);
        running.decide(self.authorizer);
        let hold = running.behave(self.function, !self.meanwhile.is_empty());
        let (answer, given) = std::thread::scope(|scope| {
            let sent = scope.spawn(|| wire::exchange(running.address, &request));
            if let Some(hold) = hold {
                while running.event().is_none() && !sent.is_finished() {
                    std::thread::sleep(Duration::from_millis(2));
                }
                let given = running.event();
                hold_all("meanwhile", self.meanwhile, running, token, comparison);
                drop(hold);
                (sent.join().unwrap(), given)
            } else {
                (sent.join().unwrap(), running.event())
            }
        });
        let before = comparison.differences.len();
        match &answer {
            Ok(answer) => self.response.hold(answer, comparison),
            Err(why) => return comparison.differs("answer", "one", why),
        }
        let asked = running.authorizer_event();
        for (name, expected, given) in [
            ("event", self.event, &given),
            ("authorizer_event", self.authorizer_event, &asked),
        ] {
            match (expected, given) {
                (Some(Value::Null), Some(_)) => comparison.differs(name, "no invocation", "one"),
                (Some(Value::Null), None) | (None, _) => {}
                (Some(_), None) => comparison.differs(name, "an invocation", "none"),
                (Some(expected), given) => comparison.value(name, expected, given.as_ref()),
            }
        }
        if let Ok(answer) = answer
            && comparison.differences.len() > before
        {
            comparison
                .differences
                .push(format!("answer: {}", answer.summary()));
        }
    }
}

impl Response {
    fn hold(&self, answer: &wire::Answer, comparison: &mut Comparison) {
        if answer.status != self.status {
            comparison.differs("status", self.status, answer.status);
        }
        for (name, expectation) in &self.headers {
            let values: Vec<&str> = answer.values(name);
            let actual = match (&values[..], expectation) {
                ([], _) => Value::Null,
                ([value], expectation) if !expectation.is_array() => (*value).into(),
                (values, _) => values.to_vec().into(),
            };
            comparison.value(&format!("headers/{name}"), expectation, Some(&actual));
        }
        if let Some(names) = &self.names {
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
                comparison.differs("names", format!("{names:?}"), format!("{actual:?}"));
            }
        }
        if let Some(body) = &self.body {
            comparison.body(body, &answer.body);
        }
    }
}
