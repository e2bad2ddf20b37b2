//! Prints each program that a command starts, if the user asks for it with `--verbose`. No argument of ours is a secret.

use std::process::Command;

use portcullis_foreign_text::shell;

use crate::talk;

/// A program that is about to start.
pub trait Announced {
    /// Prints the program and its arguments with `--verbose`, without its environment.
    fn announced(&mut self) -> &mut Self;
}

impl Announced for Command {
    fn announced(&mut self) -> &mut Self {
        talk::detail(|| line(self));
        self
    }
}

fn line(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words: Vec<String> = words.map(|word| shell::word(&word.to_string_lossy())).collect();
    let words = words.join(" ");
    match command.get_current_dir() {
        Some(folder) => format!("(cd {} && {words})", shell::word(&folder.to_string_lossy())),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_shown_as_a_shell_takes_it() {
        let mut command = Command::new("terraform");
        command.args(["plan", "-var=name=two words"]);
        assert_eq!(line(&command), "terraform plan '-var=name=two words'");
        command.current_dir("/of you");
        assert_eq!(
            line(&command),
            "(cd '/of you' && terraform plan '-var=name=two words')"
        );
    }
}
