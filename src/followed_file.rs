//! A log that grows, and that is renamed to `FILE.previous` when it is full.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// A log, read up to a place. The file that is open is read to its end when another has taken its name.
pub struct FollowedFile {
    path: PathBuf,
    open: Option<File>,
}

impl FollowedFile {
    /// Reads a log from its start. The log before its last restart comes first.
    pub fn from_start(path: PathBuf) -> Self {
        let mut previous = path.clone().into_os_string();
        previous.push(".previous");
        Self {
            open: File::open(previous).ok(),
            path,
        }
    }

    /// Reads what is written to a log from now on.
    pub fn from_end(path: PathBuf) -> io::Result<Self> {
        let mut open = File::open(&path).ok();
        if let Some(open) = &mut open {
            open.seek(SeekFrom::End(0))?;
        }
        Ok(Self { path, open })
    }

    /// Returns whether the log is there.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Reads what was written since the last call.
    pub fn read_new(&mut self) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        if let Some(open) = &mut self.open {
            open.read_to_end(&mut lines)?;
        }
        let Ok(mut current) = File::open(&self.path) else {
            return Ok(lines);
        };
        let identity = |file: &File| file.metadata().map(|file| (file.dev(), file.ino()));
        let same = match &self.open {
            Some(open) => identity(open)? == identity(&current)?,
            None => false,
        };
        if !same {
            current.read_to_end(&mut lines)?;
            self.open = Some(current);
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_log_is_followed_into_the_file_that_takes_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = FollowedFile::from_start(folder.path().join("open.log"));
        let path = log.path.clone();
        let mut read = || String::from_utf8(log.read_new().unwrap()).unwrap();
        assert_eq!(read(), "", "not there yet");
        fs::write(&path, "one\n").unwrap();
        assert_eq!((read(), read()), ("one\n".into(), String::new()));
        fs::write(&path, "one\ntwo\n").unwrap();
        fs::rename(&path, folder.path().join("open.log.previous")).unwrap();
        fs::write(&path, "three\n").unwrap();
        assert_eq!((read(), read()), ("two\nthree\n".into(), String::new()));
        fs::remove_file(&path).unwrap();
        assert_eq!(read(), "");
        fs::write(&path, "four\n").unwrap();
        assert_eq!(read(), "four\n");

        let mut from_here = FollowedFile::from_end(path.clone()).unwrap();
        fs::write(&path, "four\nfive\n").unwrap();
        assert_eq!(from_here.read_new().unwrap(), b"five\n");

        let mut later = FollowedFile::from_start(folder.path().join("open.log"));
        assert_eq!(later.read_new().unwrap(), b"one\ntwo\nfour\nfive\n");
    }
}
