//! The documents that people read: what a renderer would make of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

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

#[test]
fn a_table_is_one_from_its_head_to_its_last_row() {
    let broken = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n";
    assert_eq!(rows_without_a_head(broken), [(5, "| 3 | 4 |")]);
    assert_eq!(rows_without_a_head(&broken.replace("\n\n", "\n")), []);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tables = 0;
    for entry in walkdir::WalkDir::new(repository)
        .into_iter()
        .filter_entry(|entry| {
            !["target", ".git", ".portcullis", ".terraform"]
                .iter()
                .any(|name| entry.file_name() == *name)
        })
    {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).unwrap();
            tables += text.matches("\n|--").count();
            assert_eq!(rows_without_a_head(&text), [], "{}", path.display());
        }
    }
    assert!(tables > 5, "{tables}");
}
