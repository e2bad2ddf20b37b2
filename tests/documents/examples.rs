//! Examples in the documents are real. After a change of the program, `UPDATE_GOLDEN=1 cargo test --test documents`
//! writes the blocks behind `<!-- shows: NAME -->` again.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use portcullis_test_support::existing_terraform;
use portcullis_test_support::in_time::InTime;
use toml::{Table, Value};

use crate::markdown::{REPOSITORY, documents};

const DEMO: &str = include_str!("../../portcullis.toml");

/// Returns the text that a block with this name has to show.
fn shown(name: &str) -> String {
    match name {
        "portcullis.toml" => [table("functions.open"), table("routes")].join("\n"),
        "module \"get_open\"" => hcl(
            "terraform/modules/service/routes.tf",
            |line| line == "module \"get_open\" {",
            "}",
        ),
        "assert GET /open" => hcl(
            "terraform/modules/service/tests/access.tftest.hcl",
            |line| line == "  # GET /open",
            "  }",
        ),
        "portcullis surface" => {
            let output = portcullis(Path::new(REPOSITORY), &["surface"]);
            format!("$ portcullis surface\n{}", text(&output.stdout))
        }
        "portcullis review" => review(),
        "reach" => reach(),
        "portcullis check --plan" => check_plan(),
        "portcullis review --plan" => review_plan(),
        _ => panic!("nothing here makes the block `{name}`"),
    }
}

/// A table of the demo's spec, to the next blank line.
fn table(name: &str) -> String {
    let lines = DEMO.lines().skip_while(|line| *line != format!("[{name}]"));
    let lines = lines.take_while(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

/// A block of a generated file, with the comment before it and without its indentation.
fn hcl(path: &str, is_first: impl Fn(&str) -> bool, last: &str) -> String {
    let file = fs::read_to_string(Path::new(REPOSITORY).join(path)).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    let first = lines.iter().position(|line| is_first(line)).unwrap();
    let comments = lines[..first]
        .iter()
        .rev()
        .take_while(|line| line.starts_with('#'));
    let first = first - comments.count();
    let length = lines[first..].iter().position(|line| *line == last).unwrap();
    let indent = last.len() - 1;
    let lines = lines[first..=first + length].iter();
    lines.fold(String::new(), |mut text, line| {
        writeln!(text, "{}", line.get(indent..).unwrap_or("")).unwrap();
        text
    })
}

/// A review of a plan of a project without a spec: a route that a public one takes the requests of.
fn review_plan() -> String {
    let cases = existing_terraform::cases();
    let case = cases
        .iter()
        .find(|case| case.path().ends_with("orders/cases/route_removed"));
    let folder = tempfile::tempdir().unwrap();
    let plan = case.unwrap().plan().to_string();
    fs::write(folder.path().join("plan.json"), plan).unwrap();
    let output = portcullis(folder.path(), &["review", "--plan", "plan.json"]);
    assert_eq!(output.status.code(), Some(1));
    format!("$ portcullis review --plan plan.json\n{}", text(&output.stdout))
}

/// A review of a branch that makes the demo's other route public.
fn review() -> String {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("portcullis.toml");
    let git = |arguments: &str| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Test", "-c", "user.email=test@example.com"]);
        git.args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"]);
        git.args(arguments.split(' ')).current_dir(folder.path());
        assert!(git.output_in_time().unwrap().status.success(), "git {arguments}");
    };
    fs::write(&spec, DEMO).unwrap();
    git("init --quiet --initial-branch=main");
    git("add --all");
    git("commit --quiet --message Demo");
    git("checkout --quiet -b public");
    let changed = DEMO
        .replace(
            "{ function = \"authenticated\" }",
            "{ function = \"authenticated\", auth = \"none\" }",
        )
        .replace("\"refresh_token\"]", "\"refresh_token\", \"user_srp\"]");
    fs::write(&spec, changed).unwrap();
    git("commit --quiet --all --message Public");
    let output = portcullis(folder.path(), &["review"]);
    assert_eq!(output.status.code(), Some(1));
    format!(
        "$ portcullis review\n{}{}",
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// The ways from anyone to a table of the payments example, as `surface --json` prints them.
fn reach() -> String {
    let example = Path::new(REPOSITORY).join("examples/payments");
    let output = portcullis(&example, &["surface", "--json"]);
    let surface: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let tables = surface["reach"].as_array().unwrap().iter();
    let mut table = tables
        .filter(|of| of["data"] == "tables.payments")
        .cloned()
        .collect::<Vec<_>>()
        .remove(0);
    let by = table["by"].as_array_mut().unwrap();
    by.retain(|way| way["callers"] == "public");
    format!("{table:#}\n")
}

/// A check of the demo's first plan against a spec that needs a token for `GET /open`.
fn check_plan() -> String {
    let plans = Path::new(REPOSITORY).join("generator/tests/plans");
    let spec = fs::read_to_string(plans.join("demo_first.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("portcullis.toml"),
        spec.replace(", auth = \"none\"", ""),
    )
    .unwrap();
    let plan = plans.join("demo_first.json");
    let output = portcullis(folder.path(), &["check", "--plan", plan.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    let error = errors.lines().find(|line| line.starts_with("error:")).unwrap();
    format!(
        "$ portcullis check --plan plan.json\n{}{error}\n",
        text(&output.stdout)
    )
}

fn portcullis(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .current_dir(folder)
        .output_in_time()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn blocks_show_what_the_program_makes() {
    let mut count = 0;
    for document in documents(&["README.md", "docs"]) {
        let mut right = document.text.clone();
        for block in document.blocks() {
            if let Some(name) = block.shows() {
                let head = format!("<!-- shows: {name} -->\n```{}\n", block.kind);
                let old = format!("{head}{}```\n", block.text);
                assert!(document.text.contains(&old), "{}: {name}", document.name);
                right = right.replace(&old, &format!("{head}{}```\n", shown(name)));
                count += 1;
            }
        }
        if document.text != right && std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(Path::new(REPOSITORY).join(&document.name), right).unwrap();
        } else {
            assert_eq!(document.text, right, "UPDATE_GOLDEN=1 writes {}", document.name);
        }
    }
    assert!(count > 5, "{count}");
}

/// A whole spec is valid, and so is the demo's spec with an excerpt in it.
#[test]
fn every_spec_in_the_documents_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("portcullis.toml");
    let mut count = 0;
    for document in documents(&["README.md", "docs", "STYLE.md", "CONTRIBUTING.md"]) {
        for block in document.blocks() {
            let written = match block.kind.split_once(' ').unwrap_or((block.kind, "")) {
                ("toml", "") => block.text,
                ("toml", "excerpt") => {
                    let mut demo = DEMO.parse().unwrap();
                    overlay(&mut demo, block.text.parse().unwrap());
                    demo.to_string()
                }
                _ => continue,
            };
            fs::write(&spec, &written).unwrap();
            let output = portcullis(folder.path(), &["surface", "--spec", spec.to_str().unwrap()]);
            let said = text(&output.stderr);
            assert!(output.status.success(), "{}: {said}\n{written}", document.name);
            count += 1;
        }
    }
    assert!(count > 5, "{count}");
}

/// Sets the keys of a table in another one, and in the tables within.
fn overlay(table: &mut Table, with: Table) {
    for (key, value) in with {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(value)) => overlay(below, value),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}
