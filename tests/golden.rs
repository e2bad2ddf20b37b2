//! Golden cases. A folder below `tests/golden/` is a case, and a new folder is a new test:
//!
//! ```text
//! specs/<case>/     portcullis.toml → expected/terraform/**: what of the tree is not as in `specs/demo`, which is whole;
//!                   `without` names what the demo's tree has and this one lacks, a path a line;
//!                   `own.tf` is the module `terraform/modules/own`
//! errors/<case>/    portcullis.toml → expected.txt: every error as a user reads it
//! pictures/<case>/  portcullis.toml → expected.mmd, expected.svg: who can reach what
//! changes/<case>/   before.toml, after.toml → expected.diff: what a pull request shows
//! merges/<case>/    base.toml, ours.toml, theirs.toml: two branches that `git merge` joins without a conflict;
//!                   with a merged.toml it can't, and that spec resolves the conflict
//! ```
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the expected files; read them before you commit them. The
//! functions workspace of a case has a crate for each function of its spec, or the crates in its file `handlers`. That
//! file has one crate a line, followed by the name of its binary if the two differ. Everything goes through the real
//! binary. A file that no case refers to fails, as do unfinished cases. Nothing here starts Terraform;
//! `tests/slow/terraform.rs` does.

#![allow(clippy::unwrap_used)] // a test may panic

use portcullis_test_support::in_time::InTime;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use portcullis_foreign_text::printable;
use similar::TextDiff;
use tempfile::TempDir;
use walkdir::WalkDir;

/// The file of a case that is its own module.
const OWN: &str = "own.tf";

#[test]
fn a_spec_becomes_its_tree() {
    let mut wrong = Wrong::default();
    let mut demo = BTreeMap::new();
    let mut cases = cases("specs");
    cases.sort_by_key(|case| case.name != "specs/demo");
    for case in cases {
        case.holds_only(&["portcullis.toml", "handlers", "expected", "without", OWN]);
        let project = Project::of(&case.read("portcullis.toml"), case.handlers());
        let own = fs::read_to_string(case.path(OWN)).ok();
        project.set_own(&case);
        let output = project.portcullis(&["generate"]);
        assert!(output.status.success(), "{}: {}", case.name, text(&output.stderr));
        let mut tree = files(&project.terraform());
        let left = tree.remove(Path::new("modules/own/main.tf"));
        assert_eq!(left, own, "{}: the own module is never touched", case.name);
        compare_trees(&case, &demo, &tree, &mut wrong);
        if demo.is_empty() {
            demo = tree;
        }
    }
    wrong.report();
}

#[test]
fn a_spec_in_any_order_becomes_its_picture() {
    let mut wrong = Wrong::default();
    for case in cases("pictures") {
        case.holds_only(&["portcullis.toml", "expected.mmd", "expected.svg"]);
        let spec = case.read("portcullis.toml");
        let draw = |spec: &str, arguments: &[&str]| {
            let output = Project::of(spec, None).portcullis(arguments);
            assert!(output.status.success(), "{}: {}", case.name, text(&output.stderr));
            text(&output.stdout)
        };
        for (arguments, expected) in [
            (&["graph"][..], "expected.mmd"),
            (&["graph", "--svg"], "expected.svg"),
        ] {
            let drawn = draw(&spec, arguments);
            compare(&case.path(expected), &drawn, &mut wrong);
            let shuffled = shuffled(spec.parse().unwrap(), 7);
            assert_eq!(drawn, draw(&shuffled, arguments), "{}", case.name);
        }
    }
    wrong.report();
}

#[test]
fn an_invalid_spec_gets_all_its_errors() {
    let mut wrong = Wrong::default();
    for case in cases("errors") {
        case.holds_only(&["portcullis.toml", "handlers", "expected.txt"]);
        let project = Project::of(&case.read("portcullis.toml"), case.handlers());
        let output = project.portcullis(&["generate"]);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{}: {}",
            case.name,
            text(&output.stderr)
        );
        assert_eq!(text(&output.stdout), "", "{}: talk belongs on stderr", case.name);
        assert!(
            !project.terraform().exists(),
            "{}: something was written",
            case.name
        );
        let errors = text(&output.stderr);
        for error in errors.split("\n\n").filter(|part| part.starts_with("error: ")) {
            assert!(
                error.contains("\nhelp: "),
                "{}: an error without help:\n{error}",
                case.name
            );
        }
        compare(&case.path("expected.txt"), &errors, &mut wrong);
    }
    wrong.report();
}

#[test]
fn a_change_of_the_spec_changes_these_lines() {
    let mut wrong = Wrong::default();
    for case in cases("changes") {
        case.holds_only(&["before.toml", "after.toml", "expected.diff"]);
        let project = Project::of(&case.read("before.toml"), None);
        assert!(
            project.portcullis(&["generate"]).status.success(),
            "{}",
            case.name
        );
        project.set(&case.read("after.toml"), None);
        let output = project.portcullis(&["generate", "--check"]);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{}: {}",
            case.name,
            text(&output.stderr)
        );
        compare(&case.path("expected.diff"), &text(&output.stdout), &mut wrong);
    }
    wrong.report();
}

