//! One command at a time.

use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};

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
    let mut locked = flock(&file, FlockOperation::NonBlockingLockExclusive);
    if locked == Err(rustix::io::Errno::WOULDBLOCK) {
        talk::say(format_args!("Waiting for {waits_for}"));
        locked = flock(&file, FlockOperation::LockExclusive);
    }
    locked.with_context(|| format!("can't lock `{}`", path.display()))?;
    Ok(file)
}
