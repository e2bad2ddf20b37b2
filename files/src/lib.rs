//! Files that are written whole or not at all, and private folders.

use std::fs::{DirBuilder, Permissions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// The mode of a file that only its user may read.
pub const PRIVATE: u32 = 0o600;
/// The mode of a file that the umask decides about.
pub const SHARED: u32 = 0o666;

/// The end of the name of a file that is not whole yet. A killed process leaves one behind.
pub const UNFINISHED: &str = ".tmp";

/// Replaces a file, so that a reader, also after a kill or a power failure, finds the old content or the new one. The
/// umask applies to `mode`.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let no_name = || Error::new(ErrorKind::InvalidInput, "the path names no file");
    let name = path.file_name().ok_or_else(no_name)?;
    let mut prefix = name.to_os_string();
    prefix.push(".");
    let mut file = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(UNFINISHED)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(path.parent().unwrap_or(Path::new("")))?;
    file.write_all(content)?;
    file.as_file().sync_data()?;
    file.persist(path)?;
    Ok(())
}

/// Makes a folder that only its user may enter, or makes one private that exists. Missing parents are private, too.
pub fn private_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_with_the_mode_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        for (content, mode) in [("one", PRIVATE), ("two", 0o700), ("three", PRIVATE)] {
            replace(&path, content.as_bytes(), mode).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("taken/by")).unwrap();
        assert!(replace(&folder.path().join("taken"), b"text", PRIVATE).is_err());
        assert!(replace(&folder.path().join("missing/file"), b"text", PRIVATE).is_err());
        assert!(replace(Path::new("/"), b"text", PRIVATE).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
