//! The documents of this repository: their words, their examples, their links. Also rules that the compiler doesn't
//! know.

#![allow(clippy::unwrap_used, reason = "a test that can't continue fails")]

mod architecture;
mod examples;
mod language;
mod markdown;
mod pictures;
mod reference;
mod references;
mod transcripts;

use std::fs;
use std::path::PathBuf;

/// Table rows without a head. A blank line ends a table, so a renderer shows the next row as text.
fn rows_without_a_head(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_row = |line: &str| line.starts_with('|');
    let is_rule = |line: &str| is_row(line) && line.chars().all(|character| "|:- ".contains(character));
    let mut code = false;
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        // A line with more ticks after the fence is code in the middle of a sentence.
        let fence = line.trim_start().strip_prefix("```");
        code ^= fence.is_some_and(|rest| !rest.trim_start_matches('`').contains('`'));
        let first = is_row(line) && (index == 0 || !is_row(lines[index - 1]));
        if !code && first && !lines.get(index + 1).is_some_and(|next| is_rule(next)) {
            found.push((index + 1, *line));
        }
    }
    found
}

/// Returns the files of this repository with this extension.
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
fn every_table_row_has_a_head() {
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

/// `test-support/src/in_time.rs` has the calls to use instead.
#[test]
fn no_test_waits_for_a_program_without_a_limit() {
    let endless = [".output()", ".wait()", ".wait_with_output()", ").status()"];
    let mut found = Vec::new();
    for path in files("rs") {
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        if is_test && !path.ends_with("documents/main.rs") {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().enumerate();
            let lines = lines.filter(|(_, line)| endless.iter().any(|call| line.contains(call)));
            found.extend(lines.map(|(index, line)| format!("{}:{}: {line}", path.display(), index + 1)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Cargo finds a test by its file, but `scripts/test.sh` runs only the tests that it names.
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
    assert!(count > 15, "{count}");
}

/// A file belongs to one crate: what another needs of it is public.
#[test]
fn no_file_is_part_of_two_crates() {
    let attribute = ["#[", "path"].concat();
    for path in files("rs") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&attribute), "{}: `{attribute}`", path.display());
    }
}
