//! Commands that are refused, with their messages. A file of commands is a test.
//! `UPDATE_GOLDEN=1 cargo test --test new` writes the messages again.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::folder::{Folder, REPOSITORY, files};

/// Runs the commands of a transcript in a folder and compares their answers. Each must leave the folder as it was.
pub fn check(name: &str, folder: &Folder, below: &str) {
    let path = Path::new(REPOSITORY).join("tests/new").join(name);
    let expected = fs::read_to_string(&path).unwrap();
    let before = files(&folder.path(""));
    let mut actual = String::new();
    for line in expected.lines().filter(|line| line.starts_with("$ ")) {
        let arguments = words(line.strip_prefix("$ portcullis ").unwrap());
        let ended = folder.portcullis(below, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ended.stdout, "", "{line}");
        assert!(files(&folder.path("")) == before, "`{line}` wrote a file");
        let answer = ended.stderr.trim_end();
        write!(actual, "{line}\n{answer}\nexit code {}\n\n", ended.code).unwrap();
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &actual).unwrap();
    } else {
        assert_eq!(actual, expected);
    }
}

/// The words of a command, of which one in single quotes may have spaces.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn a_service_that_is_refused_leaves_nothing_behind() {
    let folder = Folder::new();
    folder.write("notes/todo.md", "mine\n");
    folder.write("file", "mine\n");
    check("services.txt", &folder, "");
}

#[test]
fn a_function_that_is_refused_changes_nothing() {
    let folder = Folder::new();
    folder.service(&["--name", "hello"]);
    check("functions.txt", &folder, "service");
}

#[test]
fn a_function_of_another_workspace_is_refused() {
    let folder = Folder::new();
    folder.service(&["--pool", "none"]);
    let manifest = "[workspace]\nmembers = [\"open\"]\n";
    folder.write("service/functions/Cargo.toml", manifest);
    check("other_workspace.txt", &folder, "service");
}
