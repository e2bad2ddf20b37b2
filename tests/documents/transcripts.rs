//! Every console in the documents is run. The comment before the block says how:
//!
//! - `shows: NAME`: `UPDATE_GOLDEN=1 cargo test --test documents` writes it.
//! - `run: NAME`: a test types its commands and compares what they print. The test names the document and the block.
//! - `in CI`: `.ci/run` or another block has its commands.
//! - `on AWS`: it needs an account, so nothing runs it.

use std::fs;
use std::path::Path;

use portcullis_test_support::console::{Shown, commands};

use crate::markdown::{Block, Document, REPOSITORY, documents};

/// The sources of the tests that type commands.
fn tests() -> Vec<String> {
    let files = walkdir::WalkDir::new(Path::new(REPOSITORY).join("tests")).into_iter();
    let paths = files.map(|entry| entry.unwrap().into_path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// A command without the comment at its end.
fn plain(shown: Shown) -> String {
    let command = shown.command.split(" # ").next().unwrap_or_default();
    command.trim_end().to_owned()
}

/// Returns what is wrong with a console.
fn error(document: &Document, block: &Block, tests: &[String], run: &[String]) -> Option<String> {
    let Some(comment) = block.comment else {
        return Some("no comment says how it is run".into());
    };
    if comment == "on AWS" || comment.starts_with("shows: ") {
        return None; // `examples.rs` knows the names of `shows`
    }
    if comment == "in CI" {
        let mut commands = commands(&block.text).into_iter().map(plain);
        let unknown = commands.find(|command| !run.contains(command));
        return unknown.map(|command| format!("`{command}` is not in CI"));
    }
    let Some(name) = comment.strip_prefix("run: ") else {
        return Some(format!("unknown comment `{comment}`"));
    };
    let is_run = |source: &String| {
        let path = format!("/{}\"", document.name);
        source.contains(&path) && source.contains(&format!("\"{name}\""))
    };
    (!tests.iter().any(is_run)).then(|| format!("no test runs `{name}`"))
}

#[test]
fn every_console_is_run() {
    let documents = documents(&["README.md", "docs", "examples/web"]);
    let tests = tests();
    let mut run: Vec<String> = fs::read_to_string(Path::new(REPOSITORY).join(".ci/run"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    let all = || {
        let consoles = |document: &'_ Document| -> Vec<usize> {
            let blocks = document.blocks();
            let consoles = blocks.iter().enumerate();
            consoles
                .filter(|(_, block)| block.kind.starts_with("console"))
                .map(|(index, _)| index)
                .collect()
        };
        documents.iter().flat_map(move |document| {
            consoles(document)
                .into_iter()
                .map(move |index| (document, document.blocks().remove(index)))
        })
    };
    for (_, block) in all() {
        if block.comment.is_some_and(|comment| comment.starts_with("run: ")) {
            run.extend(commands(&block.text).into_iter().map(plain));
        }
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for (document, block) in all() {
        count += 1;
        if let Some(error) = error(document, &block, &tests, &run) {
            wrong.push(format!("{}: {error}:\n{}", document.name, block.text));
        }
    }
    assert!(count > 30, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
