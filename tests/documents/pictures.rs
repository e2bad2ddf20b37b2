//! The pictures in `docs/pictures` are made of what the documents and the program show. `UPDATE_GOLDEN=1 cargo test --test
//! documents` draws them again.

use std::fs;
use std::path::Path;
use std::process::Command;

use anstyle_svg::Term;
use portcullis_test_support::console::block;
use portcullis_test_support::in_time::InTime;

use crate::markdown::REPOSITORY;

const README: &str = include_str!("../../README.md");

/// The beginnings of lines with their styles, as a terminal has them.
const STYLES: [(&str, &str); 4] = [
    ("$ ", "1"),
    ("HTTP/1.1 2", "32"),
    ("HTTP/1.1 4", "33"),
    ("help:", "36"),
];

/// A terminal with the README's quick start, whose commands and output an end-to-end test checks.
fn terminal() -> String {
    let lines = block(README, "your own service").lines().map(|line| {
        let style = STYLES.iter().find(|(beginning, _)| line.starts_with(beginning));
        let (_, style) = style.unwrap_or(&("", "0"));
        format!("\u{1b}[{style}m{line}\u{1b}[0m\n")
    });
    Term::new().render_svg(&lines.collect::<String>())
}

/// The demo's picture: who can reach what.
fn access() -> String {
    let mut graph = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    graph.args(["graph", "--svg", "--project", REPOSITORY]);
    String::from_utf8(graph.output_in_time().unwrap().stdout).unwrap()
}

#[test]
fn pictures_show_what_the_documents_and_the_program_show() {
    for (name, right) in [("terminal.svg", terminal()), ("access.svg", access())] {
        let path = Path::new(REPOSITORY).join("docs/pictures").join(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, right).unwrap();
            continue;
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == right, "UPDATE_GOLDEN=1 draws docs/pictures/{name}");
    }
}
