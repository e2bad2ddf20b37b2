//! A case: its file, read strictly.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::api::{Api, Running};
use crate::exchange::{self, Exchange, Parts, Request, Response};
use crate::expectation::Comparison;
use crate::function::Behaviour;
use crate::token::Token;

/// One file of `tests/conformance`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The tested rule, in a sentence.
    pub about: String,
    /// The source of the rule.
    pub source: Source,
    /// The known difference between this answer and AWS's.
    #[serde(default, rename = "differs")]
    _differs: Option<String>,
    /// The applied resources.
    #[serde(default)]
    pub api: Api,
    /// True if the case needs a data plane of its own, because it leaves traces in one.
    #[serde(default)]
    pub alone: bool,
    /// A part of the error with which the start must fail. Such a case has no exchanges.
    #[serde(default)]
    start: Option<String>,
    /// Resources that must be named as not emulated, with a part of the reason.
    #[serde(default)]
    unsupported: Map<String, Value>,
    /// The token that `{token}` in a request stands for.
    #[serde(default)]
    token: Option<Token>,
    /// The first exchange: what is sent, what the function does, what it must be given, what must come back.
    #[serde(default)]
    request: Option<Request>,
    #[serde(default)]
    function: Behaviour,
    #[serde(default, deserialize_with = "present")]
    event: Option<Value>,
    #[serde(default)]
    authorizer: Behaviour,
    #[serde(default, deserialize_with = "present")]
    authorizer_event: Option<Value>,
    #[serde(default)]
    response: Option<Response>,
    /// Exchanges while the function has the first one's event in hand and has not answered yet.
    #[serde(default)]
    meanwhile: Vec<Exchange>,
    /// Further exchanges, one after the other.
    #[serde(default)]
    then: Vec<Exchange>,
}

/// The source of a fact.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    kind: Kind,
    /// Address of a page, or name of a recording.
    #[serde(default)]
    reference: String,
    /// The part of the source, or the certainty of the fact.
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// AWS's documentation.
    Documentation,
    /// AWS's knowledge centre, or what its staff answers in public.
    #[serde(rename = "knowledge centre")]
    KnowledgeCentre,
    /// Recorded against AWS by a third party's tests.
    Recorded,
    /// Seen in a published answer of AWS.
    Captured,
    /// Nothing but memory.
    Memory,
    /// A decision of this project: AWS has nothing of the kind.
    Ours,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} {} {}", self.kind, self.reference, self.note)
    }
}

/// `null` is a value here, and not what is missing.
pub fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A case, or why the file is none.
pub fn read(path: &Path) -> Result<Case, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    parse(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn parse(text: &str) -> Result<Case, String> {
    let case: Case = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if case.source.reference.is_empty() && !matches!(case.source.kind, Kind::Memory | Kind::Ours) {
        return Err("its source has no `reference`".to_owned());
    }
    if case.start.is_some() != case.request.is_none() || case.request.is_some() != case.response.is_some() {
        return Err("a case has a `request` and a `response`, or a `start` that is refused".to_owned());
    }
    Ok(case)
}

/// Checks that an invalid case is refused.
pub fn check() -> Result<(), String> {
    let good = r#"{"about": "", "source": {"kind": "memory"}, "request": "", "response": {"status": 200}}"#;
    parse(good).map(|_| ())?;
    for (from, to) in [
        ("about", "abuot"),
        (r#""source": {"kind": "memory"}, "#, ""),
        ("memory", "hearsay"),
        ("memory", "recorded"),
        ("status", "stauts"),
        (r#""response": {"status": 200}"#, r#""event": null"#),
        (r#""request": "", "#, ""),
    ] {
        let wrong = good.replace(from, to);
        if parse(&wrong).is_ok() {
            return Err(format!("taken as a case: {wrong}"));
        }
    }
    Ok(())
}

impl Case {
    /// Returns the differences between the case and its run.
    pub fn differences(&self, running: &Result<Running, String>) -> Vec<String> {
        let running = match (running, &self.start) {
            (Err(error), Some(part)) if error.contains(part.as_str()) => return vec![],
            (Err(error), Some(part)) => return vec![format!("start: no `{part}` in: {error}")],
            (Err(error), None) => return vec![format!("start: {error}")],
            (Ok(_), Some(part)) => return vec![format!("start: not refused with `{part}`")],
            (Ok(running), None) => running,
        };
        let mut comparison = Comparison::default();
        for (address, part) in &self.unsupported {
            let named = running.unsupported.iter().any(|unsupported| {
                unsupported.address == *address
                    && unsupported.reason.contains(part.as_str().unwrap_or_default())
            });
            if !named {
                comparison
                    .differences
                    .push(format!("`{address}` is not named as unsupported: {part}"));
            }
        }
        let token = self.token.as_ref().map(Token::text).unwrap_or_default();
        if let (Some(request), Some(response)) = (&self.request, &self.response) {
            let first = Parts {
                request,
                function: &self.function,
                event: self.event.as_ref(),
                authorizer: &self.authorizer,
                authorizer_event: self.authorizer_event.as_ref(),
                meanwhile: &self.meanwhile,
                response,
            };
            first.hold(running, &token, &mut comparison);
        }
        exchange::hold_all("then", &self.then, running, &token, &mut comparison);
        comparison.differences
    }
}
