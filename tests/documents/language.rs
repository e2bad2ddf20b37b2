//! No text contains a phrase from the last column of the last table in STYLE.md. Comments in Rust follow two more rules.

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

/// Texts of the program that follow STYLE.md, besides the help of the command line.
const TEXTS_OF_THE_PROGRAM: [&str; 2] = ["terraform", "tests/golden"];

/// Words that begin a clause. An item's docs start with what it is or does.
const CLAUSES: [&str; 7] = ["How", "What", "Where", "Whether", "Which", "Who", "Why"];

/// Beginnings of clauses in which `where` stands for a condition.
const CONDITIONS: [&str; 14] = [
    "where a",
    "where an",
    "where another",
    "where it",
    "where neither",
    "where no",
    "where none",
    "where nothing",
    "where one",
    "where something",
    "where that",
    "where there",
    "where they",
    "where this",
];

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

/// Returns the help of a command such as `new function`, or of the program.
fn help(command: &str) -> String {
    let mut portcullis = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    portcullis.args(command.split_whitespace());
    String::from_utf8(portcullis.arg("--help").output_in_time().unwrap().stdout).unwrap()
}

/// Returns the phrases in the generated files, specs and outputs below folders.
fn phrases_in(folders: &[&str]) -> Vec<String> {
    let phrases = phrases();
    let mut wrong = Vec::new();
    for folder in folders {
        let files = walkdir::WalkDir::new(Path::new(REPOSITORY).join(folder)).into_iter();
        // Terraform's own folders hold the texts of others.
        for entry in files.filter_entry(|entry| entry.file_name() != ".terraform") {
            let path = entry.unwrap().into_path();
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            if ["diff", "md", "tf", "toml", "txt"].contains(&extension.as_ref()) {
                let text = fs::read_to_string(&path).unwrap().to_lowercase();
                for phrase in found(&text, &phrases) {
                    wrong.push(format!("{}: {phrase}", path.display()));
                }
            }
        }
    }
    wrong
}

#[test]
fn texts_of_the_program_use_the_words_of_the_style_guide() {
    let phrases = phrases();
    let mut wrong = phrases_in(&TEXTS_OF_THE_PROGRAM);
    let all = help("");
    let lines = all.lines().take_while(|line| *line != "Options:");
    let commands = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let commands: Vec<&str> = commands.chain(["new function"]).collect();
    assert!(commands.len() > 15, "{commands:?}");
    for name in commands {
        let help = help(name).to_lowercase();
        let found = found(&help, &phrases).into_iter();
        wrong.extend(found.map(|phrase| format!("portcullis {name} --help: {phrase}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Only strings of code contain phrases of several words.
#[test]
fn messages_in_code_use_the_words_of_the_style_guide() {
    let mut phrases = phrases();
    phrases.retain(|phrase| phrase.contains(' '));
    let mut wrong = Vec::new();
    for folder in ["src", "emulator/src", "terraform-json/src"] {
        for entry in walkdir::WalkDir::new(Path::new(REPOSITORY).join(folder)) {
            let path = entry.unwrap().into_path();
            let is_test = path.components().any(|part| part.as_os_str() == "tests");
            if is_test || path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap().to_lowercase();
            let lines = text.lines().map(str::trim_start);
            for line in lines.filter(|line| !line.starts_with("//")) {
                for phrase in found(line, &phrases) {
                    wrong.push(format!("{}: {phrase} in {line}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Adjacent lines of comments, joined, without code.
struct Comment {
    place: String,
    is_of_item: bool,
    prose: String,
}

/// Returns the comments of a file.
fn comments(path: &Path) -> Vec<Comment> {
    let text = fs::read_to_string(path).unwrap();
    let mut comments: Vec<(usize, &str, String)> = Vec::new();
    let mut last = None;
    for (number, line) in text.lines().enumerate() {
        let trailing = line.split_once(" // ").map(|(_, comment)| ("// ", comment));
        let marked = ["///", "//!", "//"].into_iter();
        let mut marked = marked.filter_map(|marker| Some((marker, line.trim_start().strip_prefix(marker)?)));
        let Some((marker, comment)) = marked.next().or(trailing) else {
            continue;
        };
        match comments.last_mut() {
            Some((_, former, prose)) if last == number.checked_sub(1) && *former == marker => {
                prose.push_str(comment)
            }
            _ => comments.push((number + 1, marker, comment.to_owned())),
        }
        last = Some(number);
    }
    let comment = |(line, marker, text): (usize, &str, String)| Comment {
        place: format!("{}:{line}", path.display()),
        is_of_item: marker != "//" && marker != "// ",
        prose: text.split('`').step_by(2).collect::<Vec<_>>().join("`"),
    };
    comments.into_iter().map(comment).collect()
}

#[test]
fn comments_in_rust_follow_the_style_guide() {
    let mut phrases = phrases();
    phrases.extend(CONDITIONS.map(String::from));
    let mut wrong = Vec::new();
    let mut count = 0;
    let files = walkdir::WalkDir::new(REPOSITORY).into_iter();
    // Hidden folders and those of Cargo hold what tools wrote.
    let is_own = |name: &str| !(name.starts_with('.') || name == "target");
    for entry in
        files.filter_entry(|entry| entry.depth() == 0 || is_own(&entry.file_name().to_string_lossy()))
    {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        for comment in comments(&path) {
            let Comment {
                place,
                is_of_item,
                prose,
            } = comment;
            count += 1;
            let first = prose.split_whitespace().next().unwrap_or_default();
            if is_of_item && CLAUSES.contains(&first) {
                wrong.push(format!("{place}: its docs begin with `{first}`"));
            }
            for phrase in found(&prose.to_lowercase(), &phrases) {
                wrong.push(format!("{place}: {phrase}"));
            }
        }
    }
    assert!(count > 4000, "{count}");
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
