//! The failure of a command: a message, help, and an exit code that scripts rely on.

use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;

use portcullis_generator::diagnostic::Diagnostics;

/// The failure of a command.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    help: Option<String>,
    spec: Option<Box<SpecErrors>>,
}

/// The errors of a spec.
#[derive(Debug)]
pub struct SpecErrors {
    /// The name of the file in messages.
    pub name: String,
    /// The text of the file.
    pub text: String,
    /// The errors.
    pub errors: Diagnostics,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// A check found a difference, or a change is blocked.
    Refused,
    /// Invalid arguments or input.
    Input,
    /// A tool or AWS failed.
    Tool,
    /// A plan contains changes, and `--detailed-exitcode` was given.
    Changes,
}

/// The exit codes that a command uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ExitCodes {
    /// 1 for a refusal, 2 for invalid arguments or input, 3 if a tool or AWS failed.
    Portcullis,
    /// 1 for every failure, 2 for a plan that contains changes: those of Terraform, for `plan --detailed-exitcode`.
    Terraform,
}

impl ExitCodes {
    /// Returns the exit codes for a command line that can't be parsed. A script that applies on 2 must not apply after a
    /// typo, even in the flag itself or in the form that Terraform writes it in.
    pub fn of_wrong_use(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let asks = arguments.into_iter().any(|argument| {
            let argument = argument.to_string_lossy().to_lowercase();
            argument.starts_with('-') && ["detailed", "exit"].iter().any(|part| argument.contains(part))
        });
        if asks { Self::Terraform } else { Self::Portcullis }
    }

    fn number(self, kind: Kind) -> u8 {
        match (self, kind) {
            (_, Kind::Changes) => 2,
            (Self::Terraform, Kind::Refused | Kind::Input | Kind::Tool) => 1,
            (Self::Portcullis, Kind::Refused) => 1,
            (Self::Portcullis, Kind::Input) => 2,
            (Self::Portcullis, Kind::Tool) => 3,
        }
    }

    /// The exit code of invalid arguments.
    pub fn wrong_use(self) -> ExitCode {
        ExitCode::from(self.number(Kind::Input))
    }
}

/// The result of a command.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A check found a difference, or a change is blocked: exit code 1.
    pub fn refused(message: impl Display) -> Self {
        Self::of(Kind::Refused, message)
    }

    /// Invalid arguments or input: exit code 2.
    pub fn input(message: impl Display) -> Self {
        Self::of(Kind::Input, message)
    }

    /// A tool or AWS failed: exit code 3.
    pub fn tool(message: impl Display) -> Self {
        Self::of(Kind::Tool, message)
    }

    /// A plan contains changes, and `--detailed-exitcode` was given: exit code 2, as of Terraform.
    pub fn changes() -> Self {
        Self::of(Kind::Changes, "")
    }

    fn of(kind: Kind, message: impl Display) -> Self {
        // `{:#}` shows the whole chain of an `anyhow` error on one line.
        Self {
            kind,
            message: format!("{message:#}").trim_end().to_string(),
            help: None,
            spec: None,
        }
    }

    /// The spec has errors: exit code 2.
    pub fn spec(errors: SpecErrors) -> Self {
        let spec = Some(Box::new(errors));
        Self {
            spec,
            ..Self::of(Kind::Input, "")
        }
    }

    /// The errors of the spec, if it has any.
    pub fn spec_errors(&self) -> Option<&SpecErrors> {
        self.spec.as_deref()
    }

    /// Adds help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The exit code.
    pub fn exit_code(&self, codes: ExitCodes) -> ExitCode {
        ExitCode::from(codes.number(self.kind))
    }

    /// Message and help, unless the command has printed them already.
    pub fn message(&self) -> Option<(&str, Option<&str>)> {
        (!self.message.is_empty()).then_some((self.message.as_str(), self.help.as_deref()))
    }

    /// Message and help for a terminal; empty if the command has printed them already.
    pub fn render(&self) -> String {
        if self.message.is_empty() {
            return String::new();
        }
        let help = self
            .help
            .as_ref()
            .map(|help| format!("\nhelp: {help}\n"))
            .unwrap_or_default();
        format!("error: {}\n{help}", self.message)
    }
}

/// Sorts other errors by their cause.
pub trait OrFail<T> {
    /// The user's input is invalid.
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