#[test]
fn two_branches_merge_into_what_their_merged_spec_means() {
    for case in cases("merges") {
        case.holds_only(&["base.toml", "ours.toml", "theirs.toml", "merged.toml"]);
        let project = Project::of(&case.read("base.toml"), None);
        project.git(&["init", "--quiet", "--initial-branch=ours"]);
        let commit = |spec: &str| {
            project.set(&case.read(spec), None);
            let output = project.portcullis(&["generate"]);
            assert!(output.status.success(), "{}: {}", case.name, text(&output.stderr));
            project.git(&["add", "--all"]);
            project.git(&["commit", "--quiet", "--message", spec]);
        };
        commit("base.toml");
        project.git(&["branch", "theirs"]);
        commit("ours.toml");
        project.git(&["checkout", "--quiet", "theirs"]);
        commit("theirs.toml");
        if case.path("merged.toml").exists() {
            assert!(!project.merges("ours"), "{}: no conflict", case.name);
            // Generated files need not be merged by hand: their header is in its old place.
            project.set(&case.read("merged.toml"), None);
            let output = project.portcullis(&["generate"]);
            assert!(output.status.success(), "{}: {}", case.name, text(&output.stderr));
        } else {
            assert!(project.merges("ours"), "{}: {}", case.name, project.conflicts());
        }
        let output = project.portcullis(&["generate", "--check"]);
        assert!(output.status.success(), "{}: {}", case.name, text(&output.stdout));
    }
}

#[test]
fn the_order_of_a_spec_does_not_matter() {
    for case in cases("specs") {
        let spec = case.read("portcullis.toml");
        let tree = |spec: &str| {
            let project = Project::of(spec, case.handlers());
            project.set_own(&case);
            let output = project.portcullis(&["generate"]);
            assert!(
                output.status.success(),
                "{}: {}\n{spec}",
                case.name,
                text(&output.stderr)
            );
            files(&project.terraform())
        };
        let expected = tree(&spec);
        for seed in 0..4 {
            // The writer of TOML leaves characters as they are that a spec has to write by their numbers.
            let shuffled = printable::lines(shuffled(spec.parse().unwrap(), seed));
            assert!(
                tree(&shuffled) == expected,
                "{}: another tree from\n{shuffled}",
                case.name
            );
        }
    }
}

#[test]
fn nothing_but_cases_is_here() {
    let known = BTreeSet::from(["changes", "errors", "merges", "pictures", "specs"].map(String::from));
    let found = entries(&root()).into_iter().map(|path| name(&path)).collect();
    assert_eq!(known, found);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| !value.is_empty())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    entries
}

/// A folder with what is given and what is expected.
struct Case {
    name: String,
    folder: PathBuf,
}

fn cases(kind: &str) -> Vec<Case> {
    let cases: Vec<_> = entries(&root().join(kind))
        .into_iter()
        .map(|folder| Case {
            name: format!("{kind}/{}", name(&folder)),
            folder,
        })
        .collect();
    assert!(!cases.is_empty(), "no cases in `{kind}`");
    cases
}

impl Case {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn handlers(&self) -> Option<Vec<String>> {
        let text = fs::read_to_string(self.path("handlers")).ok()?;
        Some(text.lines().map(String::from).collect())
    }

    fn holds_only(&self, known: &[&str]) {
        for path in entries(&self.folder) {
            let name = name(&path);
            assert!(
                known.contains(&name.as_str()),
                "{}: nobody refers to `{name}`",
                self.name
            );
        }
    }
}

/// A project on disk with the crates that its spec asks for.
struct Project(TempDir);

