//! Links lead somewhere, and commands exist.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis_test_support::in_time::InTime;

use crate::markdown::{Document, REPOSITORY, documents};

const DOCUMENTS: [&str; 9] = [
    "README.md",
    "STYLE.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "docs",
    "examples",
    "tests",
    "generator/tests",
    "emulator/tests",
];

#[test]
fn the_readme_is_short() {
    let readme = &documents(&["README.md"])[0].text;
    let lines = readme.lines().count();
    let is_word = |word: &&str| word.contains(char::is_alphanumeric);
    let words = readme.split_whitespace().filter(is_word).count();
    assert!(
        lines <= 150 && words <= 900,
        "README.md has {lines} lines and {words} words, and at most 150 and 900 are read"
    );
}

/// The anchors that GitHub gives to the headings of a document.
fn anchors(document: &Document) -> Vec<String> {
    let lines = document.lines().into_iter();
    let headings = lines.filter_map(|line| line.strip_prefix('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading
            .chars()
            .filter(|character| character.is_alphanumeric() || " -_".contains(*character));
        kept.map(|character| if character == ' ' { '-' } else { character })
            .collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut wrong = Vec::new();
    for document in documents(&DOCUMENTS) {
        let text = document.lines().join("\n");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        for (link, _) in links.filter(|(link, _)| !link.starts_with("http")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = Path::new(&document.name).parent().unwrap();
            let target = match path {
                "" => document.name.clone(),
                path => folder.join(path).display().to_string(),
            };
            let is_there = Path::new(REPOSITORY).join(&target).exists();
            let has_anchor =
                anchor.is_empty() || is_there && anchors(&documents(&[&target])[0]).contains(&anchor.into());
            if !is_there || !has_anchor {
                wrong.push(format!("{}: {link}", document.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The folders of the repository that texts refer to.
const FOLDERS: [&str; 14] = [
    ".github",
    "benches",
    "docs",
    "emulator",
    "examples",
    "files",
    "foreign-text",
    "functions",
    "generator",
    "scripts",
    "src",
    "terraform-json",
    "test-support",
    "tests",
];

/// The comments of a source, if it is one of Rust or Python.
fn comments(path: &Path) -> Option<Vec<String>> {
    let mark = match path.extension()?.to_str()? {
        "rs" => "//",
        "py" => "# ",
        _ => return None,
    };
    let text = fs::read_to_string(path).unwrap();
    let comments = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix(mark));
    Some(comments.map(str::to_owned).collect())
}

/// Files that comments of the sources name, by their path in the repository.
#[test]
fn every_file_that_a_comment_names_exists() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let root = Path::new(REPOSITORY);
    let is_made = |path: &Path| path.ends_with("target") || path.ends_with(".portcullis");
    let files = FOLDERS.iter().flat_map(|folder| {
        walkdir::WalkDir::new(root.join(folder))
            .into_iter()
            .filter_entry(move |entry| !is_made(entry.path()))
    });
    for file in files {
        let path = file.unwrap().into_path();
        for comment in comments(&path).unwrap_or_default() {
            let words = comment.split(|letter: char| !(letter.is_alphanumeric() || "/._-".contains(letter)));
            for word in words.map(|word| word.trim_end_matches(['.', '/'])) {
                let folder = word.split_once('/').map_or("", |(folder, _)| folder);
                if !FOLDERS.contains(&folder) || word.starts_with("functions/target") {
                    continue;
                }
                count += 1;
                if !root.join(word).exists() {
                    wrong.push(format!("{}: {word}", path.display()));
                }
            }
        }
    }
    assert!(count > 20, "only {count} names");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files that documents name in inline code, by their path in the repository.
#[test]
fn every_named_file_exists() {
    let mut wrong = Vec::new();
    for document in documents(&DOCUMENTS) {
        for code in document.inline_code() {
            let is_path = code
                .split_once('/')
                .is_some_and(|(folder, _)| FOLDERS.contains(&folder));
            let is_pattern = code.contains(|character: char| " *<{:".contains(character));
            if is_path && !is_pattern && !Path::new(REPOSITORY).join(&code).exists() {
                wrong.push(format!("{}: {code}", document.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The commands of a document: lines with a prompt, and inline code.
fn commands(document: &Document) -> Vec<String> {
    let blocks = document.blocks();
    let lines = blocks.iter().flat_map(|block| block.text.lines());
    let prompts = lines.filter_map(|line| line.strip_prefix("$ "));
    let commands = prompts.map(str::to_string).chain(document.inline_code());
    // Variables may go before a command.
    let words = |command: String| {
        let words = command
            .split_whitespace()
            .skip_while(|word| word.contains('='))
            .take_while(|word| !word.starts_with('#'));
        words.collect::<Vec<_>>().join(" ")
    };
    commands.map(words).collect()
}

#[test]
fn every_command_exists() {
    let read = |name: &str| fs::read_to_string(Path::new(REPOSITORY).join(name)).unwrap();
    let makefile = ["GNUmakefile", "Makefile"].map(read).concat();
    let mut help: HashMap<String, String> = HashMap::new();
    let mut wrong = Vec::new();
    for document in documents(&DOCUMENTS) {
        for command in commands(&document) {
            let mut words = command.split(' ').filter(|word| *word != "…" && *word != "\\");
            match (words.next(), words.next()) {
                (Some("make"), Some(target)) => {
                    let is_target = makefile.contains(&format!("\n{target}:"));
                    if !is_target && !target.contains('=') {
                        wrong.push(format!("{}: {command}", document.name));
                    }
                }
                (Some("portcullis"), Some(name)) => {
                    if name == "help" {
                        continue;
                    }
                    let part = words
                        .clone()
                        .next()
                        .filter(|word| (name, *word) == ("new", "function"));
                    let command = [name, part.unwrap_or_default()].join(" ");
                    let help = help.entry(command.clone()).or_insert_with(|| {
                        let mut portcullis = Command::new(env!("CARGO_BIN_EXE_portcullis"));
                        portcullis.args(command.split_whitespace()).arg("--help");
                        let output = portcullis.output_in_time().unwrap();
                        String::from_utf8(output.stdout).unwrap()
                    });
                    let mut options = words.filter(|word| word.starts_with("--"));
                    if help.is_empty() || !options.all(|option| help.contains(option)) {
                        wrong.push(format!("{}: {command}", document.name));
                    }
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `docs/zensical.toml` is the order of the pages in the site, and `docs/README.md` the one on GitHub.
#[test]
fn every_page_is_in_both_lists_of_pages() {
    let site = fs::read_to_string(Path::new(REPOSITORY).join("docs/zensical.toml")).unwrap();
    let list = &documents(&["docs/README.md"])[0].text;
    let mut wrong = Vec::new();
    for Document { name, .. } in documents(&["docs"]) {
        let Some(page) = name.strip_prefix("docs/").filter(|page| *page != "README.md") else {
            continue;
        };
        if !site.contains(&format!("\"{name}\"")) || !list.contains(&format!("]({page})")) {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
