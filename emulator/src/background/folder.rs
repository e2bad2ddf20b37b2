//! The files of a background process: its locks, its output and its log.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// Number of log lines that an error quotes.
const LOG_LINES: usize = 20;
const LOG_BYTES: u64 = 16 * 1024;

/// The folder with these files.
#[derive(Debug, Clone)]
pub(super) struct Folder(pub(super) PathBuf);

/// The lock of the process, taken for a moment or for a start.
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Folder {
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    fn out(&self) -> PathBuf {
        self.0.join("out")
    }

    /// Returns whether a process was ever started here, without creating a file.
    pub(super) fn exists(&self) -> bool {
        self.lock().exists()
    }

    pub(super) fn make(&self) -> Result<()> {
        portcullis_files::private_folder(&self.0)
            .with_context(|| format!("can't create the folder `{}`", self.0.display()))
    }

    /// Waits until no other starter works in this folder. Dropping the file releases the lock.
    pub(super) fn exclude_starters(&self) -> Result<File> {
        let path = self.0.join("starter");
        let file = private_file(&path, false)?;
        file.lock()
            .with_context(|| format!("can't lock `{}`", path.display()))?;
        Ok(file)
    }

    /// Takes the lock, or returns `None` if a process holds it.
    pub(super) fn try_lock(&self) -> Result<Option<Lock>> {
        let path = self.lock();
        let file = private_file(&path, false)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { file, path })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("can't lock `{}`", path.display()))
            }
        }
    }

    pub(super) fn is_held(&self) -> Result<bool> {
        let Some(lock) = self.try_lock()? else {
            return Ok(true);
        };
        lock.release()?;
        Ok(false)
    }

    /// Returns the pid that the lock's file names.
    pub(super) fn pid(&self) -> Result<Option<u32>> {
        Ok(read(&self.lock())?.trim().parse().ok())
    }

    /// Keeps the log as that of the run before. Returns a new output and a new log.
    pub(super) fn new_streams(&self) -> Result<(File, File)> {
        let log = self.log();
        match std::fs::rename(&log, self.0.join("log.previous")) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("can't rename `{}`", log.display()));
            }
            _ => {}
        }
        Ok((private_file(&self.out(), true)?, private_file(&log, true)?))
    }

    /// Returns every whole line of the output that is JSON. A library may print other lines.
    pub(super) fn lines(&self) -> Result<Vec<Value>> {
        let text = match read(&self.out()) {
            Ok(text) => text,
            Err(_) if !self.out().exists() => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines();
        Ok(lines.filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Returns the end of the log, as the end of a sentence.
    pub(super) fn end_of_log(&self) -> String {
        let path = self.log();
        let read_end = || -> std::io::Result<String> {
            let mut file = File::open(&path)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        match read_end() {
            Err(error) => format!("can't read its log `{}`: {error}", path.display()),
            Ok(text) if text.trim().is_empty() => format!("its log `{}` is empty", path.display()),
            Ok(text) => {
                let lines: Vec<_> = text.trim_end().lines().collect();
                let end = &lines[lines.len().saturating_sub(LOG_LINES)..];
                format!("its log `{}` ends with\n{}", path.display(), end.join("\n"))
            }
        }
    }
}

impl Lock {
    /// Returns the open file for the process to inherit, and with it the lock. The file names no process then: the pid
    /// of an earlier run must not look like the new one's.
    pub(super) fn handed_on(&self) -> Result<File> {
        self.file
            .set_len(0)
            .with_context(|| format!("can't empty `{}`", self.path.display()))?;
        self.file
            .try_clone()
            .with_context(|| format!("can't duplicate `{}`", self.path.display()))
    }

    /// Notes the pid of the process that inherited the lock.
    pub(super) fn note(mut self, pid: u32) -> Result<()> {
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.write_all(pid.to_string().as_bytes()))
            .with_context(|| format!("can't write `{}`", self.path.display()))
    }

    /// Gives the lock back at once. Closing the file is not enough: a process that another thread is just forking
    /// has a copy of it until it execs, and would look like a background process for that instant.
    pub(super) fn release(self) -> Result<()> {
        self.file
            .unlock()
            .with_context(|| format!("can't unlock `{}`", self.path.display()))
    }
}

/// Opens a file that only its owner can read, and makes a missing one. `fresh` empties it and writes at its end.
fn private_file(path: &Path, fresh: bool) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).create(true).mode(0o600);
    if fresh {
        // Appending keeps a stream whole that a process and its children share.
        options.append(true);
    } else {
        options.write(true);
    }
    let opened = options.open(path).and_then(|file| {
        if fresh {
            file.set_len(0)?;
        }
        Ok(file)
    });
    opened.with_context(|| format!("can't open `{}`", path.display()))
}

pub(super) fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
