//! What a command prints: its data on stdout, what it says while it works on stderr, in colour only where a person
//! reads it.
//!
//! Whoever reads may stop early, as `head` does. Nothing is told them any more, and the command goes on: half an
//! apply is worth less than a few unread lines.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// Whether stderr takes colour: a terminal, and no `NO_COLOR` (<https://no-color.org>).
pub fn colour() -> bool {
    colour_of(&stderr())
}

/// Whether a stream takes colour.
pub fn colour_of(stream: &impl IsTerminal) -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var("TERM").as_deref() != Ok("dumb")
        && stream.is_terminal()
}

/// Prints data.
pub fn data(text: impl Display) -> Outcome {
    let mut stdout = stdout().lock();
    match write!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::tool(format!("can't write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Shows a text as it is, with or without the end of a line.
pub fn show(text: impl Display) {
    _ = write!(stderr(), "{text}").and_then(|()| stderr().flush());
}

/// Says a line.
pub fn say(line: impl Display) {
    show(format_args!("{line}\n"));
}

/// Says what needs attention but stops nothing.
pub fn warn(line: impl Display) {
    say(format_args!("{} {line}", paint("33", "warning:")));
}

/// Says what is being done, does it, and says how long it took where that was over a second.
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

/// Text in an SGR style, where stderr takes colour.
pub fn paint(style: &str, text: &str) -> String {
    paint_on(&stderr(), style, text)
}

/// Text in an SGR style, where a stream takes colour.
pub fn paint_on(stream: &impl IsTerminal, style: &str, text: &str) -> String {
    if colour_of(stream) {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.into()
    }
}
