//! Text of others in our sentences: of a spec, of a plan, of a state.
//!
//! It stands between backticks, and nothing of it ends the code span, moves the cursor of a terminal or turns the text
//! around: no backtick, no line break and no invisible character is left in there.

/// A text in backticks: `` `GET /admin` ``.
pub fn code(text: &str) -> String {
    format!("`{}`", plain(text))
}

/// Free text or a name for a terminal, which nothing in it moves: without the backticks around it.
pub fn plain(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// A character that shows itself and nothing else, or its escape: no control, no direction, no joiner, no mark on
/// another one, and no backtick. The standard library knows them, and escapes what it would not print.
pub fn visible(c: char) -> String {
    match c {
        '"' | '\'' | '\\' => c.into(),
        c if c != '`' && c.escape_debug().len() == 1 => c.into(),
        c if u32::from(c) > 0xffff => format!("\\U{:08X}", u32::from(c)),
        c => format!("\\u{:04X}", u32::from(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_between_its_backticks() {
        assert_eq!(
            code("a` @team <b>\n\u{1b}[2J"),
            "`a\\u0060 @team <b>\\u000A\\u001B[2J`"
        );
    }
}
