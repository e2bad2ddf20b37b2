//! No text contains a phrase from the last column of the last table in STYLE.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_test_support::in_time::InTime;

use crate::markdown::{Document, REPOSITORY, documents};

/// The documents that follow STYLE.md.
const TEXTS: [&str; 10] = [
    "README.md",
    "STYLE.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs",
    "examples",
    "tests",
    "generator/tests",
    "emulator/tests",
];

/// Texts of the program that don't follow STYLE.md yet: generated files and golden outputs. The help of the command line
/// is checked with them. Once they do, the test below loses its `ignore`.
const TEXTS_TO_ADD: [&str; 3] = ["terraform", "tests/golden/changes", "tests/golden/mistakes"];

/// Returns the phrases to avoid, in lower case.
fn phrases() -> Vec<String> {
    let style = fs::read_to_string(Path::new(REPOSITORY).join("STYLE.md")).unwrap();
    let (_, table) = style.split_once("| Concept | Write | Not |").unwrap();
    let rows = table.lines().skip(2).map_while(|line| line.strip_suffix(" |"));
    let cells = rows.map(|row| row.rsplit_once('|').unwrap().1);
    let phrases = cells.flat_map(|cell| cell.split(',').map(str::trim));
    phrases
        .filter(|phrase| !phrase.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Returns the phrases that a text contains as whole words.
fn found<'p>(prose: &str, phrases: &'p [String]) -> Vec<&'p String> {
    // These are good English.
    let prose = prose
        .replace("no longer", "")
        .replace("there is no ", "there is ");
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let occurs = |phrase: &&String| {
        prose.match_indices(phrase.as_str()).any(|(start, _)| {
            !prose[..start].ends_with(is_word) && !prose[start + phrase.len()..].starts_with(is_word)
        })
    };
    phrases.iter().filter(occurs).collect()
}

/// The table that lists the phrases contains them.
fn is_exempt(document: &Document, line: &str) -> bool {
    document.name == "STYLE.md" && line.starts_with('|')
}

#[test]
fn documents_use_the_words_of_the_style_guide() {
    let phrases = phrases();
    assert!(phrases.len() > 30, "{phrases:?}");
    assert_eq!(
        found("the floor is an open route", &phrases),
        ["open route", "floor"]
    );
    assert!(found("it is no longer on the gateway", &phrases).is_empty());
    let documents = documents(&TEXTS);
    let wrong = documents.iter().flat_map(|document| {
        let prose = document.prose(|line| !is_exempt(document, line));
        let found = found(&prose, &phrases).into_iter().cloned();
        found
            .map(|phrase| format!("{}: {phrase}", document.name))
            .collect::<Vec<_>>()
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "STYLE.md has better words for these:\n{}",
        wrong.join("\n")
    );
}

/// Returns the help of a command, or of the program.
fn help(command: &str) -> String {
    let mut portcullis = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    portcullis.args(Some(command).filter(|command| !command.is_empty()));
    String::from_utf8(portcullis.arg("--help").output_in_time().unwrap().stdout).unwrap()
}

/// `cargo test --test documents -- --ignored` prints the phrases that are left.
#[test]
#[ignore = "these texts don't follow STYLE.md yet"]
fn texts_of_the_program_use_the_words_of_the_style_guide() {
    let phrases = phrases();
    let mut wrong = Vec::new();
    let commands = help("");
    let commands = commands.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        // A line with more indentation continues a description.
        let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        if let Some(name) = name.and_then(|rest| rest.split(' ').next()) {
            let help = help(name).to_lowercase();
            let found = found(&help, &phrases).into_iter();
            wrong.extend(found.map(|phrase| format!("portcullis {name} --help: {phrase}")));
        }
    }
    for folder in TEXTS_TO_ADD {
        for entry in walkdir::WalkDir::new(Path::new(REPOSITORY).join(folder)) {
            let path = entry.unwrap().into_path();
            if let Ok(text) = fs::read_to_string(&path) {
                for phrase in found(&text.to_lowercase(), &phrases) {
                    wrong.push(format!("{}: {phrase}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sentences_of_the_user_documents_are_short() {
    for document in documents(&["README.md", "STYLE.md", "docs"]) {
        let text = document.lines().join("\n");
        for line in text.split("\n\n").flat_map(|part| part.split("\n-")) {
            let is_table = line.trim_start().starts_with('|');
            assert!(
                is_table || !line.contains(';'),
                "{}: `;` in\n{line}",
                document.name
            );
            for sentence in line.split(". ").flat_map(|part| part.split(".\n")) {
                let words = sentence.split_whitespace().count();
                assert!(
                    is_table || words <= 26,
                    "{}: {words} words in\n{sentence}",
                    document.name
                );
            }
        }
    }
}
