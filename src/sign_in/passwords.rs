//! Asks for passwords and codes: on the terminal without an echo, or line by line from standard input.

use std::io::{BufRead, stdin};

use portcullis_foreign_text::printable;

use crate::failure::{Failure, Outcome};
use crate::talk;

/// The source of passwords.
pub enum Passwords {
    /// The terminal.
    Terminal {
        /// The new password if the user enters none, which only the emulated AWS may have.
        example: Option<String>,
    },
    /// Standard input, a line for each.
    Stdin,
}

impl Passwords {
    /// The current password of a user.
    pub fn password(&mut self, prompt: &str) -> Outcome<String> {
        match self {
            Self::Terminal { .. } => ask(prompt)?.ok_or_else(missing_password),
            Self::Stdin => line(),
        }
    }

    /// A code, which the user reads off a message or a device.
    pub fn code(&mut self, prompt: &str) -> Outcome<String> {
        self.password(prompt)
    }

    /// The new password of a user.
    pub fn new_password(&mut self, user: &str) -> Outcome<String> {
        let example = match self {
            Self::Stdin => return line(),
            Self::Terminal { example } => example,
        };
        let prompt = match example {
            Some(example) => format!("New password of {user} (empty: {example})"),
            None => format!("New password of {user}"),
        };
        match (ask(&prompt), example) {
            (Ok(Some(password)), _) => {
                if ask(&format!("{prompt}, once more"))?.as_ref() != Some(&password) {
                    return Err(
                        Failure::input("the two new passwords are different").help("run the command again")
                    );
                }
                Ok(password)
            }
            // Without a terminal, too.
            (Ok(None) | Err(_), Some(example)) => {
                talk::say(format!("The new password of {user} is {example}"));
                Ok(example.clone())
            }
            (Ok(None), None) => Err(missing_password()),
            (Err(failure), None) => Err(failure),
        }
    }
}

/// Asks on the terminal. Returns `None` if the user enters nothing.
fn ask(prompt: &str) -> Outcome<Option<String>> {
    let prompt = format!("{}: ", printable::line(prompt));
    let answer = rpassword::prompt_password(prompt).map_err(|_| {
        Failure::input("missing password: without a terminal, `login` can't ask")
            .help("write the password to standard input, and add `--password-stdin`")
    })?;
    Ok((!answer.is_empty()).then_some(answer))
}

/// The next line of standard input.
fn line() -> Outcome<String> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::input(format!("can't read standard input: {error}")))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(missing_password());
    }
    Ok(line.into())
}

fn missing_password() -> Failure {
    Failure::input("missing password").help("run the command again")
}
