//! The comparison of an answer with a case.

use std::collections::BTreeMap;
use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Bytes as a case writes them: a text, `{"base64": …}`, or `{"repeat": …, "times": …}`.
#[derive(Deserialize, Clone)]
#[serde(
    untagged,
    expecting = "a text, `{\"base64\": …}` or `{\"repeat\": …, \"times\": …}`"
)]
pub enum Bytes {
    Text(String),
    Other(Other),
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Other {
    base64: Option<String>,
    repeat: Option<String>,
    #[serde(default)]
    times: usize,
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Bytes {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Other(Other {
                base64: Some(text), ..
            }) => STANDARD.decode(text).expect("`base64` of the case"),
            Self::Other(other) => other
                .repeat
                .clone()
                .unwrap_or_default()
                .repeat(other.times)
                .into_bytes(),
        }
    }
}

/// The comparison of an answer with a case: the differences, and the values of the case's names.
#[derive(Default)]
pub struct Comparison {
    pub differences: Vec<String>,
    names: BTreeMap<String, Value>,
}

impl Comparison {
    /// Notes a difference.
    pub fn differs(&mut self, place: &str, expected: impl Display, actual: impl Display) {
        self.differences
            .push(format!("{place}: expected {expected}, got {actual}"));
    }

    /// Objects are compared key by key, and further keys do not matter; all else must be equal. These keys have a
    /// meaning of their own: `$absent`, `$exact` (no further keys), `$matches` (a regular expression for the whole
    /// text), `$type` (`string`, `number`), `$named` (the same name stands for the same value, and another name for
    /// another value).
    pub fn value(&mut self, place: &str, expected: &Value, actual: Option<&Value>) {
        let fits = match (special(expected), expected, actual) {
            (Some(("$absent", _)), ..) => actual.is_none(),
            (Some(("$matches", pattern)), ..) => {
                let pattern = format!("^(?:{})$", pattern.as_str().expect("a pattern"));
                let pattern = Regex::new(&pattern).unwrap();
                let text = actual.and_then(Value::as_str);
                text.is_some_and(|text| pattern.is_match(text))
            }
            (Some(("$type", kind)), ..) => actual.is_some_and(|actual| match kind.as_str() {
                Some("string") => actual.is_string(),
                Some("number") => actual.is_number(),
                _ => panic!("`$type` is `string` or `number`"),
            }),
            (Some(("$named", name)), ..) => {
                let name = name.as_str().expect("a name");
                actual.is_some_and(|actual| self.is_named(name, actual))
            }
            (Some(("$exact", Value::Object(exact))), _, Some(Value::Object(object))) => {
                for (key, actual) in object.iter().filter(|(key, _)| !exact.contains_key(*key)) {
                    self.differs(&format!("{place}/{key}"), "nothing", cut(actual));
                }
                return self.fields(place, exact, object);
            }
            (Some(("$exact", _)), ..) => false,
            (Some((key, _)), ..) => panic!("`{key}` is no expectation"),
            (None, Value::Object(subset), Some(Value::Object(object))) => {
                return self.fields(place, subset, object);
            }
            (None, expected, actual) => actual == Some(expected),
        };
        if !fits {
            self.differs(place, cut(expected), actual.map_or("nothing".to_owned(), cut));
        }
    }

    fn fields(&mut self, place: &str, expected: &Map<String, Value>, actual: &Map<String, Value>) {
        for (key, expected) in expected {
            self.value(&format!("{place}/{key}"), expected, actual.get(key));
        }
    }

    /// Returns whether this name, and no other name, stands for a value. The first comparison binds the name.
    fn is_named(&mut self, name: &str, value: &Value) -> bool {
        let bound = self.names.entry(name.to_owned()).or_insert_with(|| value.clone());
        bound == value && self.names.values().filter(|other| *other == value).count() == 1
    }

    /// A body to the byte: a text, other [`Bytes`], an expectation of a text, or `{"json": …}` with one of any value.
    pub fn body(&mut self, expected: &Value, actual: &[u8]) {
        let text = String::from_utf8_lossy(actual);
        if let Some(expected) = expected.get("json") {
            match serde_json::from_slice(actual) {
                Ok(actual) => self.value("body", expected, Some(&actual)),
                Err(_) => self.differs("body", "JSON", cut(&text.into())),
            }
        } else if special(expected).is_some() {
            self.value("body", expected, Some(&text.into()));
        } else {
            let expected = Bytes::deserialize(expected).expect("a body").bytes();
            if expected != actual {
                let expected = String::from_utf8_lossy(&expected).into();
                self.differs("body", cut(&expected), cut(&text.into()));
            }
        }
    }
}

/// The key and the value of an object that says more than itself.
fn special(expected: &Value) -> Option<(&str, &Value)> {
    let object = expected.as_object()?;
    let (key, value) = object.iter().next()?;
    (object.len() == 1 && key.starts_with('$')).then_some((key.as_str(), value))
}

/// Checks that differences are reported and nothing else is: a harness that sees nothing passes every case.
pub fn check() -> Result<(), String> {
    let cases = [
        (json!({"a": 1}), json!({"a": 1, "b": 2}), true),
        (json!({"a": 1}), json!({"a": 2}), false),
        (json!({"a": null}), json!({"a": null}), true),
        (json!({"a": null}), json!({}), false),
        (json!([1]), json!([1, 2]), false),
        (json!({"a": {"$absent": true}}), json!({}), true),
        (json!({"a": {"$absent": true}}), json!({"a": null}), false),
        (json!({"$exact": {"a": 1}}), json!({"a": 1}), true),
        (json!({"$exact": {"a": 1}}), json!({"a": 1, "b": 2}), false),
        (json!({"$exact": {}}), json!(null), false),
        (json!({"$matches": "a+"}), json!("aa"), true),
        (json!({"$matches": "a+"}), json!("aab"), false),
        (json!({"$matches": "a+"}), json!(1), false),
        (json!({"$type": "number"}), json!(1), true),
        (json!({"$type": "number"}), json!("1"), false),
        (json!({"$named": "a"}), json!(1), true),
        (
            json!({"a": {"$named": "a"}, "b": {"$named": "a"}}),
            json!({"a": 1, "b": 1}),
            true,
        ),
        (
            json!({"a": {"$named": "a"}, "b": {"$named": "a"}}),
            json!({"a": 1, "b": 2}),
            false,
        ),
        (
            json!({"a": {"$named": "a"}, "b": {"$named": "b"}}),
            json!({"a": 1, "b": 2}),
            true,
        ),
        (
            json!({"a": {"$named": "a"}, "b": {"$named": "b"}}),
            json!({"a": 1, "b": 1}),
            false,
        ),
        (json!({"a": {"$named": "a"}}), json!({}), false),
    ];
    for (expected, actual, same) in cases {
        let mut comparison = Comparison::default();
        comparison.value("value", &expected, Some(&actual));
        if comparison.differences.is_empty() != same {
            let differences = comparison.differences;
            return Err(format!("{actual} held against {expected}: {differences:?}"));
        }
    }
    let mut comparison = Comparison::default();
    comparison.body(&json!("a"), b"a ");
    if comparison.differences.is_empty() {
        return Err("a body with a blank too many passes".to_owned());
    }
    Ok(())
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
        None => text,
    }
}
