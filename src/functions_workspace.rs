//! Edits of `functions/Cargo.toml` and `functions/Cargo.lock` that leave everything else as it is.

use toml_edit::{Array, DocumentMut, Value};

/// The beginning of a package in a lock file.
const PACKAGE: &str = "[[package]]\n";

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
