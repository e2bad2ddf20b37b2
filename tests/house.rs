//! No circle of dependencies between the files of a crate.
//!
//! A file depends on another if a `use` or a path from `crate` names something of it. A module that only declares its
//! children, or passes their items on, depends on none of them. Tests may use what they like. Folders may depend on each
//! other in a circle: a concern's review needs the facts, and the facts need the concerns' types.

#![allow(clippy::unwrap_used)] // a test may panic

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules that each module of a crate uses. A path is empty for the crate itself.
type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn files_of_a_crate_use_each_other_in_one_direction() {
    let mut wrong = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in crates(root) {
        let uses = uses(&root.join(&name));
        let mut reported = BTreeSet::new();
        for start in uses.keys() {
            let circle = path(&uses, start, start);
            if let Some(circle) = circle.filter(|circle| !reported.contains(&circle[0])) {
                reported.extend(circle.iter().cloned());
                wrong.push(format!("{name}: {} → {}", circle.join(" → "), circle[0]));
            }
        }
    }
    assert!(wrong.is_empty(), "circles:\n  {}", wrong.join("\n  "));
}

/// The folders of the sources of each crate of the workspace, from its root.
fn crates(root: &Path) -> Vec<String> {
    let mut crates = vec!["src".to_owned()];
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // The functions are a workspace of their own.
        if path.join("Cargo.toml").exists() && name != "functions" {
            crates.push(format!("{name}/src"));
        }
    }
    assert!(crates.len() > 4, "{crates:?}");
    crates
}

/// The shortest path from a module to another, or back to itself, without its end.
fn path(uses: &Uses, start: &str, end: &str) -> Option<Vec<String>> {
    let mut paths = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in paths {
            for used in uses.get(path.last()?).into_iter().flatten() {
                if used == end {
                    return Some(path);
                }
                if seen.insert(used.clone()) {
                    longer.push([&path[..], std::slice::from_ref(used)].concat());
                }
            }
        }
        paths = longer;
    }
    None
}

fn uses(root: &Path) -> Uses {
    let mut files = Vec::new();
    collect(root, &mut files);
    let module = |file: &PathBuf| {
        let path = file.strip_prefix(root).unwrap().with_extension("");
        let mut steps: Vec<String> = path
            .iter()
            .map(|step| step.to_str().unwrap().to_owned())
            .collect();
        steps.pop_if(|last| ["lib", "main", "mod"].contains(&last.as_str()));
        steps
    };
    let texts: BTreeMap<Vec<String>, String> = files
        .iter()
        .map(|file| (module(file), fs::read_to_string(file).unwrap()))
        .filter(|(module, _)| !module.iter().any(|step| step == "tests"))
        .collect();
    assert!(!texts.is_empty(), "{}", root.display());
    let modules: BTreeSet<&Vec<String>> = texts.keys().collect();
    let statements: BTreeMap<&Vec<String>, Vec<Statement>> = texts
        .iter()
        .map(|(module, text)| (module, statements(text)))
        .collect();

    // An item that a module passes on is of the module that has it.
    let mut passed_on: BTreeMap<(Vec<String>, String), Vec<String>> = BTreeMap::new();
    for (module, statements) in &statements {
        for statement in statements.iter().filter(|statement| statement.is_public) {
            if let Some((of, items)) = resolve(&modules, module, &statement.path)
                && let Some(item) = items.first()
            {
                passed_on.insert(((*module).clone(), item.clone()), of);
            }
        }
    }
    let mut uses = Uses::new();
    for (module, statements) in &statements {
        let used = uses.entry(module.join("::")).or_default();
        for statement in statements {
            let Some((mut of, items)) = resolve(&modules, module, &statement.path) else {
                continue;
            };
            let is_own_child = statement.is_public && of.starts_with(module);
            let mut seen = BTreeSet::new();
            while let Some(item) = items.first()
                && let Some(next) = passed_on.get(&(of.clone(), item.clone()))
                && seen.insert(next.clone())
            {
                of = next.clone();
            }
            if of != **module && !is_own_child {
                used.insert(of.join("::"));
            }
        }
    }
    uses
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// One path of a `use`.
struct Statement {
    is_public: bool,
    path: String,
}

/// The `use`s of a file and the paths from `crate` in it, before its tests.
fn statements(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut before = "";
    while let Some(line) = lines.next() {
        let is_of_tests = before.starts_with("#[cfg(") && before.contains("test");
        if is_of_tests && line.contains("mod ") && line.ends_with('{') {
            break;
        }
        if !line.starts_with("#[allow") {
            before = line;
        }
        let is_nested = line.starts_with(' ');
        let line = line.trim_start();
        let rest = line
            .strip_prefix("pub(crate) ")
            .or_else(|| line.strip_prefix("pub(super) "));
        let rest = rest.or_else(|| line.strip_prefix("pub "));
        let Some(first) = rest.unwrap_or(line).strip_prefix("use ") else {
            statements.extend(inline_paths(line));
            continue;
        };
        let mut tree = first.to_owned();
        while !tree.ends_with(';') {
            tree.push_str(lines.next().unwrap_or(";").trim());
        }
        let paths = paths(tree.trim_end_matches(';'));
        // Deeper in a file, `super` may be the file itself.
        let paths = paths
            .into_iter()
            .filter(|path| !is_nested || path.starts_with("crate"));
        statements.extend(paths.map(|path| Statement {
            is_public: rest.is_some(),
            path,
        }));
    }
    statements
}

/// The paths from `crate` in a line, but not those of a macro's caller (`$crate`).
fn inline_paths(line: &str) -> impl Iterator<Item = Statement> {
    let is_of_a_path = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':');
    line.match_indices("crate::")
        .filter(move |(start, _)| !line[..*start].ends_with(|letter| is_of_a_path(letter) || letter == '$'))
        .map(move |(start, _)| {
            let path = &line[start..];
            let end = path.find(|letter| !is_of_a_path(letter)).unwrap_or(path.len());
            Statement {
                is_public: false,
                path: path[..end].trim_end_matches(':').to_owned(),
            }
        })
}

/// The paths of a tree such as `crate::a::{b, c::{d, e}}`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().to_owned()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut items) = (0, vec![String::new()]);
    for letter in inner.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        items.last_mut().unwrap().push(letter);
    }
    let items = items.iter().filter(|item| !item.trim().is_empty());
    items
        .flat_map(|item| paths(item))
        .map(|path| format!("{before}{path}"))
        .collect()
}

/// The module that a path leads to, and the items in it; none if it leads out of the crate.
fn resolve(
    modules: &BTreeSet<&Vec<String>>,
    from: &[String],
    path: &str,
) -> Option<(Vec<String>, Vec<String>)> {
    let mut steps: Vec<String> = path.split("::").map(str::to_owned).collect();
    let mut module = from.to_vec();
    match steps[0].as_str() {
        "crate" => {
            module.clear();
            steps.remove(0);
        }
        "self" => _ = steps.remove(0),
        "super" => {
            while steps.first().is_some_and(|step| step == "super") {
                module.pop();
                steps.remove(0);
            }
        }
        child if modules.contains(&[from, &[child.to_owned()]].concat()) => {}
        _ => return None,
    }
    while let Some(step) = steps.first()
        && modules.contains(&[&module[..], std::slice::from_ref(step)].concat())
    {
        module.push(steps.remove(0));
    }
    Some((module, steps))
}
