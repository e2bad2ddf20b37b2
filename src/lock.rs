//! One command at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};

use crate::talk;

/// Locks a file, which it creates if missing. Dropping the file releases the lock, and so does the end of the process.
/// While another process holds the lock, this prints a message and waits.
pub fn exclusive(path: &Path, waits_for: &str) -> Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(|| format!("can't create the folder `{}`", folder.display()))?;
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
