//! Files that are all written, or none of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use portcullis_files::SHARED;
use portcullis_foreign_text::printable::code;

use crate::failure::{Failure, OrFail, Outcome};
use crate::umask;

/// Files to write.
pub struct Written {
    root: PathBuf,
    files: Vec<(String, String)>,
}

impl Written {
    /// No files yet, in a project.
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            files: Vec::new(),
        }
    }

    /// Adds a file that must not exist yet.
    pub fn new_file(&mut self, path: String, text: String) -> Outcome {
        if fs::symlink_metadata(self.root.join(&path)).is_ok() {
            return Err(Failure::input(format!("{} must not exist", code(&path)))
                .help("choose another name, or move the file"));
        }
        self.files.push((path, text));
        Ok(())
    }

    /// Adds a file that exists.
    pub fn changed(&mut self, path: String, text: String) {
        self.files.push((path, text));
    }

    /// Writes the files and returns their paths. If one can't be written, the others are as they were.
    pub fn write(self) -> Outcome<Vec<String>> {
        let mut before = Vec::new();
        let result = umask::of_the_user(|| {
            self.files
                .iter()
                .try_for_each(|(path, text)| replace(&self.root.join(path), text, &mut before))
        });
        if result.is_err() {
            before.into_iter().rev().for_each(restore);
        }
        result.or_tool()?;
        Ok(self.files.into_iter().map(|(path, _)| path).collect())
    }
}

/// A change of the disk that can be undone.
enum Before {
    Folder(PathBuf),
    Missing(PathBuf),
    Text(PathBuf, Vec<u8>),
}

fn replace(path: &Path, text: &str, before: &mut Vec<Before>) -> Result<()> {
    let context = || format!("can't write `{}`", path.display());
    let folders = path.ancestors().skip(1).take_while(|folder| !folder.exists());
    for folder in folders.collect::<Vec<_>>().into_iter().rev() {
        fs::create_dir(folder).with_context(context)?;
        before.push(Before::Folder(folder.to_path_buf()));
    }
    let existing = path
        .exists()
        .then(|| fs::read(path))
        .transpose()
        .with_context(context)?;
    portcullis_files::replace(path, text.as_bytes(), SHARED).with_context(context)?;
    before.push(match existing {
        Some(text) => Before::Text(path.to_path_buf(), text),
        None => Before::Missing(path.to_path_buf()),
    });
    Ok(())
}

/// The first error counts, so those of restoring don't.
fn restore(before: Before) {
    _ = match before {
        Before::Folder(path) => fs::remove_dir(path),
        Before::Missing(path) => fs::remove_file(path),
        Before::Text(path, text) => portcullis_files::replace(&path, &text, SHARED),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_others_as_they_were() {
        let root = tempfile::tempdir().unwrap();
        let path = |path: &str| root.path().join(path);
        fs::write(path("spec"), "old").unwrap();
        fs::create_dir_all(path("folder/in the way")).unwrap();
        let mut written = Written::of(root.path());
        written
            .new_file("functions/orders/src/main.rs".into(), "new".into())
            .unwrap();
        written.changed("spec".into(), "new".into());
        written.changed("folder".into(), "new".into());
        written.write().unwrap_err();
        assert_eq!(fs::read_to_string(path("spec")).unwrap(), "old");
        assert!(!path("functions").exists());

        let mut written = Written::of(root.path());
        written
            .new_file("functions/orders/src/main.rs".into(), "new".into())
            .unwrap();
        written.changed("spec".into(), "new".into());
        let paths = written.write().unwrap();
        assert_eq!(paths, ["functions/orders/src/main.rs", "spec"]);
        assert_eq!(fs::read_to_string(path("spec")).unwrap(), "new");
        assert!(
            Written::of(root.path())
                .new_file("spec".into(), String::new())
                .is_err()
        );
    }
}
