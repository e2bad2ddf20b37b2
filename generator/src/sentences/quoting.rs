//! Foreign text in sentences: as TOML writes it, cut if it is long, and safe in a terminal and in Markdown.
//!
//! Sentences hold two kinds of text. Our own words, numbers and booleans stand outside of backticks, with `**` around a
//! word that must not be overlooked. Text of the spec stands between backticks, without backticks, line breaks and
//! invisible characters. A foreign description therefore can't end the code span, move the cursor or turn the text
//! around.

use portcullis_foreign_text::printable::code;
use serde_json::Value;

use crate::sentences::list::list;
use crate::spec::toml_text::{escaped, string};

/// Characters of a string that a sentence shows.
const LONGEST: usize = 60;

/// A string of the spec's, in the quotes of TOML: `` `"Knows the customers"` ``.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", string(text, LONGEST))
}

/// Two strings that differ, each [`quoted`]. Long ones begin a little before their difference.
pub(crate) fn both_quoted(before: &str, after: &str) -> [String; 2] {
    let same = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let is_long = |text: &str| text.chars().count() > LONGEST;
    if same <= LONGEST / 2 || !(is_long(before) || is_long(after)) {
        return [before, after].map(quoted);
    }
    [before, after].map(|text| {
        let rest: String = text.chars().skip(same - LONGEST / 4).collect();
        format!("`\"…{}\"`", escaped(&rest, LONGEST))
    })
}

/// Returns the change of a key: `` `functions.orders.memory_mb` 512 → 1024 ``.
pub(crate) fn changed(key: &str, before: Option<&Value>, after: Option<&Value>) -> String {
    let key = code(key);
    match (before, after) {
        (Some(Value::String(before)), Some(Value::String(after))) => {
            let [before, after] = both_quoted(before, after);
            format!("{key} {before} → {after}")
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let only = |one: &[Value], other: &[Value]| {
                let items: Vec<String> = one
                    .iter()
                    .filter(|item| !other.contains(item))
                    .map(in_text)
                    .collect();
                (!items.is_empty()).then(|| list(items))
            };
            let gains = only(after, before).map(|items| format!("gains {items}"));
            let loses = only(before, after).map(|items| format!("loses {items}"));
            let changes: Vec<String> = gains.into_iter().chain(loses).collect();
            format!("{key} {}", changes.join(" and "))
        }
        (Some(before), Some(after)) => format!("{key} {} → {}", in_text(before), in_text(after)),
        (Some(before), None) => format!("{key} removed (was {})", in_text(before)),
        (None, Some(after)) => format!("{key} set to {}", in_text(after)),
        (None, None) => key,
    }
}

fn in_text(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => list(items.iter().map(in_text)),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        other => quoted(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_end_a_code_span_or_move_the_cursor_is_escaped() {
        assert_eq!(quoted("a`b\u{1b}[2Jc\n"), "`\"a\\u0060b\\u001B[2Jc\\n\"`");
        assert_eq!(quoted("\u{202e}desrever"), "`\"\\u202Edesrever\"`");
        assert_eq!(quoted("\u{e0041}"), "`\"\\U000E0041\"`");
        assert_eq!(
            quoted("it's \"Größe\", 大きさ"),
            "`\"it's \\\"Größe\\\", 大きさ\"`"
        );
    }

    #[test]
    fn long_text_is_cut_and_no_escape_is() {
        let text = quoted(&"\u{7}".repeat(100));
        assert_eq!(text, format!("`\"{}…\"`", "\\u0007".repeat(10)));
        assert_eq!(quoted(&"a".repeat(60)), format!("`\"{}\"`", "a".repeat(60)));
    }

    #[test]
    fn long_texts_are_cut_where_they_are_the_same() {
        let (before, after) = (
            format!("{}x{}", "a".repeat(200), "b".repeat(200)),
            format!("{}y", "a".repeat(200)),
        );
        let [before, after] = both_quoted(&before, &after);
        assert_eq!(before, format!("`\"…{}x{}…\"`", "a".repeat(15), "b".repeat(44)));
        assert_eq!(after, format!("`\"…{}y\"`", "a".repeat(15)));
        assert_eq!(both_quoted("a", "b"), ["`\"a\"`", "`\"b\"`"]);
    }

    #[test]
    fn a_list_gains_and_loses() {
        let list = |items: &[&str]| Value::from(items.to_vec());
        let changed = |before, after| changed("x", Some(&list(before)), Some(&list(after)));
        assert_eq!(
            changed(&["a", "b"], &["b", "c", "d"]),
            "`x` gains `\"c\"` and `\"d\"` and loses `\"a\"`"
        );
        assert_eq!(changed(&["a"], &[]), "`x` loses `\"a\"`");
        assert_eq!(
            super::changed("x", None, Some(&list(&["a", "b"]))),
            "`x` set to `\"a\"` and `\"b\"`"
        );
    }
}
