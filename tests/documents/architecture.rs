//! Tests that ARCHITECTURE.md is right about the crates.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::markdown::{REPOSITORY, documents};

/// The crates that a crate uses, by their folders.
fn uses(folder: &str) -> Vec<String> {
    let folder = if folder == "src" { "" } else { folder };
    let manifest = Path::new(REPOSITORY).join(folder).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let dependencies = manifest.get("dependencies").and_then(|value| value.as_table());
    let names = dependencies.into_iter().flat_map(|table| table.keys());
    names
        .filter_map(|name| name.strip_prefix("portcullis-"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_table_of_crates_has_each_crate_with_what_it_uses() {
    let manifest = fs::read_to_string(Path::new(REPOSITORY).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap().iter();
    let members = members.map(|member| member.as_str().unwrap());
    let actual: BTreeMap<String, Vec<String>> = ["src"]
        .into_iter()
        .chain(members)
        .map(|folder| (folder.to_owned(), uses(folder)))
        .collect();

    let text = &documents(&["ARCHITECTURE.md"])[0].text;
    let table = text.split("|---|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let claimed: BTreeMap<String, Vec<String>> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
            let names = |cell: &str| -> Vec<String> {
                cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
            };
            (names(cells[0])[0].clone(), names(cells[2]))
        })
        .collect();
    assert_eq!(claimed, actual);
}
