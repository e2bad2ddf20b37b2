//! Edits of `functions/Cargo.toml` and `functions/Cargo.lock` that leave everything else as it is.

use portcullis_foreign_text::printable::code;
use toml_edit::{Array, DocumentMut, Value};

use crate::failure::{Failure, OrFail, Outcome};

/// The beginning of a package in a lock file.
const PACKAGE: &str = "[[package]]\n";

/// Names that Cargo uses below `target/`, so that no binary may have them:
/// <https://doc.rust-lang.org/cargo/reference/cargo-targets.html#the-name-field>
const FORBIDDEN: [&str; 4] = ["build", "deps", "examples", "incremental"];

/// Adds a crate in the folder of its name to the workspace, and to the lock file. The workspace declares its
/// dependencies. Returns both texts.
pub fn with_member(
    manifest: &str,
    lock: &str,
    name: &str,
    dependencies: &[&str],
) -> Outcome<(String, String)> {
    if FORBIDDEN.contains(&name) {
        return Err(Failure::input(format!(
            "{} must be another name: Cargo uses it for a folder",
            code(name)
        )));
    }
    let mut manifest: DocumentMut = manifest.parse().or_input()?;
    let version = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("package")?.get("version")?.as_str())
        .unwrap_or("0.1.0")
        .to_owned();
    let members = members(&mut manifest).ok_or_else(|| {
        Failure::input("missing `members` in `[workspace]` of `functions/Cargo.toml`")
            .help("write `members = [\"*\"]`")
    })?;
    let covers = |member: &Value| {
        member
            .as_str()
            .is_some_and(|member| ["*", "./*"].contains(&member))
    };
    if !members.iter().any(covers) {
        insert(members, name);
    }
    Ok((
        manifest.to_string(),
        with_package(lock, name, &version, dependencies)?,
    ))
}

/// Adds a member in alphabetical order, if the others are in that order. It is written as its neighbours are.
fn insert(members: &mut Array, name: &str) {
    let names: Vec<&str> = members.iter().filter_map(Value::as_str).collect();
    let index = if names.is_sorted() {
        names.partition_point(|member| *member < name)
    } else {
        names.len()
    };
    let mut value = Value::from(name);
    if let Some(next) = members.get_mut(index) {
        let before = prefix(next).unwrap_or_default().to_owned();
        match before.find('\n') {
            // A comment behind the former member stays in its line.
            Some(end) => {
                value
                    .decor_mut()
                    .set_prefix([&before[..end], indentation(&before)].concat());
                next.decor_mut().set_prefix(&before[end..]);
            }
            None => {
                value.decor_mut().set_prefix(before);
                next.decor_mut().set_prefix(" ");
            }
        }
    } else if let Some(last) = index.checked_sub(1).and_then(|last| members.get_mut(last)) {
        let own_line = prefix(last).filter(|before| before.contains('\n'));
        let own_line = own_line.map(|before| indentation(before).to_owned());
        let suffix = last.decor().suffix().and_then(|suffix| suffix.as_str());
        let suffix = suffix.unwrap_or_default().to_owned();
        last.decor_mut().set_suffix("");
        let after = suffix + members.trailing().as_str().unwrap_or_default();
        let end = after.find('\n').unwrap_or_default();
        let before = own_line.map_or(" ".to_owned(), |own_line| [&after[..end], &own_line].concat());
        value.decor_mut().set_prefix(before);
        members.set_trailing(&after[end..]);
    }
    members.insert_formatted(index, value);
}

/// The last line's end in a text, and the spaces behind it.
fn indentation(text: &str) -> &str {
    text.rfind('\n').map_or("", |start| &text[start..])
}

/// Adds a package to a lock file, as Cargo would.
fn with_package(lock: &str, name: &str, version: &str, dependencies: &[&str]) -> Outcome<String> {
    let begin = |name: &str| format!("name = \"{name}\"\n");
    let mut packages: Vec<String> = lock.split(PACKAGE).map(str::to_owned).collect();
    let head = packages.remove(0);
    if packages.iter().any(|package| package.starts_with(&begin(name))) {
        return Err(Failure::input(format!(
            "duplicate crate {}: `functions/Cargo.lock` has it",
            code(name)
        ))
        .help("choose another name"));
    }
    let mut text = format!("{}version = \"{version}\"\ndependencies = [\n", begin(name));
    for dependency in dependencies {
        let versions = packages
            .iter()
            .filter(|package| package.starts_with(&begin(dependency)));
        let dependency = match versions.count() {
            // Cargo adds the version if the name alone is ambiguous. A crate of the workspace may have the line.
            2.. => {
                let line = format!(" \"{dependency} ");
                let own = packages.iter().filter(|package| !package.contains("\nsource = "));
                own.flat_map(|package| package.lines())
                    .find_map(|found| {
                        found
                            .starts_with(&line)
                            .then(|| found.trim_matches([' ', '"', ',']))
                    })
                    .unwrap_or(dependency)
                    .to_owned()
            }
            _ => (*dependency).to_owned(),
        };
        text += &format!(" \"{dependency}\",\n");
    }
    text += "]\n\n";
    let index = packages.partition_point(|package| *package < begin(name));
    // The last package has no blank line behind it.
    if index == packages.len() {
        text.pop();
        if let Some(last) = packages.last_mut() {
            last.push('\n');
        }
    }
    packages.insert(index, text);
    Ok(packages
        .into_iter()
        .fold(head, |text, package| text + PACKAGE + &package))
}

