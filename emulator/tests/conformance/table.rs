//! The table in the README beside the cases is complete. It names every case, by its name or by the start of its name
//! and `*`. It names no missing case. It names other tests by their file below `emulator/` and their name.

use std::path::Path;

pub fn check(folder: &Path) -> Result<(), String> {
    let readme = std::fs::read_to_string(folder.join("README.md")).map_err(|error| error.to_string())?;
    let (_, table) = readme
        .split_once("## Table")
        .ok_or("README.md has no section `Table`")?;
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let named: Vec<&str> = rows
        .flat_map(|row| {
            row.rsplit(" | ")
                .next()
                .unwrap_or_default()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .collect();
    let files = crate::files(folder);
    let there: Vec<&str> = files
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap())
        .collect();
    let fits = |name: &str, case: &str| match name.strip_suffix('*') {
        Some(beginning) => case.starts_with(beginning),
        None => case == name,
    };
    let (elsewhere, named): (Vec<&str>, Vec<&str>) = named.into_iter().partition(|name| name.contains("::"));
    let missing = there
        .iter()
        .filter(|case| !named.iter().any(|name| fits(name, case)));
    let surplus = named
        .iter()
        .filter(|name| !there.iter().any(|case| fits(name, case)));
    let errors: Vec<String> = missing
        .map(|case| format!("`{case}` is in no row of README.md"))
        .chain(surplus.map(|name| format!("`{name}` in README.md is an unknown case")))
        .chain(
            elsewhere
                .into_iter()
                .filter(|name| !is_test(name))
                .map(|name| format!("`{name}` in README.md is an unknown test")),
        )
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors.join("\n"))
    }
}

/// Returns whether `FILE::NAME` names a test.
fn is_test(name: &str) -> bool {
    let (file, name) = name.split_once("::").unwrap_or_default();
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    text.is_ok_and(|text| text.contains(&format!("fn {name}()")))
}
