//! What people read in this repository: documents as a renderer shows them, and rules that the compiler does not know.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;

/// Rows that no head stands above: a blank line ends a table, and what follows it is shown as text.
fn rows_without_a_head(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |line: &str| line.starts_with('|');
    let is_rule = |line: &str| is_row(line) && line.chars().all(|character| "|:- ".contains(character));
    let mut code = false;
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // Behind the ticks of a fence there is no other: that would be code in the middle of a sentence.
        let fence = line.trim_start().strip_prefix("```");
        code ^= fence.is_some_and(|rest| !rest.trim_start_matches('`').contains('`'));
        let first = is_row(line) && (index == 0 || !is_row(lines[index - 1]));
        if !code && first && !lines.get(index + 1).is_some_and(|next| is_rule(next)) {
            found.push((index + 1, *line));
        }
    }
    found
}

/// The files of this repository with an extension.
fn files(extension: &str) -> Vec<PathBuf> {
    let others = ["target", ".git", ".portcullis", ".terraform"];
    walkdir::WalkDir::new(env!("CARGO_MANIFEST_DIR"))
        .into_iter()
        .filter_entry(|entry| !others.iter().any(|name| entry.file_name() == *name))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

#[test]
fn a_table_is_one_from_its_head_to_its_last_row() {
    let broken = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n";
    assert_eq!(rows_without_a_head(broken), [(5, "| 3 | 4 |")]);
    assert_eq!(rows_without_a_head(&broken.replace("\n\n", "\n")), []);
    let mut tables = 0;
    for path in files("md") {
        let text = fs::read_to_string(&path).unwrap();
        tables += text.matches("\n|--").count();
        assert_eq!(rows_without_a_head(&text), [], "{}", path.display());
    }
    assert!(tables > 5, "{tables}");
}

/// `tests/support/in_time.rs` has what takes their place.
#[test]
fn no_test_waits_for_a_program_without_a_limit() {
    let endless = [".output()", ".wait()", ".wait_with_output()", ").status()"];
    let mut found = Vec::new();
    for path in files("rs") {
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        if is_test && path.file_name().is_none_or(|name| name != "documents.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().enumerate();
            let lines = lines.filter(|(_, line)| endless.iter().any(|call| line.contains(call)));
            found.extend(lines.map(|(index, line)| format!("{}:{}: {line}", path.display(), index + 1)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Cargo finds a test by its file; `scripts/test.sh` runs those that it names.
#[test]
fn every_test_is_run_by_the_script() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join("scripts/test.sh")).unwrap();
    let words: Vec<&str> = script.split_whitespace().collect();
    let mut count = 0;
    for folder in ["tests", "generator/tests", "emulator/tests"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let is_test =
                path.extension().is_some_and(|found| found == "rs") || path.join("main.rs").exists();
            if is_test {
                let name = path.file_stem().unwrap().to_str().unwrap();
                let is_run = words.windows(2).any(|pair| pair == ["--test", name]);
                assert!(
                    is_run,
                    "scripts/test.sh does not run the test `{name}` of {folder}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}
