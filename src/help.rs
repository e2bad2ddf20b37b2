//! The command line with its commands in groups. clap groups options only.

use std::fmt::Write;

use clap::{Command, CommandFactory};

use crate::cli::Cli;

/// The commands, in the order of their use. A hidden command is in no group.
const GROUPS: [(&str, &[&str]); 3] = [
    (
        "Develop",
        &[
            "new",
            "dev",
            "login",
            "call",
            "invoke",
            "invitation",
            "logs",
            "down",
            "serve",
            "doctor",
            "completions",
        ],
    ),
    (
        "Change",
        &[
            "generate", "check", "review", "surface", "graph", "openapi", "schema",
        ],
    ),
    (
        "Deploy",
        &[
            "plan",
            "apply",
            "outputs",
            "destroy",
            "environments",
            "build",
            "tools",
            "clean",
        ],
    ),
];

/// Returns the command line.
pub fn command() -> Command {
    let command = Cli::command();
    let commands = commands(&command);
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}Options:\n{{options}}{{after-help}}"
    ))
}

/// A line for each command, below the heading of its group.
fn commands(command: &Command) -> String {
    let names = GROUPS.iter().flat_map(|(_, names)| *names);
    let width = names.map(|name| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, names) in GROUPS {
        // Writing to a text can't fail.
        _ = writeln!(text, "{heading}:");
        for name in names {
            let found = command.find_subcommand(name);
            let about = found.and_then(Command::get_about).map(ToString::to_string);
            _ = writeln!(text, "  {name:width$}  {}", about.unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_command_is_in_one_group() {
        let command = Cli::command();
        let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
        let visible: BTreeSet<&str> = visible.map(Command::get_name).collect();
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), visible);
        assert_eq!(grouped.len(), visible.len(), "a command is in two groups");
    }

    #[test]
    fn a_line_has_at_most_100_columns() {
        for line in commands(&Cli::command()).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
