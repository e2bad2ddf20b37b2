//! Quotes words of a command that a user pastes into a shell.

use crate::printable::is_hidden;

/// A text as one word of a POSIX shell, which runs nothing of it. A plain one stands as it is, another one in single
/// quotes.
///
/// Hidden characters can't be pasted. They are written with `$'…'` (POSIX.1-2024, and bash and zsh since ever); an older
/// shell takes another word, and still runs nothing.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    // `=` in front has a meaning in zsh.
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('=') {
        return text.into();
    }
    if !text.chars().any(is_hidden) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::from("$'");
    for c in text.chars() {
        match c {
            // By their numbers, so that no shell takes a quote for the end.
            '\'' | '\\' => word.push_str(&octal(c)),
            c if is_hidden(c) => word.push_str(&octal(c)),
            c => word.push(c),
        }
    }
    word + "'"
}

/// The bytes of a character as `$'…'` takes them.
fn octal(c: char) -> String {
    let mut bytes = [0; 4];
    let text = c.encode_utf8(&mut bytes);
    text.bytes().map(|byte| format!("\\{byte:03o}")).collect()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use portcullis_test_support::in_time::InTime;

    /// Returns the word that a shell makes of a text.
    fn taken(shell: &str, word: &str) -> Option<String> {
        let said = Command::new(shell)
            .args(["-c", &format!("printf %s {word}")])
            .output_in_time()
            .ok()?;
        assert!(said.status.success() && said.stderr.is_empty(), "{said:?}");
        Some(String::from_utf8(said.stdout).unwrap())
    }

    #[test]
    fn a_plain_word_stands_as_it_is() {
        for plain in [
            "you@example.com",
            "--jwks",
            "us-east-1_AbC",
            "../a/b.zip",
            "http://127.0.0.1:1/v1",
        ] {
            assert_eq!(word(plain), plain);
        }
        assert_eq!(word("a b"), "'a b'");
    }

    #[test]
    fn a_shell_takes_a_word_as_the_text_that_it_was_and_runs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark").display().to_string();
        let attacks = [
            String::new(),
            format!("x;touch {mark};#"),
            format!("x'; touch {mark}; '"),
            format!("$(touch {mark})`touch {mark}`"),
            format!("\\'; touch {mark}; \\'"),
            format!("a\ntouch {mark}\n"),
            format!("\u{1b}[2J'; touch {mark}; '\u{202e}\\'; touch {mark}; \\'"),
            "~ * ? [a] {a,b} !! & | < > ( ) # \" ü".into(),
            "=ls".into(),
        ];
        for attack in attacks {
            let word = word(&attack);
            assert_eq!(taken("bash", &word).unwrap(), attack, "{word}");
            // Every other one runs nothing either, and takes the same word if it knows `$'…'`.
            for shell in ["sh", "dash", "zsh", "ksh"] {
                let taken = taken(shell, &word);
                assert!(
                    word.starts_with('$') || taken.is_none_or(|taken| taken == attack),
                    "{shell} {word}"
                );
            }
            assert!(!std::path::Path::new(&mark).exists(), "{word}");
        }
    }
}
