//! Foreign text must reach a terminal, a comment or a program as text and as nothing else. Every command that reads a
//! spec, a state, a plan, a log or a path gets each string of it with an attack at its end. The output must not contain
//! control characters, characters that turn the text around, or other hidden ones. No line may begin with the content
//! of a name.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use portcullis_foreign_text::printable::{self, is_hidden};
use serde_json::Value;
use tempfile::TempDir;

use portcullis_test_support::in_time::InTime;

/// A title for the window, a clear screen in 7 and in 8 bits, text that is turned around, characters without a width, and
/// lines of their own.
const ATTACK: &str =
    "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}2J\u{202e}\u{2066}\u{200b}\u{e0041}\u{2028}\r\nFORGED\nFORGED";

const BOOKSHOP: &str = include_str!("../emulator/tests/fixtures/bookshop/state.json");
/// Its two APIs: one of resources, one of an OpenAPI body.
const RESOURCES: &str = "rwpc7s52zj";
const BODY: &str = "zjtjl42mv7";
const PLAN: &str = include_str!("../generator/tests/plans/demo_first.json");
const PLANNED: &str = include_str!("../generator/tests/plans/demo_first.toml");

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    // None of them serves, so each ends by itself.
    Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("YOUR_EMAIL")
        .env("XDG_STATE_HOME", folder)
        .output_in_time()
        .unwrap()
}

/// The output of commands, and the commands whose output contained more than text.
#[derive(Default)]
struct Printed {
    all: String,
    wrong: BTreeSet<String>,
}

impl Printed {
    fn take(&mut self, folder: &Path, arguments: &[&str], what: &str) {
        let output = portcullis(folder, arguments);
        for (stream, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            let text = String::from_utf8(bytes).unwrap();
            let is_forged = |line: &str| line.trim_start_matches([' ', '|']).starts_with("FORGED");
            let is_json = stream == "stdout" && arguments.contains(&"--json") && !text.is_empty();
            if text.contains("panicked")
                || text.chars().any(|c| c != '\n' && is_hidden(c))
                || text.lines().any(is_forged)
                || is_json && serde_json::from_str::<Value>(&text).is_err()
            {
                self.wrong
                    .insert(format!("{what}: {arguments:?} on {stream}: {text:?}"));
            }
            self.all += &text;
        }
    }

    #[track_caller]
    fn assert_is_text(self) {
        let wrong: Vec<String> = self.wrong.into_iter().collect();
        assert!(wrong.is_empty(), "{} times:\n{}", wrong.len(), wrong.join("\n\n"));
        assert!(
            self.all.contains("FORGED"),
            "the attack is shown nowhere: this tests nothing"
        );
    }
}

