//! The reference pages are generated: keys from their declarations, kinds of change from the policy, commands from the
//! command line. `UPDATE_GOLDEN=1 cargo test --test documents` writes them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_generator::resources::skipped_check;
use portcullis_generator::review::{ChangeKind, Effect, Section, SubjectKind};
use portcullis_generator::spec::{reference, schema};
use portcullis_test_support::in_time::InTime;
use similar::TextDiff;

use crate::markdown::REPOSITORY;

/// Compares a file with what it has to be, or writes it.
fn check(file: &str, right: &str) {
    let path = Path::new(REPOSITORY).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, right).unwrap();
        return;
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let diff = TextDiff::from_lines(&*found, right);
    assert!(
        found == right,
        "UPDATE_GOLDEN=1 writes {file}\n{}",
        diff.unified_diff()
    );
}

#[test]
fn the_reference_of_the_spec_is_generated() {
    check("docs/reference/spec.md", &reference::reference());
    let schema = serde_json::to_string_pretty(&schema::schema()).unwrap();
    check("docs/reference/portcullis.schema.json", &format!("{schema}\n"));
}

/// The help of a command, or of the program, as it is without a terminal.
fn help(command: &str) -> String {
    let mut portcullis = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    portcullis.args(command.split_whitespace()).arg("-h");
    for variable in [
        "COLUMNS",
        "PORTCULLIS_ENDPOINT",
        "PORTCULLIS_PLUGIN_DIR",
        "YOUR_EMAIL",
    ] {
        portcullis.env_remove(variable); // clap shows their values
    }
    String::from_utf8(portcullis.output_in_time().unwrap().stdout).unwrap()
}

#[test]
fn the_reference_of_the_commands_is_generated() {
    let all = help("");
    let groups = all.lines().take_while(|line| *line != "Options:");
    let names: Vec<&str> = groups
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let mut page = String::from(
        "# Commands\n\n<!-- Generated from the help of the commands. -->\n\nEach command prints its part of this page \
         with `-h`. With `--help`, some commands say more.\n",
    );
    let functions = names.iter().position(|name| *name == "new").unwrap() + 1;
    let mut commands = names.clone();
    commands.insert(functions, "new function");
    writeln!(page, "\n```text\n{all}```").unwrap();
    for name in commands {
        writeln!(page, "\n## `portcullis {name}`\n\n```text\n{}```", help(name)).unwrap();
    }
    check("docs/reference/commands.md", &page);
}

/// The verdict of a review on a kind of change.
fn verdict(effect: Effect) -> &'static str {
    match effect {
        Effect::Harmless | Effect::Expected(_) => "info",
        Effect::Widens | Effect::Loses => "**blocked**",
        Effect::WidensSignIn => "**blocked** if a route is for signed-in users",
        Effect::WidensFunction => "**blocked** if anyone can run the function, or if it reaches far",
        Effect::Wrong(_) => "**blocked**, and no entry accepts it",
    }
}

/// The subject of a change.
fn subject(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Route => "route",
        SubjectKind::Function => "function",
        SubjectKind::Client => "client",
        SubjectKind::FunctionOrClient => "function or client",
        SubjectKind::Environment => "environment",
        SubjectKind::Key => "key or table of the spec",
        SubjectKind::Resource => "address of a resource, or its table in the spec",
        SubjectKind::InPlan => "part of a plan, such as `dev: orders`",
        SubjectKind::File => "file, and maybe a block in it",
        SubjectKind::Program => "program",
        SubjectKind::Revision => "one of the two revisions",
        SubjectKind::Entry => "the entry of `accept`",
    }
}

#[test]
fn the_reference_of_the_changes_is_generated() {
    let mut page = String::from(
        "# Changes that a review knows\n\n<!-- Generated from the policy of reviews. -->\n\n`change` and `of` of an \
         [accepted change](../reviewing-changes.md#accept-a-change) have these values. A change with the verdict info is \
         shown and never blocked.\n",
    );
    for (section, heading) in [
        (Section::Routes, "Routes"),
        (Section::AtRisk, "Access and data"),
        (Section::Rest, "Other changes"),
        (Section::Review, "The review itself"),
    ] {
        writeln!(
            page,
            "\n## {heading}\n\n| `change` | Meaning | Verdict | `of` |\n|---|---|---|---|"
        )
        .unwrap();
        for kind in ChangeKind::ALL.iter().filter(|kind| kind.section() == section) {
            let (name, about) = (kind.as_str(), kind.about());
            let (verdict, subject) = (verdict(kind.effect()), subject(kind.subject()));
            writeln!(page, "| `{name}` | {about} | {verdict} | {subject} |").unwrap();
        }
    }
    check("docs/reference/changes.md", &page);
}

#[test]
fn the_reference_of_the_skipped_checks_is_generated() {
    let mut page = String::from(
        "# Skipped checks\n\n<!-- Generated from the resources. -->\n\n[checkov](https://www.checkov.io) wants more than \
         generated resources do by default. Each resource says in a comment which checks it \
         skips, and why. The comment goes if a key of the service, a table or a topic turns on what the check wants, or a \
         key of all buckets. Functions share a module, and so do buckets. Other comments there stay.\n\n| Check | Wanted | Reason |\n|---|---|---|\n",
    );
    for check in skipped_check::ALL {
        writeln!(page, "| `{}` | {} | {} |", check.id, check.wanted, check.reason).unwrap();
    }
    check("docs/reference/skipped-checks.md", &page);
}

#[test]
fn the_demo_names_its_schema_for_editors() {
    let demo = include_str!("../../portcullis.toml");
    assert_eq!(
        demo.lines().next(),
        Some("#:schema docs/reference/portcullis.schema.json")
    );
}
