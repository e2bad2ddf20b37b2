//! What the command says while it works: on stderr, in colour only where a person reads it.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

/// Whether stderr takes colour: a terminal, and no `NO_COLOR` (<https://no-color.org>).
pub fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var("TERM").as_deref() != Ok("dumb")
        && stderr().is_terminal()
}

/// Says a line.
pub fn say(line: impl AsRef<str>) {
    eprintln!("{}", line.as_ref());
}

/// Says what needs attention but stops nothing.
pub fn warn(line: impl AsRef<str>) {
    eprintln!("{} {}", paint("33", "warning:"), line.as_ref());
}

/// Says what is being done, does it, and says how long it took where that was over a second.
pub fn step<T, E>(what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let started = Instant::now();
    eprintln!("{} {what}", paint("36", "·"));
    let result = work();
    let took = started.elapsed();
    if result.is_ok() && took >= Duration::from_secs(1) {
        eprintln!(
            "{} {what} {}",
            paint("32", "✓"),
            paint("2", &format!("({:.1} s)", took.as_secs_f64()))
        );
    }
    result
}

/// Text in an SGR style, where colour is on.
pub fn paint(style: &str, text: &str) -> String {
    if colour() {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.into()
    }
}
