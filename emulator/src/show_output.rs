//! Reads a file with the output of `terraform show -json` for a state or a plan. It recognizes other files as far as
//! they are not text. [`portcullis_terraform_json`] recognizes other texts.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use portcullis_foreign_text::{printable, shell};

use crate::data_plane::InputError;

/// The largest file that is read, in bytes: some hundred times what a service of 300 routes has.
const LIMIT: u64 = 100 << 20;

/// The input of `terraform show -json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShowOutput {
    /// The applied state.
    State,
    /// A plan's file.
    Plan,
}

impl ShowOutput {
    fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Plan => "plan",
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::State => "terraform show -json",
            Self::Plan => "terraform show -json PLANFILE",
        }
    }
}

/// The text of a state or plan. An error names the file and what to do.
pub fn read(path: &Path, shown: ShowOutput) -> Result<String, InputError> {
    let name = path.display().to_string();
    let (word, name) = (shell::word(&name), printable::code(&name));
    let (what, command) = (shown.name(), shown.command());
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            InputError(format!("missing file {name}: write it with `{command} > {word}`"))
        }
        std::io::ErrorKind::IsADirectory => InputError(format!(
            "{name} is a folder: name a file with the output of `{command}`"
        )),
        _ => InputError(format!("can't read the {what} {name}: {error}")),
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(InputError(format!(
            "{name} must have at most {} MB: name a file with the output of `{command}`",
            LIMIT >> 20
        )));
    }
    // A file of `terraform plan -out` is a zip.
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(InputError(match shown {
            ShowOutput::State => format!(
                "{name} must be a state, but it is a plan file or another zip: run `terraform show -json > FILE` \
                 after the apply"
            ),
            ShowOutput::Plan => format!(
                "{name} must be JSON, but it is a plan file or another zip: run `terraform show -json {word} > FILE` \
                 in the folder of the plan, and name `FILE`"
            ),
        }));
    }
    String::from_utf8(bytes).map_err(|_| {
        InputError(format!(
            "{name} must be UTF-8 text: name a file with the output of `{command}`"
        ))
    })
}
