//! Names and values as TOML writes them.
//!
//! Both stand between backticks in a message, so a backtick is escaped as well.

use portcullis_foreign_text::printable::{escape, visible};
use serde_json::Value;

/// The path of a key: `service.tags."cost/unit"`.
pub(crate) fn key(path: &[impl AsRef<str>]) -> String {
    let parts: Vec<String> = path.iter().map(|part| part_of_key(part.as_ref())).collect();
    parts.join(".")
}

/// A part of a key, in quotes if TOML needs them.
pub(crate) fn part_of_key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) {
        name.to_owned()
    } else {
        string(name, usize::MAX)
    }
}

/// A string in quotes, at most so many characters of it.
pub(crate) fn string(text: &str, longest: usize) -> String {
    format!("\"{}\"", escaped(text, longest))
}

/// The characters of a string between its quotes, at most so many of them.
pub(crate) fn escaped(text: &str, longest: usize) -> String {
    let mut escaped = String::new();
    let mut length = 0;
    for c in text.chars() {
        let piece = match c {
            '"' => "\\\"".into(),
            '\\' => "\\\\".into(),
            '\n' => "\\n".into(),
            '\r' => "\\r".into(),
            '\t' => "\\t".into(),
            '`' => escape(c),
            c => visible(c),
        };
        length += piece.chars().count();
        if length > longest {
            escaped.push('…');
            break;
        }
        escaped.push_str(&piece);
    }
    escaped
}

/// A value, all of it.
pub(crate) fn value(json: &Value) -> String {
    match json {
        Value::String(text) => string(text, usize::MAX),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(value).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_quoted_if_toml_requires_it() {
        assert_eq!(
            key(&["service", "tags", "cost/unit"]),
            "service.tags.\"cost/unit\""
        );
        assert_eq!(
            key(&["functions", "back-office", ""]),
            "functions.back-office.\"\""
        );
    }

    #[test]
    fn a_quoted_name_is_toml() {
        for name in ["a\u{1b}b", "\u{202e}x", "a`b\"c\\d\n", "größe", "\u{e0041}"] {
            let table: toml::Table = format!("{} = 1", part_of_key(name)).parse().unwrap();
            assert_eq!(table.keys().collect::<Vec<_>>(), [name]);
        }
    }
}
