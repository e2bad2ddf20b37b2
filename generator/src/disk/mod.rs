//! The only I/O of the generator: what it reads from a project, and the generated files that it writes there.
//!
//! No part of a path below `terraform/` may be a symbolic link: a checkout may contain one that leads out of the project.
//! Links beside the generated files don't matter.

mod crates;
mod generated_files;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use portcullis_foreign_text::{printable, shell};

use crate::own;

pub use crates::handlers;
pub use generated_files::{Change, compare, write};

/// Fails if `root`, or anything on the way from there to a file or folder below it, is a symbolic link.
pub fn check_no_link(root: &Path, below: &Path) -> Result<()> {
    let mut path = root.to_path_buf();
    let mut parts = below.components();
    loop {
        // A missing path is not a link, and nothing is below it.
        let is_link = fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink());
        if is_link {
            let path = path.display().to_string();
            bail!(
                "{} must not be a symbolic link: Portcullis only writes to the project's own files and folders\n\
                 help: delete the link with `rm {}`, then run `portcullis generate`",
                printable::code(&path),
                shell::word(&path),
            );
        }
        match parts.next() {
            Some(part) => path.push(part),
            None => return Ok(()),
        }
    }
}

/// Returns whether the own module exists: a folder with a file of Terraform. No part of its path may be a link.
pub fn has_own_module(root: &Path) -> Result<bool> {
    check_no_link(root, Path::new(own::FOLDER))?;
    let folder = root.join(own::FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("can't list `{}`", folder.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("can't list `{}`", folder.display()))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".tf") || name.ends_with(".tf.json") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("can't read `{}`", path.display())),
    }
}
