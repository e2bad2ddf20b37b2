//! The table in the README beside the cases is complete: it names every case, and none that is not there.

use std::collections::BTreeSet;
use std::path::Path;

pub fn check(folder: &Path) -> Result<(), String> {
    let readme = std::fs::read_to_string(folder.join("README.md")).map_err(|error| error.to_string())?;
    let named: BTreeSet<String> = readme
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`'))
        .filter_map(|word| word.strip_suffix(".json"))
        .map(str::to_owned)
        .collect();
    let there = crate::files(folder);
    let there: BTreeSet<String> = there
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let lists = [
        (
            "not in the table of README.md",
            there.difference(&named).collect::<Vec<_>>(),
        ),
        ("in the table and not there", named.difference(&there).collect()),
    ];
    let mistakes: Vec<String> = lists
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {names:?}"))
        .collect();
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes.join("\n"))
    }
}
