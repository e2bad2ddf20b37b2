//! Text of others in what we print: of a spec, a plan, a state, a path, a header, or another program.
//!
//! A terminal, a browser and a reader must see it as text and as nothing else. Two rules do that:
//!
//! - A name or a value in a sentence goes through [`code`] or [`plain`]. Every character shows itself there, so
//!   nothing ends the code span, begins a line, moves the cursor or turns the text around.
//! - All output goes through [`lines`] as it leaves the process, or through [`json`] if it is JSON. This catches what a
//!   sentence has let through.

use std::borrow::Cow;

/// A text in backticks: `` `GET /admin` ``.
pub fn code(text: &str) -> String {
    format!("`{}`", plain(text))
}

/// Free text or a name for a terminal, which nothing in it moves: without the backticks around it.
pub fn plain(text: &str) -> String {
    keep(text, |c| c != '`' && is_visible(c))
}

/// A character that shows itself and nothing else, or its escape: no control, no direction, no joiner, no mark on
/// another one.
pub fn visible(c: char) -> String {
    keep(c.encode_utf8(&mut [0; 4]), is_visible)
}

/// The standard library knows most characters that do not show themselves, and escapes what it would not print.
fn is_visible(c: char) -> bool {
    matches!(c, ' '..='~') || (c.escape_debug().len() == 1 && !is_hidden(c))
}

/// A text whose other characters are escaped.
fn keep(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if stays(c) {
            kept.push(c);
        } else {
            kept.push_str(&escape(c));
        }
    }
    kept
}

/// A sentence of ours that holds text of others without [`code`]: it stays one line.
pub fn line(text: &str) -> String {
    keep(text, is_visible)
}

/// A whole text for a terminal, with its line breaks and tabs: hidden characters are escaped.
pub fn lines<'a>(text: impl Into<Cow<'a, str>>) -> String {
    let text = text.into();
    // Most texts are long and have nothing to escape. Without a branch for each byte, the compiler takes many at once.
    let is_plain = |byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return text.into_owned();
    }
    keep(&text, |c| matches!(c, '\n' | '\t' | ' '..='~') || !is_hidden(c))
}

/// A text that is JSON, with its line breaks: hidden characters, which only its strings can hold, are escaped as JSON
/// does it. It means what it meant.
pub fn json(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !is_hidden(c) {
            json.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                json.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    json
}

/// Returns whether a character is invisible but changes how the text around it looks. Such a character controls a
/// terminal, turns the direction of the text, ends a line, or takes no space, so that two names look alike.
///
/// These are the controls, the separators of lines and paragraphs, interlinear annotations, and what Unicode calls
/// `Default_Ignorable_Code_Point` (<https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>). Left out
/// are joiners and the two selectors that choose text or emoji: words of Persian and Hindi and many an emoji need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0d}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A character by its number, as TOML writes it.
pub fn escape(c: char) -> String {
    match u32::from(c) {
        number @ ..=0xffff => format!("\\u{number:04X}"),
        number => format!("\\U{number:08X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind: C0, DEL, C1, a separator, bidi, zero-width, a byte order mark, a tag, a filler.
    const HIDDEN: &str =
        "\u{7}\u{1b}\u{7f}\u{9b}\u{2028}\u{61c}\u{200f}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{3164}";

    #[test]
    fn a_text_stays_between_its_backticks() {
        assert_eq!(
            code("a` @team <b>\n\u{1b}[2J"),
            "`a\\u0060 @team <b>\\u000A\\u001B[2J`"
        );
    }

    #[test]
    fn nothing_hidden_is_left_in_a_name_a_text_or_json() {
        for c in HIDDEN.chars() {
            assert!(is_hidden(c), "{}", escape(c));
            assert_eq!(plain(&c.to_string()), escape(c));
            assert_eq!(lines(format!("{c}\n\t")), format!("{}\n\t", escape(c)));
        }
        // A joiner shapes what is beside it; in a name it has no business.
        assert_eq!(lines("❤\u{fe0f} Größe 大きさ"), "❤\u{fe0f} Größe 大きさ");
        assert_eq!(plain("a\u{200d}b"), "a\\u200Db");
    }

    #[test]
    fn json_means_what_it_meant() {
        let value = serde_json::json!({ HIDDEN: [HIDDEN, "\n\t\"\\ü"] });
        let text = json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
