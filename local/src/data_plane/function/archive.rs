//! A function's zip → a folder that its process runs in, kept by the hash of the zip.
//!
//! A folder is complete or not there: it is filled under another name and renamed. So a rebuilt zip is a new folder,
//! the old one stays under the processes that run in it, and the same zip is unpacked once.

use std::fs::{self, File, Permissions};
use std::io::{Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

/// The largest sum of a zip's files. Source: Lambda's quotas, 250 MB unzipped.
const UNZIPPED_LIMIT: u64 = 250 << 20;

/// Unpacks `code`, a zip or a bare bootstrap, under `cache` and returns the folder, which holds an executable
/// `bootstrap`.
pub fn unpack(code: &Path, cache: &Path) -> Result<PathBuf> {
    let bytes = fs::read(code).with_context(|| format!("cannot read `{}`", code.display()))?;
    let hash: String = Sha256::digest(&bytes)
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let folder = cache.join(hash);
    if folder.join("bootstrap").is_file() {
        return Ok(folder);
    }
    let partial = cache.join(format!("partial-{}", uuid::Uuid::new_v4()));
    let unpacked = fill(&partial, bytes).with_context(|| format!("cannot unpack `{}`", code.display()));
    let unpacked = unpacked.and_then(|()| match fs::rename(&partial, &folder) {
        // Another process was faster with the same zip.
        Err(_) if folder.join("bootstrap").is_file() => Ok(()),
        renamed => renamed.with_context(|| format!("cannot make `{}`", folder.display())),
    });
    if partial.exists() {
        fs::remove_dir_all(&partial).with_context(|| format!("cannot remove `{}`", partial.display()))?;
    }
    unpacked.map(|()| folder)
}

fn fill(folder: &Path, bytes: Vec<u8>) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    if bytes.starts_with(b"PK") {
        unzip(folder, bytes)?;
    } else {
        write(&folder.join("bootstrap"), &mut bytes.as_slice(), 0o755)?;
    }
    let bootstrap = folder.join("bootstrap");
    let Ok(metadata) = fs::metadata(&bootstrap) else {
        bail!("it holds no `bootstrap`");
    };
    if metadata.permissions().mode() & 0o100 == 0 {
        bail!("its `bootstrap` is not executable, on AWS neither: set its mode to 755 before zipping");
    }
    Ok(())
}

fn unzip(folder: &Path, bytes: Vec<u8>) -> Result<()> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut left = UNZIPPED_LIMIT;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let written_name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let Some(name) = entry.enclosed_name() else {
            bail!("it holds `{written_name}`, which is outside of it");
        };
        let path = folder.join(name);
        if entry.is_dir() {
            fs::create_dir_all(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
            continue;
        }
        if entry.is_symlink() {
            bail!("it holds the symbolic link `{written_name}`");
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
        }
        let mode = entry.unix_mode().unwrap_or(0o755) & 0o777;
        let written = write(&path, &mut (&mut entry).take(left + 1), mode)?;
        left = left
            .checked_sub(written)
            .with_context(|| format!("it is over {UNZIPPED_LIMIT} bytes unzipped"))?;
    }
    Ok(())
}

fn write(path: &Path, content: &mut impl Read, mode: u32) -> Result<u64> {
    let attempt = |content: &mut _| {
        let mut file = File::create(path)?;
        let written = std::io::copy(content, &mut file)?;
        // Whoever may run it on Lambda, here its user alone may.
        fs::set_permissions(path, Permissions::from_mode(mode & 0o700))?;
        Ok::<_, std::io::Error>(written)
    };
    attempt(content).with_context(|| format!("cannot write `{}`", path.display()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    /// Writes a zip of files with their modes.
    pub fn zip(path: &Path, files: &[(&str, &[u8], u32)]) {
        let mut writer = zip::ZipWriter::new(File::create(path).unwrap());
        for (name, content, mode) in files {
            writer
                .start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap();
    }

    fn error(files: &[(&str, &[u8], u32)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip(&path, files);
        let error = unpack(&path, &folder.path().join("cache")).unwrap_err();
        let left = fs::read_dir(folder.path().join("cache")).unwrap().count();
        assert_eq!(left, 0, "nothing half unpacked stays");
        format!("{error:#}").replace(&path.display().to_string(), "a.zip")
    }

    #[test]
    fn the_same_zip_is_unpacked_once_and_another_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, cache) = (folder.path().join("a.zip"), folder.path().join("cache"));
        zip(
            &path,
            &[("bootstrap", b"one", 0o755), ("assets/page.html", b"page", 0o644)],
        );
        let first = unpack(&path, &cache).unwrap();
        assert_eq!(fs::read(first.join("assets/page.html")).unwrap(), b"page");
        assert_eq!(
            fs::metadata(first.join("bootstrap"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
        assert_eq!(unpack(&path, &cache).unwrap(), first);
        zip(&path, &[("bootstrap", b"two", 0o755)]);
        let second = unpack(&path, &cache).unwrap();
        assert_ne!(second, first);
        assert_eq!(fs::read(first.join("bootstrap")).unwrap(), b"one");
    }

    #[test]
    fn a_bare_bootstrap_is_taken_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bootstrap");
        fs::write(&path, "#!/bin/sh\n").unwrap();
        let unpacked = unpack(&path, &folder.path().join("cache")).unwrap();
        assert_eq!(
            fs::metadata(unpacked.join("bootstrap"))
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
    }

    #[test]
    fn what_no_function_can_be_is_refused() {
        assert_eq!(
            error(&[("main", b"", 0o755)]),
            "cannot unpack `a.zip`: it holds no `bootstrap`"
        );
        assert!(error(&[("bootstrap", b"", 0o644)]).contains("is not executable"));
        assert_eq!(
            error(&[("../bootstrap", b"", 0o755)]),
            "cannot unpack `a.zip`: it holds `../bootstrap`, which is outside of it"
        );
        let missing = unpack(Path::new("/nonexistent/a.zip"), Path::new("/nonexistent")).unwrap_err();
        assert!(format!("{missing:#}").starts_with("cannot read `/nonexistent/a.zip`: "));
    }
}
