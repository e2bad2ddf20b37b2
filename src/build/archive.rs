//! The zips on the disk.

use std::{
    collections::BTreeSet,
    fs,
    io::{Cursor, ErrorKind, Write},
    path::Path,
};

use anyhow::{Context, Result};
use portcullis_files::{SHARED, UNFINISHED, replace};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// A zip with the program that `provided.al2023` starts; the same code gives the same bytes.
pub(super) fn zip(code: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default()) // 1980-01-01, the start of a zip's time
        .unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    zip.write_all(code)?;
    Ok(zip.finish()?.into_inner())
}

/// Replaces a file at once or not at all; an equal one keeps its time.
pub(super) fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    match fs::read(path) {
        Ok(old) if old == content => return Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("can't read `{}`", path.display()));
        }
        _ => {}
    }
    replace(path, content, SHARED).with_context(|| format!("can't write `{}`", path.display()))
}

/// Deletes the zips of functions that are gone, and what a killed build left.
pub(super) fn delete_strays<'f>(folder: &Path, functions: impl Iterator<Item = &'f str>) -> Result<()> {
    let kept: BTreeSet<String> = functions.map(|function| format!("{function}.zip")).collect();
    let read = || format!("can't read `{}`", folder.display());
    for entry in fs::read_dir(folder).with_context(read)? {
        let path = entry.with_context(read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if (name.ends_with(".zip") || (name.contains(".zip.") && name.ends_with(UNFINISHED)))
            && !kept.contains(&*name)
        {
            fs::remove_file(&path).with_context(|| format!("can't delete `{}`", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_same_code_is_the_same_zip_that_lambda_can_start() {
        let first = zip(b"code").unwrap();
        assert_eq!(first, zip(b"code").unwrap());

        let mut archive = zip::ZipArchive::new(Cursor::new(&first)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_index(0).unwrap();
        assert_eq!(entry.name().unwrap(), "bootstrap");
        assert_eq!(entry.unix_mode(), Some(0o100_755));
        assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
        let mut code = Vec::new();
        entry.read_to_end(&mut code).unwrap();
        assert_eq!(code, b"code");
    }

    #[test]
    fn an_equal_zip_keeps_its_time_and_another_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("open.zip");
        write_if_changed(&path, b"one").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(long_ago)
            .unwrap();

        write_if_changed(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);

        write_if_changed(&path, b"two").unwrap();
        assert_ne!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn zips_of_no_function_are_deleted_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["open.zip", "gone.zip", "open.zip.a1b2c3.tmp", "notes.txt"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        delete_strays(folder.path(), ["open"].into_iter()).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["notes.txt", "open.zip"]);
    }
}
