//! Makes the files on disk equal to a [`FileSet`].
//!
//! A file whose first line holds [`HEADER_PREFIX`] is the generator's: it is replaced and deleted as needed. Any other
//! file is never touched, and it is an error if it is in the way. Every file is replaced by a rename. After a kill,
//! each file is therefore the old one or the new one, and the next run writes the rest.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use portcullis_files::SHARED;
use similar::TextDiff;
use walkdir::WalkDir;

use super::{check_no_link, read_if_there};
use crate::file_set::FileSet;
use crate::modules::{HEADER_PREFIX, is_generated};
use crate::own;

/// The folders that the generator fills. Of what else is below `terraform/`, only the files right there are looked at.
const FOLDERS: [&str; 2] = ["environments", "modules"];

/// A change of one file that makes it the generated one.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its path below the root.
    pub path: PathBuf,
    /// Its text on disk; none if it is missing.
    pub before: Option<String>,
    /// Its generated text; none if the file must be deleted.
    pub after: Option<String>,
}

impl Change {
    /// A unified diff of the change, with paths as `git diff` writes them.
    pub fn diff(&self) -> String {
        let (before, after) = (self.before.as_deref(), self.after.as_deref());
        let name = |side: &str, text: Option<&str>| match text {
            Some(_) => format!("{side}/{}", self.path.display()),
            None => "/dev/null".into(),
        };
        TextDiff::from_lines(before.unwrap_or_default(), after.unwrap_or_default())
            .unified_diff()
            .context_radius(3)
            .header(&name("a", before), &name("b", after))
            .to_string()
    }
}

/// Returns the changes after which the generated files below `root` are exactly `files`, sorted by path.
///
/// Errors: a link, a file without the header at the path of a generated one, or one that can't be read.
pub fn compare(root: &Path, files: &FileSet) -> Result<Vec<Change>> {
    for folder in FOLDERS {
        check_no_link(root, Path::new(folder))?;
    }
    let mut changes = BTreeMap::new();
    for (path, text) in files.iter() {
        check_no_link(root, Path::new(path))?;
        let on_disk = read_if_there(&root.join(path))?;
        if let Some(before) = &on_disk
            && !is_generated(before)
        {
            bail!(
                "`{}` must not exist: Portcullis generates a file with this name, and this one has no `{HEADER_PREFIX}` in its first \
                 line\nhelp: move it, then run `portcullis generate`",
                root.join(path).display()
            );
        }
        if on_disk.as_deref() != Some(text) {
            let change = Change {
                path: path.into(),
                before: on_disk,
                after: Some(text.into()),
            };
            changes.insert(PathBuf::from(path), change);
        }
    }
    for path in generated_files(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).to_path_buf();
        let key = name
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        if files.get(&key).is_none() {
            let before = read_if_there(&path)?;
            changes.insert(
                name.clone(),
                Change {
                    path: name,
                    before,
                    after: None,
                },
            );
        }
    }
    Ok(changes.into_values().collect())
}

/// Makes the changes. Folders that become empty are removed.
pub fn write(root: &Path, changes: &[Change]) -> Result<()> {
    for change in changes {
        check_no_link(root, &change.path)?;
        let path = root.join(&change.path);
        let parent = path.parent().unwrap_or(root);
        match &change.after {
            Some(text) => {
                fs::create_dir_all(parent)
                    .with_context(|| format!("can't create the folder `{}`", parent.display()))?;
                portcullis_files::replace(&path, text.as_bytes(), SHARED)
                    .with_context(|| format!("can't write `{}`", path.display()))?;
            }
            None => {
                fs::remove_file(&path).with_context(|| format!("can't delete `{}`", path.display()))?;
                // A folder that still holds something, such as a state, stays.
                _ = fs::remove_dir(parent);
            }
        }
    }
    Ok(())
}

