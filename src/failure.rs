//! How a command fails: a message, a hint, and an exit code that scripts rely on.

use std::fmt::Display;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// A check found a difference, or a gate said no.
    Refused = 1,
    /// Wrong use or wrong input.
    Input = 2,
    /// A tool or AWS failed.
    Tool = 3,
}

/// The result of a command.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A check found a difference, or a gate said no: exit code 1.
    pub fn refused(message: impl Display) -> Self {
        Self::of(Kind::Refused, message)
    }

    /// Wrong use or wrong input: exit code 2.
    pub fn input(message: impl Display) -> Self {
        Self::of(Kind::Input, message)
    }

    /// A tool or AWS failed: exit code 3.
    pub fn tool(message: impl Display) -> Self {
        Self::of(Kind::Tool, message)
    }

    fn of(kind: Kind, message: impl Display) -> Self {
        // `{:#}` shows the whole chain of an `anyhow` error on one line.
        Self {
            kind,
            message: format!("{message:#}").trim_end().to_string(),
            hint: None,
        }
    }

    /// What to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }

    /// Message and hint for a terminal; empty where everything has been said.
    pub fn render(&self) -> String {
        if self.message.is_empty() {
            return String::new();
        }
        let hint = self
            .hint
            .as_ref()
            .map(|hint| format!("\nhint: {hint}\n"))
            .unwrap_or_default();
        format!("error: {}\n{hint}", self.message)
    }
}

/// Sorts other errors by who is to blame.
pub trait OrFail<T> {
    /// The user's input is wrong.
    fn or_input(self) -> Outcome<T>;
    /// A tool, the disk or AWS failed.
    fn or_tool(self) -> Outcome<T>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_input(self) -> Outcome<T> {
        self.map_err(Failure::input)
    }

    fn or_tool(self) -> Outcome<T> {
        self.map_err(Failure::tool)
    }
}