/// Each kind of string of a document once: the type of its resource and its key say which it is.
fn places(document: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, kind: &str, found: &mut Vec<String>, seen: &mut BTreeSet<String>) {
        match value {
            Value::String(_) => {
                let key = pointer.rsplit('/').find(|part| part.parse::<usize>().is_err());
                if seen.insert(format!("{kind} {key:?}")) {
                    found.push(pointer.to_owned());
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{pointer}/{index}"), kind, found, seen);
                }
            }
            Value::Object(members) => {
                let kind = members
                    .get("type")
                    .and_then(Value::as_str)
                    .unwrap_or(kind)
                    .to_owned();
                for (key, member) in members {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    walk(member, &format!("{pointer}/{key}"), &kind, found, seen);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(document, "", "", &mut found, &mut BTreeSet::new());
    found
}

/// Calls something with a document for each of its strings: there the attack is behind what stood there.
fn each_attacked(text: &str, mut with: impl FnMut(&str, &str)) {
    let document: Value = serde_json::from_str(text).unwrap();
    for place in places(&document) {
        let mut attacked = document.clone();
        let string = attacked.pointer_mut(&place).unwrap();
        *string = Value::String(format!("{}{ATTACK}", string.as_str().unwrap()));
        with(&place, &attacked.to_string());
    }
}

#[test]
fn a_state_is_text() {
    let folder = TempDir::new().unwrap();
    let mut printed = Printed::default();
    each_attacked(BOOKSHOP, |place, state| {
        fs::write(folder.path().join("state.json"), state).unwrap();
        for arguments in [
            // The API is ambiguous, and no option names one.
            &["surface", "--state", "state.json"][..],
            &["surface", "--state", "state.json", "--api", RESOURCES],
            &["surface", "--state", "state.json", "--api", BODY, "--json"],
            &[
                "serve",
                "--state",
                "state.json",
                "--api",
                RESOURCES,
                "--function",
                "nobody=x",
            ],
            &[
                "serve",
                "--state",
                "state.json",
                "--api",
                BODY,
                "--function",
                "nobody=x",
            ],
        ] {
            printed.take(folder.path(), arguments, place);
        }
    });
    printed.assert_is_text();
}

#[test]
fn a_plan_is_text() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("portcullis.toml"), PLANNED).unwrap();
    let mut printed = Printed::default();
    each_attacked(PLAN, |place, plan| {
        fs::write(folder.path().join("plan.json"), plan).unwrap();
        let review = [
            "review",
            "--base",
            "portcullis.toml",
            "--head",
            "portcullis.toml",
            "--plan",
            "plan.json",
        ];
        for arguments in [
            &["surface", "--plan", "plan.json"][..],
            &["check", "--plan", "plan.json"],
            &review,
            &[&review[..], &["--markdown"]].concat(),
            &[&review[..], &["--json"]].concat(),
        ] {
            printed.take(folder.path(), arguments, place);
        }
    });
    printed.assert_is_text();
}

#[test]
fn a_spec_is_text() {
    let folder = TempDir::new().unwrap();
    let spec = include_str!("golden/specs/hostile_strings/portcullis.toml");
    let document: toml::Table = spec.parse().unwrap();
    let mut printed = Printed::default();
    fs::write(folder.path().join("before.toml"), spec).unwrap();
    each_attacked(&serde_json::to_string(&document).unwrap(), |place, attacked| {
        let attacked: toml::Table = serde_json::from_str(attacked).unwrap();
        // Written by their numbers, because hidden characters themselves are refused.
        let attacked = printable::lines(toml::to_string(&attacked).unwrap());
        fs::write(folder.path().join("portcullis.toml"), attacked).unwrap();
        let review = ["review", "--base", "before.toml", "--head", "portcullis.toml"];
        for arguments in [
            &["surface", "--spec", "portcullis.toml"][..],
            &["graph", "--spec", "portcullis.toml"],
            &["graph", "--spec", "portcullis.toml", "--svg"],
            &["environments"],
            &["generate"],
            &["generate", "--check"],
            &review,
            &[&review[..], &["--markdown"]].concat(),
            &[&review[..], &["--json"]].concat(),
        ] {
            printed.take(folder.path(), arguments, place);
        }
    });
    printed.assert_is_text();
}

#[test]
fn a_log_and_names_of_files_are_text() {
    let folder = TempDir::new().unwrap();
    let mut printed = Printed::default();
    let name = format!("{}{ATTACK}", "x".repeat(3)).replace('/', "");
    for arguments in [
        &["surface", "--state", &name][..],
        &["surface", "--plan", &name],
        &["surface", "--spec", &name],
        &["serve", "--state", &name],
        &["serve", "--state", "x", "--jwks", &name],
        &["review", "--base", &name, "--head", &name],
        &["--project", &name, "generate"],
        &["graph", "--spec", &name],
    ] {
        printed.take(folder.path(), arguments, "a name");
    }
    fs::write(folder.path().join("portcullis.toml"), PLANNED).unwrap();
    for function in ["open", "authenticated"] {
        let source = folder.path().join("functions").join(function).join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("main.rs"), "fn main() {}").unwrap();
        fs::write(
            source.join("../Cargo.toml"),
            format!("[package]\nname = {function:?}\n"),
        )
        .unwrap();
    }
    for arguments in [
        &["logs", "--function", &name][..],
        &["outputs", "--env", &name],
        &["invitation", &name],
        &["invitation", "--env", &name],
        &["apply", "--env", &name],
        &["plan", "--out", &format!("{name}/x")],
    ] {
        printed.take(folder.path(), arguments, "a name");
    }
    // A line of a log stays one line, and other control characters are shown by their numbers.
    let logs = folder.path().join(".portcullis/local/data-plane/logs");
    fs::create_dir_all(&logs).unwrap();
    let line = format!("{}\n", ATTACK.replace('\n', " "));
    fs::write(logs.join("hello-local-open.log"), &line).unwrap();
    printed.take(folder.path(), &["logs"], "a log");
    assert!(
        printed
            .all
            .contains("\\u001B]0;x\\u0007\\u001B[2J\\u009B2J\\u202E"),
        "{}",
        printed.all
    );
    printed.assert_is_text();
}
