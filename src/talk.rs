//! Prints data on stdout and messages on stderr, with colour only on a terminal. Beside this file, only the log in
//! `commands::serve` and the emulator's ready line write to stdout and stderr. All three escape foreign text. Of the programs
//! that we start, the compiler of the functions writes there by itself.
//!
//! A reader may stop early, as `head` does. The command then prints nothing more and goes on, because half an apply is
//! worse than a few unread lines.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write, stderr, stdout};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use portcullis_foreign_text::printable;
use portcullis_generator::diagnostic::machine;

use crate::cli::{Amount, Color, MessageFormat};
use crate::failure::{Failure, Outcome, SpecErrors};

/// The choices of the command line.
static CHOSEN: OnceLock<(Color, Amount)> = OnceLock::new();

/// Sets when messages have colour, and which are printed. It holds for the whole process.
pub fn set(color: Color, amount: Amount) {
    _ = CHOSEN.set((color, amount));
}

fn chosen() -> (Color, Amount) {
    CHOSEN.get().copied().unwrap_or_default()
}

/// Returns whether stderr takes colour: a terminal, and no `NO_COLOR` (<https://no-color.org>).
pub fn colour() -> bool {
    colour_of(&stderr())
}

/// Returns whether a stream takes colour.
pub fn colour_of(stream: &impl IsTerminal) -> bool {
    match chosen().0 {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var("TERM").as_deref() != Ok("dumb")
                && stream.is_terminal()
        }
    }
}

/// Prints data: a text.
pub fn data(text: impl Display) -> Outcome {
    outcome(try_data(text))
}

/// Prints data, and fails if its reader has closed the pipe.
pub fn try_data(text: impl Display) -> io::Result<()> {
    print(&seen(&text.to_string(), colour_of(&stdout())))
}

/// Prints binary data. A terminal gets none of it, because bytes could be codes.
pub fn bytes(bytes: &[u8]) -> Outcome {
    if stdout().is_terminal() {
        say(format_args!(
            "{} bytes of binary data. To save them, redirect stdout to a file",
            bytes.len()
        ));
        return Ok(());
    }
    let mut stdout = stdout().lock();
    outcome(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// Prints data: JSON.
pub fn json(text: impl Display) -> Outcome {
    outcome(print(&printable::json(&format!("{text}\n"))))
}

fn print(text: &str) -> io::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn outcome(printed: io::Result<()>) -> Outcome {
    match printed {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::tool(format!("can't write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Shows a text, with or without the end of a line.
pub fn show(text: impl Display) {
    drawn(&seen(&text.to_string(), colour()));
}

/// Prints the failure of a command: for people on stderr, for programs on stdout.
pub fn failure(failure: &Failure, format: MessageFormat) -> Outcome {
    if format == MessageFormat::Text {
        if let Some(SpecErrors { name, text, errors }) = failure.spec_errors() {
            drawn(&errors.render(name, text, colour()));
        }
        show(failure.render());
        return Ok(());
    }
    let is_json = format == MessageFormat::Json;
    if let Some(SpecErrors { name, text, errors }) = failure.spec_errors() {
        if is_json {
            errors.json(name, text).into_iter().try_for_each(json)?;
        } else {
            let mut lines = errors.github(name, text).into_iter();
            lines.try_for_each(|line| data(format_args!("{line}\n")))?;
        }
    }
    let Some((message, help)) = failure.message() else {
        return Ok(());
    };
    if is_json {
        let help: Vec<&str> = help.into_iter().collect();
        return json(serde_json::json!({
            "level": "error", "message": message, "file": null, "span": null, "label": "", "related": [], "help": help,
        }));
    }
    let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let line = machine::annotation("error", "", &format!("{message}{help}"));
    data(format_args!("{line}\n"))
}

/// Shows errors in a spec, or a counting line. Both have codes of their own and hide no foreign text.
pub fn drawn(text: &str) {
    _ = write!(stderr(), "{text}").and_then(|()| stderr().flush());
}

/// Prints a message, unless only results, warnings and errors are wanted.
pub fn say(line: impl Display) {
    if chosen().1 != Amount::Least {
        show(format_args!("{line}\n"));
    }
}

/// Prints a message that is made only if most are wanted.
pub fn detail(line: impl FnOnce() -> String) {
    if chosen().1 == Amount::Most {
        show(format_args!("{}\n", paint("2", &format!("  $ {}", line()))));
    }
}

/// Prints a warning.
pub fn warn(line: impl Display) {
    show(format_args!("{} {line}\n", paint("33", "warning:")));
}

/// Prints the name of a step, runs it, and prints its duration if it is over a second.
pub fn step<T, E>(what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    say(format_args!("{} {what}", paint("36", "·")));
    let result = work();
    let took = started.elapsed();
    if result.is_ok() && took >= Duration::from_secs(1) {
        say(format_args!(
            "{} {what} {}",
            paint("32", "✓"),
            paint("2", &format!("({:.1} s)", took.as_secs_f64()))
        ));
    }
    result
}

/// Text in an SGR style, if stderr takes colour.
pub fn paint(style: &str, text: &str) -> String {
    paint_on(&stderr(), style, text)
}

/// Text in an SGR style, if a stream takes colour.
pub fn paint_on(stream: &impl IsTerminal, style: &str, text: &str) -> String {
    if colour_of(stream) {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.into()
    }
}

/// A text as a terminal may see it. If it takes colour, codes are left that colour text, which we and Terraform write:
/// foreign text between could be coloured, and nothing else.
fn seen(text: &str, colour: bool) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut seen = printable::lines(pieces.next().unwrap_or_default());
    for piece in pieces {
        seen.push_str(if colour && is_paint(piece) {
            "\u{1b}"
        } else {
            "\\u001B"
        });
        seen.push_str(&printable::lines(piece));
    }
    seen
}

/// Returns whether a text begins with a code that makes text bold, dim, underlined or coloured, or ends that. None
/// hides it.
fn is_paint(text: &str) -> bool {
    let Some((codes, _)) = text.strip_prefix('[').and_then(|text| text.split_once('m')) else {
        return false;
    };
    let is_style = |code: &str| matches!(code.parse(), Ok(0..=4 | 22..=24 | 30..=37 | 39 | 90..=97));
    codes.split(';').all(is_style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_sees_our_colours_and_no_other_code() {
        let text = "\u{1b}[1;31merror:\u{1b}[0m a\u{1b}]0;x\u{7}\u{9b}2J\u{1b}[8m\r\u{202e}b\n";
        let escaped = "a\\u001B]0;x\\u0007\\u009B2J\\u001B[8m\\u000D\\u202Eb\n";
        assert_eq!(seen(text, true), format!("\u{1b}[1;31merror:\u{1b}[0m {escaped}"));
        assert_eq!(
            seen(text, false),
            format!("\\u001B[1;31merror:\\u001B[0m {escaped}")
        );
    }
}
