//! The log of a function: a file of whole lines that all its environments write, and that does not grow for ever.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use tokio::sync::Mutex;

use crate::capped_file::CappedFile;

/// A log that is open.
pub struct Log {
    /// This mutex is fair, so that a busy writer lets the others in.
    file: Mutex<CappedFile>,
}

impl Log {
    /// Opens a log, made when missing, that grows to `limit` bytes.
    pub fn open(path: PathBuf, limit: u64) -> Result<Self> {
        Ok(Self {
            file: Mutex::new(CappedFile::open(path, limit)?),
        })
    }

    /// Writes whole lines, which stay together.
    pub async fn write(&self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        let mut file = self.file.lock().await;
        if let Err(error) = file.write_all(lines) {
            tracing::warn!("can't write the log `{}`: {error}", file.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::sync::Arc;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn lines_stay_whole_and_the_last_two_files_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop-open.log");
        let log = Arc::new(Log::open(path.clone(), 10_000).unwrap());
        let mut writers = tokio::task::JoinSet::new();
        for name in ["a", "b", "c", "d"] {
            let line = format!("{}\n", name.repeat(99));
            let log = log.clone();
            writers.spawn(async move {
                for _ in 0..60 {
                    log.write(line.as_bytes()).await;
                }
            });
        }
        writers.join_all().await;
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let (previous, current) = (read("shop-open.log.previous"), read("shop-open.log"));
        assert_eq!((previous.len(), current.len()), (10_000, 4_000));
        for line in previous.lines().chain(current.lines()) {
            let first = &line[..1];
            assert_eq!(line, first.repeat(99));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[tokio::test]
    async fn a_log_that_was_there_is_continued_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        for word in ["one\n", "two\n", "three\n"] {
            let log = Log::open(path.clone(), 8).unwrap();
            log.write(word.as_bytes()).await;
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
        assert_eq!(
            fs::read_to_string(folder.path().join("a.log.previous")).unwrap(),
            "one\ntwo\n"
        );
    }
}