/// Returns every file with the header in the root and below the generator's folders, and temporary files of a killed
/// run.
fn generated_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let below = FOLDERS.map(|folder| (root.join(folder), usize::MAX));
    for (folder, depth) in std::iter::once((root.to_path_buf(), 1))
        .chain(below)
        .filter(|(folder, _)| folder.exists())
    {
        let entries = WalkDir::new(&folder)
            .max_depth(depth)
            .into_iter()
            // Terraform's own folders hold copies of providers and modules. The own module is hand-written, even if a
            // file of it has the header.
            .filter_entry(|entry| {
                entry.file_name() != ".terraform" && entry.path() != root.join(own::FOLDER)
            });
        for entry in entries {
            let entry = entry.with_context(|| format!("can't list `{}`", folder.display()))?;
            if entry.file_type().is_file() && first_line_is_header(entry.path())? {
                found.push(entry.into_path());
            }
        }
    }
    Ok(found)
}

fn first_line_is_header(path: &Path) -> Result<bool> {
    let file = fs::File::open(path).with_context(|| format!("can't read `{}`", path.display()))?;
    let mut line = Vec::new();
    BufReader::new(file)
        .read_until(b'\n', &mut line)
        .with_context(|| format!("can't read `{}`", path.display()))?;
    Ok(is_generated(&String::from_utf8_lossy(&line)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::HEADER;

    fn files(entries: &[(&str, &str)]) -> FileSet {
        let mut set = FileSet::default();
        for (name, text) in entries {
            set.insert("modules/a", name, format!("# {HEADER}\n{text}"));
        }
        set
    }

    #[test]
    fn a_written_tree_has_no_changes_left() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&[("main.tf", "a"), ("variables.tf", "b")]);
        let changes = compare(root.path(), &files).unwrap();
        assert_eq!(changes.len(), 2);
        write(root.path(), &changes).unwrap();
        assert_eq!(compare(root.path(), &files).unwrap(), []);
    }

    #[test]
    fn a_generated_file_that_nothing_generates_any_more_goes_with_its_folder() {
        let root = tempfile::tempdir().unwrap();
        write(
            root.path(),
            &compare(root.path(), &files(&[("main.tf", "a")])).unwrap(),
        )
        .unwrap();
        let changes = compare(root.path(), &FileSet::default()).unwrap();
        assert_eq!(changes[0].after, None);
        write(root.path(), &changes).unwrap();
        assert!(!root.path().join("modules/a").exists());
    }

    #[test]
    fn a_file_of_the_root_is_made_and_deleted_and_ones_own_there_are_left() {
        let root = tempfile::tempdir().unwrap();
        let mut files = FileSet::default();
        files.insert("", "README.md", format!("<!-- {HEADER} -->\n"));
        fs::create_dir_all(root.path().join("artifacts")).unwrap();
        for own in ["NOTES.md", "artifacts/README.md"] {
            fs::write(root.path().join(own), "mine").unwrap();
        }
        let generated = root.path().join("README.md");
        write(root.path(), &compare(root.path(), &files).unwrap()).unwrap();
        assert!(generated.exists());
        assert_eq!(compare(root.path(), &files).unwrap(), []);
        write(root.path(), &compare(root.path(), &FileSet::default()).unwrap()).unwrap();
        assert!(!generated.exists());
        assert!(root.path().join("NOTES.md").exists());

        fs::write(&generated, "# Written by hand\n").unwrap();
        let error = compare(root.path(), &files).unwrap_err().to_string();
        assert!(
            error.contains("README.md` must not exist: Portcullis generates a file with this name"),
            "{error}"
        );
        assert!(error.contains("help: move it"), "{error}");
        assert_eq!(compare(root.path(), &FileSet::default()).unwrap(), []);
    }

    #[test]
    fn a_header_in_other_words_is_still_the_generators() {
        let root = tempfile::tempdir().unwrap();
        let files = files(&[("main.tf", "a")]);
        fs::create_dir_all(root.path().join("modules/a")).unwrap();
        for name in ["main.tf", "gone.tf"] {
            let text = "# Generated by Portcullis, as a later version may say it.\n";
            fs::write(root.path().join("modules/a").join(name), text).unwrap();
        }
        write(root.path(), &compare(root.path(), &files).unwrap()).unwrap();
        assert_eq!(compare(root.path(), &files).unwrap(), []);
        assert!(!root.path().join("modules/a/gone.tf").exists());
    }

    #[test]
    fn a_file_without_the_header_is_never_touched() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("modules/a")).unwrap();
        fs::write(root.path().join("modules/a/own.tf"), "mine").unwrap();
        assert_eq!(compare(root.path(), &FileSet::default()).unwrap(), []);
        fs::write(root.path().join("modules/a/main.tf"), "mine").unwrap();
        let error = compare(root.path(), &files(&[("main.tf", "a")])).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("must not exist: Portcullis generates a file with this name")
        );
    }

    #[test]
    fn nothing_is_read_written_or_deleted_through_a_link() {
        use std::os::unix::fs::symlink;
        let files = files(&[("main.tf", "a"), ("variables.tf", "b")]);
        // The target of the link, from the root folder to a file.
        for linked in ["", "modules", "modules/a", "modules/a/main.tf"] {
            let (project, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let root = project.path().join("terraform");
            // Generated files outside of the project, one of which is out of date.
            let target = outside.path().join(linked);
            write(outside.path(), &compare(outside.path(), &files).unwrap()).unwrap();
            fs::write(outside.path().join("modules/a/stale.tf"), format!("# {HEADER}\n")).unwrap();
            fs::write(
                outside.path().join("modules/a/main.tf"),
                format!("# {HEADER}\nold"),
            )
            .unwrap();
            let before: Vec<_> = snapshot(outside.path());
            let link = root.join(linked);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            let link = PathBuf::from(link.to_str().unwrap().trim_end_matches('/'));
            symlink(&target, &link).unwrap();

            let change = Change {
                path: "modules/a/main.tf".into(),
                before: None,
                after: Some("new".into()),
            };
            let delete = Change {
                after: None,
                ..change.clone()
            };
            for result in [
                compare(&root, &files).map(drop),
                write(&root, &[change]),
                write(&root, &[delete]),
            ] {
                let error = result.unwrap_err().to_string();
                let link = link.display();
                assert!(
                    error.starts_with(&format!("`{link}` must not be a symbolic link: "))
                        && error.contains(&format!("help: delete the link with `rm {link}`")),
                    "{error}"
                );
            }
            assert_eq!(snapshot(outside.path()), before, "{linked}");
        }
    }

    fn snapshot(folder: &Path) -> Vec<(PathBuf, Option<String>)> {
        WalkDir::new(folder)
            .sort_by_file_name()
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .map(|path| (path.clone(), fs::read_to_string(&path).ok()))
            .collect()
    }

    #[test]
    fn a_link_beside_what_is_generated_is_left_alone() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let files = files(&[("main.tf", "a")]);
        write(root.path(), &compare(root.path(), &files).unwrap()).unwrap();
        fs::write(outside.path().join("main.tf"), format!("# {HEADER}\n")).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("modules/own")).unwrap();
        assert_eq!(compare(root.path(), &files).unwrap(), []);
        assert!(outside.path().join("main.tf").exists());
    }

    #[test]
    fn what_a_killed_run_left_is_completed_and_cleaned() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("modules/a")).unwrap();
        let half = root.path().join("modules/a/main.1.tmp");
        fs::write(&half, format!("# {HEADER}\nhal")).unwrap();
        let files = files(&[("main.tf", "whole")]);
        write(root.path(), &compare(root.path(), &files).unwrap()).unwrap();
        assert!(!half.exists());
        assert_eq!(compare(root.path(), &files).unwrap(), []);
    }
}
