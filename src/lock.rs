//! One command at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};

use crate::talk;

/// Takes a file's lock, which dropping the file releases, and so does the death of whoever holds it. While another
/// process holds it, this says for what it waits, and waits. File and folder are made when missing.
pub fn exclusive(path: &Path, waits_for: &str) -> Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("can't make the folder `{}`", folder.display()))?;
    }
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("can't open `{}`", path.display()))?;
    let locked = match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            talk::say(format_args!("Waiting for {waits_for}"));
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => Ok(()),
    };
    locked.with_context(|| format!("can't lock `{}`", path.display()))?;
    Ok(file)
}
