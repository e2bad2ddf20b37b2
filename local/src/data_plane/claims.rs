//! What a token says of who asks, and the strings that an integration gets to see of it.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::format_description;

/// Claims of a verified token as its issuer wrote them.
pub type Claims = Map<String, Value>;

/// Claims as an authorizer hands them on: every value a string.
pub fn stringified(claims: &Claims) -> Map<String, Value> {
    let texts = claims.iter().filter_map(|(name, value)| {
        let time = || {
            value
                .as_i64()
                .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        };
        let text = match (name.as_str(), value) {
            (_, Value::Null) => return None,
            ("exp" | "iat", Value::Number(_)) => time().and_then(date).unwrap_or_else(|| value.to_string()),
            _ => text_of(value),
        };
        Some((name.clone(), Value::from(text)))
    });
    texts.collect()
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
        assert_eq!(Value::from(stringified(claims.as_object().unwrap())), expected);
    }
}