impl Project {
    fn of(spec: &str, handlers: Option<Vec<String>>) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.set(spec, handlers);
        project
    }

    /// Replaces the spec and the crates.
    fn set(&self, spec: &str, handlers: Option<Vec<String>>) {
        fs::write(self.0.path().join("portcullis.toml"), spec).unwrap();
        let functions = self.0.path().join("functions");
        _ = fs::remove_dir_all(&functions);
        for handler in handlers.unwrap_or_else(|| functions_of(spec)) {
            let (handler, binary) = handler.split_once(' ').unwrap_or((&handler, ""));
            // A name that no folder can have stands for a crate that is missing.
            let source = functions.join(handler.replace('/', "_")).join("src");
            fs::create_dir_all(&source).unwrap();
            fs::write(source.join("main.rs"), "fn main() {}\n").unwrap();
            let mut manifest = format!("[package]\nname = {handler:?}\n");
            if !binary.is_empty() {
                manifest.push_str(&format!("[[bin]]\nname = {binary:?}\npath = \"src/main.rs\"\n"));
            }
            fs::write(source.join("../Cargo.toml"), manifest).unwrap();
        }
    }

    /// Writes the own module of a case, if it has one.
    fn set_own(&self, case: &Case) {
        if let Ok(own) = fs::read_to_string(case.path(OWN)) {
            let folder = self.terraform().join("modules/own");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("main.tf"), own).unwrap();
        }
    }

    fn terraform(&self) -> PathBuf {
        self.0.path().join("terraform")
    }

    fn portcullis(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .arg("--project")
            .arg(self.0.path())
            .args(arguments)
            .stdin(Stdio::null())
            .output_in_time()
            .unwrap()
    }

    fn git_command(&self, arguments: &[&str]) -> Output {
        Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .current_dir(self.0.path())
            .output_in_time()
            .expect("`git` is on the PATH: this test merges with the real one")
    }

    fn git(&self, arguments: &[&str]) {
        let output = self.git_command(arguments);
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            text(&output.stderr)
        );
    }

    /// Returns whether a branch merges into the current one.
    fn merges(&self, branch: &str) -> bool {
        self.git_command(&["merge", "--quiet", "--no-edit", branch])
            .status
            .success()
    }

    fn conflicts(&self) -> String {
        text(&self.git_command(&["diff"]).stdout)
    }
}

/// The functions that a spec names, as far as it can be read.
fn functions_of(spec: &str) -> Vec<String> {
    let table: toml::Table = spec.trim_start_matches('\u{feff}').parse().unwrap_or_default();
    match table.get("functions") {
        Some(toml::Value::Table(functions)) => functions.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The same spec with tables and keys in another order, which is the same for the same seed.
fn shuffled(table: toml::Table, seed: u64) -> String {
    fn write(table: toml::Table, path: &str, seed: u64, text: &mut String) {
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_cached_key(|(key, _)| {
            let mut hasher = DefaultHasher::new();
            (seed, key).hash(&mut hasher);
            hasher.finish()
        });
        let (tables, values): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, value)| value.is_table());
        if !path.is_empty() {
            text.push_str(&format!("[{path}]\n"));
        }
        for entry in values {
            let (key, value) = entry;
            // Inline, also a list of tables.
            text.push_str(&format!("{} = {value}\n", toml::Value::String(key)));
        }
        for (key, value) in tables {
            let key = toml::Value::String(key);
            let path = if path.is_empty() {
                format!("{key}")
            } else {
                format!("{path}.{key}")
            };
            write(value.try_into().unwrap(), &path, seed, text);
        }
    }
    let mut text = String::new();
    write(table, "", seed, &mut text);
    text
}

/// Files of a folder by their paths in it.
type Tree = BTreeMap<PathBuf, String>;

/// Every file below a folder.
fn files(folder: &Path) -> Tree {
    WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_path_buf();
            (path, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// Differences of a run, all of which are shown.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn report(self) {
        assert!(
            self.0.is_empty(),
            "{}\n{} differ; where the new is right: UPDATE_GOLDEN=1 cargo test --test golden",
            self.0.join("\n"),
            self.0.len()
        );
    }
}

/// Holds a tree against a case, whose folder has the files that differ from the demo's tree.
fn compare_trees(case: &Case, demo: &Tree, found: &Tree, wrong: &mut Wrong) {
    let folder = case.path("expected/terraform");
    let is_demos = |path: &PathBuf, text: &String| demo.get(path) == Some(text);
    for (path, text) in found.iter().filter(|(path, text)| !is_demos(path, text)) {
        compare(&folder.join(path), text, wrong);
    }
    for path in files(&folder).keys() {
        match found.get(path) {
            None => delete(&folder.join(path), "nothing generates it", wrong),
            Some(text) if is_demos(path, text) => delete(&folder.join(path), "it is the demo's", wrong),
            Some(_) => (),
        }
    }
    let without: String = demo
        .keys()
        .filter(|path| !found.contains_key(*path))
        .map(|path| format!("{}\n", path.display()))
        .collect();
    match (without.as_str(), case.path("without")) {
        ("", path) if path.exists() => delete(&path, "this tree has all files of the demo's", wrong),
        ("", _) => (),
        (without, path) => compare(&path, without, wrong),
    }
}

fn delete(stray: &Path, why: &str, wrong: &mut Wrong) {
    if updating() {
        fs::remove_file(stray).unwrap();
    } else {
        wrong.0.push(format!("{}: {why}", stray.display()));
    }
}

fn compare(expected: &Path, found: &str, wrong: &mut Wrong) {
    let before = fs::read_to_string(expected).unwrap_or_default();
    if before == found && expected.exists() {
        return;
    }
    if updating() {
        fs::create_dir_all(expected.parent().unwrap()).unwrap();
        fs::write(expected, found).unwrap();
        return;
    }
    let name = expected.strip_prefix(root()).unwrap().display();
    let diff = TextDiff::from_lines(&before, found);
    wrong.0.push(
        diff.unified_diff()
            .header(&format!("{name}"), "found")
            .to_string(),
    );
}
