//! Characters that a reader of the text does not see. In a comment too they can make a line look like another one
//! (CVE-2021-42574).

use portcullis_foreign_text::printable;

use crate::diagnostic::{Diagnostic, Span};

/// The places of hidden characters. Neighbours are one place.
pub fn hidden(text: &str) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    for (start, c) in text.char_indices() {
        let is_white = matches!(c, '\t' | '\n') || c == '\r' && text[start + 1..].starts_with('\n');
        let is_mark = c == '\u{feff}' && start == 0;
        if is_white || is_mark || !printable::is_hidden(c) {
            continue;
        }
        let end = start + c.len_utf8();
        match places.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => places.push(start..end),
        }
    }
    places
}

/// The error of one place.
pub fn error(characters: &str, span: Span) -> Diagnostic {
    let escapes: String = characters.chars().map(printable::escape).collect();
    let noun = if characters.chars().nth(1).is_none() {
        "character"
    } else {
        "characters"
    };
    Diagnostic::new(
        span,
        format!("the spec must not contain hidden characters: `{escapes}`"),
    )
    .help(format!(
        "delete the hidden {noun}; if a value needs them, write `{escapes}` in a string in double quotes"
    ))
}
