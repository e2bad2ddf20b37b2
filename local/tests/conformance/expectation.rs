//! How what came is held against what a case says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// Objects are held key by key, and further keys do not matter; all else must be equal. An object with one of these
/// keys says more: `$absent`, `$exact` (no further keys), `$matches` (a regular expression for the whole text),
/// `$type` (`string`, `number`).
pub fn compare(place: &str, expected: &Value, actual: Option<&Value>, differences: &mut Vec<String>) {
    let special = expected.as_object().and_then(|object| {
        let (key, value) = object.iter().next()?;
        (object.len() == 1 && key.starts_with('$')).then_some((key.as_str(), value))
    });
    let mut differs = |expected: &dyn std::fmt::Display| {
        let actual = actual.map_or("nothing".to_owned(), cut);
        differences.push(format!("{place}: expected {expected}, got {actual}"));
    };
    match (special, expected, actual) {
        (Some(("$absent", _)), ..) => {
            if actual.is_some() {
                differs(&"nothing");
            }
        }
        (Some(("$matches", pattern)), ..) => {
            let pattern = Regex::new(&format!("^(?:{})$", pattern.as_str().expect("a pattern"))).unwrap();
            if !actual
                .and_then(Value::as_str)
                .is_some_and(|text| pattern.is_match(text))
            {
                differs(&expected);
            }
        }
        (Some(("$type", kind)), ..) => {
            let fits = actual.is_some_and(|actual| match kind.as_str() {
                Some("string") => actual.is_string(),
                Some("number") => actual.is_number(),
                _ => panic!("`$type` is `string` or `number`"),
            });
            if !fits {
                differs(&expected);
            }
        }
        (Some(("$exact", Value::Object(exact))), _, Some(Value::Object(object))) => {
            let unexpected = object.keys().filter(|key| !exact.contains_key(*key));
            differences.extend(
                unexpected.map(|key| format!("{place}/{key}: expected nothing, got {}", cut(&object[key]))),
            );
            for (key, expected) in exact {
                compare(&format!("{place}/{key}"), expected, object.get(key), differences);
            }
        }
        (Some(("$exact", _)), ..) => differs(&expected),
        (Some((key, _)), ..) => panic!("`{key}` is no expectation"),
        (None, Value::Object(subset), Some(Value::Object(object))) => {
            for (key, expected) in subset {
                compare(&format!("{place}/{key}"), expected, object.get(key), differences);
            }
        }
        (None, expected, actual) => {
            if actual != Some(expected) {
                differs(&cut(expected));
            }
        }
    }
}

/// A body to the byte: a text, other [`Bytes`], `{"$matches": …}`, or `{"json": …}` with an expectation.
pub fn compare_body(expected: &Value, actual: &[u8], differences: &mut Vec<String>) {
    let text = String::from_utf8_lossy(actual);
    if let Some(expected) = expected.get("json") {
        match serde_json::from_slice(actual) {
            Ok(actual) => compare("body", expected, Some(&actual), differences),
            Err(_) => differences.push(format!("body: expected JSON, got `{}`", cut(&text.into()))),
        }
    } else if expected.get("$matches").is_some() {
        compare("body", expected, Some(&text.into()), differences);
    } else {
        let expected = Bytes::deserialize(expected).expect("a body").bytes();
        if expected != actual {
            let expected = cut(&String::from_utf8_lossy(&expected).into());
            differences.push(format!("body: expected {expected}, got {}", cut(&text.into())));
        }
    }
}

/// That what differs is told, and what does not is not: a harness that sees nothing passes every case.
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
    ];
    for (expected, actual, same) in cases {
        let mut differences = vec![];
        compare("value", &expected, Some(&actual), &mut differences);
        if differences.is_empty() != same {
            return Err(format!("{actual} held against {expected}: {differences:?}"));
        }
    }
    let mut differences = vec![];
    compare_body(&json!("a"), b"a ", &mut differences);
    if differences.is_empty() {
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
