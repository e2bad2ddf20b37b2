//! The line on standard output by which a process of the emulator says that it is ready.

use std::io::{Write, stdout};

use anyhow::{Context, Result};
use portcullis_foreign_text::printable;
use serde::Serialize;

/// Prints an object as one line of JSON, at once. Foreign text in it is escaped.
pub(crate) fn print(line: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(line).context("can't write the ready line")?;
    let mut stdout = stdout().lock();
    writeln!(stdout, "{}", printable::json(&line))
        .and_then(|()| stdout.flush())
        .context("can't write the ready line to standard output")
}