/// Removes a member of the workspace.
pub fn without_member(manifest: &str, name: &str) -> String {
    let Ok(mut manifest) = manifest.parse::<DocumentMut>() else {
        return manifest.to_owned();
    };
    if let Some(members) = members(&mut manifest) {
        members.retain(|member| member.as_str() != Some(name));
        if let Some(first) = members.get_mut(0)
            && prefix(first) == Some(" ")
        {
            first.decor_mut().set_prefix("");
        }
    }
    manifest.to_string()
}

/// The text between a value and the comma or bracket before it.
fn prefix(value: &Value) -> Option<&str> {
    value.decor().prefix()?.as_str()
}

fn members(manifest: &mut DocumentMut) -> Option<&mut Array> {
    manifest.get_mut("workspace")?.get_mut("members")?.as_array_mut()
}

/// Removes a package that no other needs from a lock file.
pub fn without_package(lock: &str, name: &str) -> String {
    let begin = format!("name = \"{name}\"\n");
    let mut packages = lock.split(PACKAGE);
    let head = packages.next().unwrap_or_default().to_owned();
    packages
        .filter(|package| !package.starts_with(&begin))
        .fold(head, |text, package| text + PACKAGE + package)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = include_str!("../functions/Cargo.lock");
    const MANIFEST: &str = include_str!("../functions/Cargo.toml");

    #[test]
    fn a_member_is_removed_and_nothing_else() {
        let members = "members = [\"authenticated\", \"open\", \"shared\"]";
        for (name, left) in [
            ("authenticated", "members = [\"open\", \"shared\"]"),
            ("open", "members = [\"authenticated\", \"shared\"]"),
            ("other", members),
        ] {
            assert_eq!(without_member(MANIFEST, name), MANIFEST.replace(members, left));
        }
    }

    /// Removing a crate and adding it again gives the same texts, as Cargo wrote them.
    #[test]
    fn a_crate_is_added_as_cargo_adds_it() {
        let dependencies = ["lambda_http", "serde", "serde_json", "shared", "tokio"];
        for name in ["authenticated", "open"] {
            let (manifest, lock) = (without_member(MANIFEST, name), without_package(LOCK, name));
            let (manifest, lock) = with_member(&manifest, &lock, name, &dependencies).unwrap();
            assert_eq!(manifest, MANIFEST);
            assert_eq!(lock, LOCK);
        }
    }

    #[test]
    fn a_member_is_written_as_its_neighbours_are() {
        for (before, after) in [
            ("[]", "[\"m\"]"),
            ("[\"a\"]", "[\"a\", \"m\"]"),
            ("[\"z\"]", "[\"m\", \"z\"]"),
            ("[\"z\", \"a\"] # ours", "[\"z\", \"a\", \"m\"] # ours"),
            ("[\"*\"]", "[\"*\"]"),
            ("[\"a\", \"z\"]", "[\"a\", \"m\", \"z\"]"),
            (
                "[\n  \"a\", # first\n  # last\n  \"z\",\n]",
                "[\n  \"a\", # first\n  \"m\",\n  # last\n  \"z\",\n]",
            ),
            (
                "[\n  \"a\", # first\n  # more\n]",
                "[\n  \"a\", # first\n  \"m\",\n  # more\n]",
            ),
            ("[\n  \"a\"\n]", "[\n  \"a\",\n  \"m\"\n]"),
            ("[\n  \"z\",\n]", "[\n  \"m\",\n  \"z\",\n]"),
        ] {
            let manifest = |members: &str| format!("# Ours\n[workspace]\nmembers = {members}\n");
            let lock = "version = 4\n";
            let (edited, _) = with_member(&manifest(before), lock, "m", &[]).unwrap();
            assert_eq!(edited, manifest(after));
        }
    }

    #[test]
    fn names_that_cargo_refuses_are_refused() {
        for (name, message) in [
            ("deps", "`deps` must be another name: Cargo uses it for a folder"),
            ("serde", "duplicate crate `serde`: `functions/Cargo.lock` has it"),
        ] {
            let failure = with_member(MANIFEST, LOCK, name, &[]).unwrap_err();
            assert_eq!(failure.message().unwrap().0, message);
        }
    }

    #[test]
    fn a_package_is_removed_and_nothing_else() {
        let (before, rest) = LOCK
            .split_once("[[package]]\nname = \"authenticated\"\n")
            .unwrap();
        let (_, after) = rest.split_once(PACKAGE).unwrap();
        assert_eq!(
            without_package(LOCK, "authenticated"),
            [before, PACKAGE, after].concat()
        );
        assert_eq!(without_package(LOCK, "other"), LOCK);
    }
}
