//! A log that does not grow for ever.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Largest size of a log in bytes. Then it replaces the one of `.previous`, and a new one begins.
pub const LIMIT: u64 = 10 << 20;

/// A file that is written at its end, a whole line or several at a time.
#[derive(Debug)]
pub struct CappedFile {
    path: PathBuf,
    limit: u64,
    file: File,
    bytes: u64,
}

impl CappedFile {
    /// Opens a file, made when missing, that grows to `limit` bytes.
    pub fn open(path: PathBuf, limit: u64) -> Result<Self> {
        let opened = open(&path).with_context(|| format!("can't write `{}`", path.display()));
        let (file, bytes) = opened?;
        Ok(Self {
            path,
            limit,
            file,
            bytes,
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        if self.bytes == 0 || self.bytes + bytes <= self.limit {
            return Ok(());
        }
        let mut previous = OsString::from(&self.path);
        previous.push(".previous");
        std::fs::rename(&self.path, previous)?;
        (self.file, self.bytes) = open(&self.path)?;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    // Only the user may read the output of a function.
    let file = File::options().create(true).append(true).mode(0o600).open(path)?;
    let bytes = file.metadata()?.len();
    Ok((file, bytes))
}

impl Write for CappedFile {
    /// Writes all of it: lines that come together stay together.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.make_room(lines.len() as u64)?;
        self.file.write_all(lines)?;
        self.bytes += lines.len() as u64;
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
