//! The folder of a new service. It gets all files at once, or none.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use portcullis_foreign_text::printable;
use tempfile::TempDir;

use crate::failure::{Failure, OrFail, Outcome};

/// A clone of an empty repository has it.
const ALLOWED: &str = ".git";

/// A folder that is missing or has no files.
pub struct Target {
    folder: PathBuf,
    exists: bool,
}

/// Files beside their final place, on the same disk. They are deleted unless they get there.
pub struct Unfinished {
    root: PathBuf,
    _folder: TempDir,
}

impl Unfinished {
    /// The folder of the files.
    pub fn path(&self) -> &Path {
        &self.root
    }
}

impl Target {
    /// Fails if the folder has files, or can't be read.
    pub fn of(folder: &Path) -> Outcome<Self> {
        let target = |exists| Self {
            folder: folder.to_path_buf(),
            exists,
        };
        let name = || printable::code(&folder.display().to_string());
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(target(false)),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(Failure::input(format!(
                    "{} must be a folder, but a part of its path is a file",
                    name()
                ))
                .help("name another folder"));
            }
            Err(error) => return Err(Failure::input(format!("can't list {}: {error}", name()))),
        };
        for entry in entries {
            let entry = entry.or_input()?.file_name();
            if entry != ALLOWED {
                let entry = printable::code(&entry.to_string_lossy());
                return Err(
                    Failure::input(format!("{} must be empty, but it contains {entry}", name()))
                        .help("name another folder, or one that does not exist yet"),
                );
            }
        }
        Ok(target(true))
    }

    /// Makes a folder for the files beside the target, or in it.
    pub fn unfinished(&self) -> Outcome<Unfinished> {
        let place = self.existing_parent();
        let context = || format!("can't create a folder in `{}`", place.display());
        let folder = tempfile::Builder::new()
            .prefix(".portcullis-new.")
            .tempdir_in(place)
            .with_context(context)
            .or_tool()?;
        // The temporary folder is private, and the service need not be.
        let root = folder.path().join("service");
        fs::create_dir(&root).with_context(context).or_tool()?;
        Ok(Unfinished {
            root,
            _folder: folder,
        })
    }

    /// The folder, or else its nearest parent that exists.
    fn existing_parent(&self) -> &Path {
        let mut folders = self.folder.ancestors();
        let exists = folders.find(|folder| folder.is_dir());
        exists.unwrap_or(Path::new("."))
    }

    /// Moves the files to the target.
    pub fn fill(&self, unfinished: Unfinished) -> Outcome {
        let context = || format!("can't write `{}`", self.folder.display());
        if !self.exists {
            if let Some(parent) = self.folder.parent() {
                fs::create_dir_all(parent).with_context(context).or_tool()?;
            }
            return fs::rename(unfinished.path(), &self.folder)
                .with_context(context)
                .or_tool();
        }
        let mut moved = Vec::new();
        let result = self.move_into(&unfinished, &mut moved).with_context(context);
        if result.is_err() {
            for path in moved {
                // They go back, and are deleted with the rest.
                _ = fs::rename(self.folder.join(&path), unfinished.path().join(&path));
            }
        }
        result.or_tool()
    }

    fn move_into(&self, unfinished: &Unfinished, moved: &mut Vec<PathBuf>) -> std::io::Result<()> {
        for entry in fs::read_dir(unfinished.path())? {
            let name = PathBuf::from(entry?.file_name());
            fs::rename(unfinished.path().join(&name), self.folder.join(&name))?;
            moved.push(name);
        }
        Ok(())
    }
}
