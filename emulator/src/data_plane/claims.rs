//! The claims of a token, and the strings that an integration gets of them.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::format_description;

/// Claims of a verified token as its issuer wrote them.
pub type Claims = Map<String, Value>;

/// Claims as an authorizer hands them on: written with every value as a string.
#[derive(Debug)]
pub struct Stringified<'a>(pub &'a Claims);

impl Serialize for Stringified<'_> {
    fn serialize<To: Serializer>(&self, to: To) -> Result<To::Ok, To::Error> {
        let given = self.0.iter().filter(|(_, value)| !value.is_null());
        to.collect_map(given.map(|(name, value)| (name, string(name, value))))
    }
}

fn string<'a>(name: &str, value: &'a Value) -> Cow<'a, str> {
    let seconds = if matches!(name, "exp" | "iat") {
        value.as_i64()
    } else {
        None
    };
    match (
        value,
        seconds
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .and_then(date),
    ) {
        (_, Some(date)) => date.into(),
        (Value::String(text), None) => text.into(),
        (value, None) => text_of(value).into(),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// As Java prints a date: `Tue Jun 18 15:00:04 UTC 2024`.
fn date(time: OffsetDateTime) -> Option<String> {
    let shape = format_description!(
        "[weekday repr:short] [month repr:short] [day] [hour]:[minute]:[second] UTC [year]"
    );
    time.format(shape).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn claims_are_strings_as_aws_writes_them() {
        let claims = json!({
            "sub": "s", "email_verified": true, "auth_time": 1718636404, "iat": 1718636404, "exp": 1718722804,
            "cognito:groups": ["A", "B"], "custom:n": 1.5, "nothing": null,
        });
        let expected = json!({
            "sub": "s", "email_verified": "true", "auth_time": "1718636404", "iat": "Mon Jun 17 15:00:04 UTC 2024",
            "exp": "Tue Jun 18 15:00:04 UTC 2024", "cognito:groups": "A,B", "custom:n": "1.5",
        });
        let actual = serde_json::to_value(Stringified(claims.as_object().unwrap()));
        assert_eq!(actual.unwrap(), expected);
    }
}
