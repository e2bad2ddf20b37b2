//! The reference of the spec is generated from the declarations of its keys. `UPDATE_GOLDEN=1 cargo test --test documents`
//! writes it.

use std::fs;
use std::path::Path;

use portcullis_generator::spec::{reference, schema};
use similar::TextDiff;

use crate::markdown::REPOSITORY;

#[test]
fn the_reference_of_the_spec_is_generated() {
    let schema = serde_json::to_string_pretty(&schema::schema()).unwrap() + "\n";
    for (file, right, command) in [
        (
            "docs/reference/spec.md",
            reference::reference(),
            "portcullis schema --markdown",
        ),
        (
            "docs/reference/portcullis.schema.json",
            schema,
            "portcullis schema",
        ),
    ] {
        let path = Path::new(REPOSITORY).join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, right).unwrap();
            continue;
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        let diff = TextDiff::from_lines(&found, &right);
        assert!(
            found == right,
            "run `{command} > {file}`\n{}",
            diff.unified_diff()
        );
    }
}

#[test]
fn the_demo_names_its_schema_for_editors() {
    let demo = include_str!("../../portcullis.toml");
    assert_eq!(
        demo.lines().next(),
        Some("#:schema docs/reference/portcullis.schema.json")
    );
}
