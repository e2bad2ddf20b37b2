//! The code of a function or a layer → a folder that a process runs with, kept by the hash of the code.
//!
//! A folder is complete or not there: it is filled under another name and renamed. So a rebuilt zip is a new folder,
//! the old one stays under the processes that run in it, and the same zip is unpacked once.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::{BufReader, Read, Seek};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use portcullis_foreign_text::{hex, printable::code};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::program::Kind;

/// The largest sum of a zip's files, 250 MB, and the largest zip: what is packed is not much larger than what it holds.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>; Lambda's own message says the
/// bytes.
const UNZIPPED_LIMIT: u64 = 262_144_000;

/// The most files and folders of a zip: what a zip without the extension zip64 can hold. Lambda names no number; this
/// one keeps a zip of empty files from filling the disk's table of files.
const PLACES_LIMIT: usize = 65_535;

/// The accepted forms of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A zip, as on Lambda.
    Zip,
    /// A zip, or a folder with what a zip would contain.
    ZipOrFolder,
    /// A zip, a folder, or a program that becomes the `bootstrap`.
    Any,
}

/// The files that code must contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// An executable `bootstrap`.
    Bootstrap,
    /// Anything.
    Any,
}

/// The form of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Zip,
    Program,
    Folder,
}

/// Code that was looked at and not yet unpacked.
#[derive(Debug)]
pub struct Package {
    path: PathBuf,
    file: File,
    form: Form,
}

impl Package {
    /// Opens code without reading its contents yet: a zip is judged by the sizes that it declares.
    pub fn open(path: &Path, accepted: Accepted) -> Result<Self> {
        let cannot_read = || format!("can't read `{}`", path.display());
        let file = File::open(path).with_context(cannot_read)?;
        let metadata = file.metadata().with_context(cannot_read)?;
        let name = path.display();
        if metadata.is_dir() {
            ensure!(
                accepted != Accepted::Zip,
                "`{name}` must be a zip, but it is a folder"
            );
            let path = std::path::absolute(path).with_context(cannot_read)?;
            let form = Form::Folder;
            return Ok(Self { path, file, form });
        }
        let length = metadata.len();
        let kind = Kind::of(&file).with_context(cannot_read)?;
        let form = match (&kind, accepted) {
            (Kind::Zip, _) => Form::Zip,
            (Kind::Elf(_) | Kind::Script(_) | Kind::MachO, Accepted::Any) => Form::Program,
            (_, Accepted::Zip) => bail!("`{name}` must be a zip, but it is {kind}"),
            (_, Accepted::ZipOrFolder) => bail!("`{name}` must be a zip or a folder, but it is {kind}"),
            (_, Accepted::Any) => bail!("`{name}` must be a zip, a folder or a program, but it is {kind}"),
        };
        ensure!(
            length <= UNZIPPED_LIMIT,
            "`{name}` has {length} bytes, but Lambda takes at most {UNZIPPED_LIMIT}"
        );
        if form == Form::Zip {
            archive(&file).with_context(|| format!("can't unpack `{name}`"))?;
        }
        let path = path.to_owned();
        Ok(Self { path, file, form })
    }

    /// Returns whether it has a file or a folder of this name at its top. A program is the `bootstrap`.
    pub fn contains(&self, name: &str) -> bool {
        let in_folder = |entry: &str| {
            entry
                .strip_prefix(name)
                .is_some_and(|behind| behind.starts_with('/'))
        };
        match self.form {
            Form::Program => name == "bootstrap",
            Form::Folder => self.path.join(name).exists(),
            Form::Zip => archive(&self.file).is_ok_and(|archive| {
                let mut names = archive.file_names().flatten();
                names.any(|entry| entry == name || in_folder(&entry))
            }),
        }
    }

    /// Returns the last change in a folder that is not copied. None is code that is copied, so a change makes another
    /// folder.
    pub fn changed(&self) -> Option<SystemTime> {
        (self.form == Form::Folder).then(|| newest(&self.path))
    }

    /// Unpacks it under `cache` and returns the folder with this content. A folder is used in its place.
    pub fn unpack(&self, cache: &Path, content: Content) -> Result<PathBuf> {
        let cannot_unpack = || format!("can't unpack `{}`", self.path.display());
        if self.form == Form::Folder {
            let checked = content.check(&self.path);
            return checked
                .map(|()| self.path.clone())
                .with_context(|| format!("can't use `{}`", self.path.display()));
        }
        let hash = hash(&self.file).with_context(|| format!("can't read `{}`", self.path.display()))?;
        let folder = cache.join(hash);
        if folder.is_dir() {
            content.check(&folder).with_context(cannot_unpack)?;
            return Ok(folder);
        }
        let partial = cache.join(format!("partial-{}", uuid::Uuid::new_v4()));
        let unpacked = self.fill(&partial).and_then(|()| content.check(&partial));
        let unpacked = unpacked.with_context(cannot_unpack);
        let unpacked = unpacked.and_then(|()| match fs::rename(&partial, &folder) {
            // Another process was faster with the same zip.
            Err(_) if folder.is_dir() => Ok(()),
            renamed => renamed.with_context(|| format!("can't create `{}`", folder.display())),
        });
        if partial.exists() {
            fs::remove_dir_all(&partial).with_context(|| format!("can't remove `{}`", partial.display()))?;
        }
        unpacked.map(|()| folder)
    }

    fn fill(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("can't create `{}`", folder.display()))?;
        if self.form == Form::Zip {
            return unzip(folder, &mut archive(&self.file)?);
        }
        let mut file = &self.file;
        file.rewind()?;
        write(&folder.join("bootstrap"), &mut file, 0o755)
    }
}

impl Content {
    fn check(self, folder: &Path) -> Result<()> {
        if self == Self::Any {
            return Ok(());
        }
        let Ok(metadata) = fs::metadata(folder.join("bootstrap")) else {
            bail!("missing `bootstrap`");
        };
        if metadata.permissions().mode() & 0o100 == 0 {
            bail!("its `bootstrap` must be executable, as on AWS: set its mode to 755 before you zip it");
        }
        Ok(())
    }
}

/// Returns the time of the last change of a folder and all that it holds, as far as that can be read.
fn newest(path: &Path) -> SystemTime {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return SystemTime::UNIX_EPOCH;
    };
    let own = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    let entries = metadata.is_dir().then(|| fs::read_dir(path).ok()).flatten();
    let inside = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| newest(&entry.path()));
    inside.fold(own, SystemTime::max)
}

fn hash(mut file: &File) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    file.rewind()?;
    let mut chunk = vec![0; 64 << 10];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            read => hasher.update(&chunk[..read]),
        }
    }
    let hash = hasher.finalize();
    Ok(hex(&hash[..16]))
}

/// A zip by its table of contents, of which nothing is too much.
fn archive(mut file: &File) -> Result<ZipArchive<BufReader<&File>>> {
    file.rewind()?;
    let mut archive = ZipArchive::new(BufReader::new(file))?;
    let mut places = BTreeSet::new();
    let mut bytes = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        bytes = bytes.saturating_add(entry.size());
        ensure!(
            bytes <= UNZIPPED_LIMIT,
            "it must have at most {UNZIPPED_LIMIT} bytes unzipped, the limit of Lambda"
        );
        let name = entry.enclosed_name();
        let name = name.with_context(|| {
            let written = code(&String::from_utf8_lossy(entry.name_raw()));
            format!("its entry {written} must be inside the zip's folder")
        })?;
        let ancestors = name.ancestors().take_while(|place| !place.as_os_str().is_empty());
        for place in ancestors {
            if !places.insert(place.to_owned()) {
                break;
            }
            ensure!(
                places.len() <= PLACES_LIMIT,
                "it must contain at most {PLACES_LIMIT} files and folders"
            );
        }
    }
    Ok(archive)
}

fn unzip(folder: &Path, archive: &mut ZipArchive<BufReader<&File>>) -> Result<()> {
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let written_name = code(&String::from_utf8_lossy(entry.name_raw()));
        let Some(name) = entry.enclosed_name() else {
            bail!("its entry {written_name} must be inside the zip's folder");
        };
        let path = folder.join(name);
        if entry.is_dir() {
            fs::create_dir_all(&path).with_context(|| format!("can't create `{}`", path.display()))?;
            continue;
        }
        if entry.is_symlink() {
            bail!("it must not contain the symbolic link {written_name}");
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("can't create `{}`", parent.display()))?;
        }
        let mode = entry.unix_mode().unwrap_or(0o755) & 0o777;
        // The declared size has a limit, and the reader fails if an entry is larger than its declared size.
        write(&path, &mut entry, mode)?;
    }
    Ok(())
}

fn write(path: &Path, content: &mut impl Read, mode: u32) -> Result<()> {
    let attempt = |content: &mut _| {
        std::io::copy(content, &mut File::create(path)?)?;
        // Here only the user may run it, with any permissions in the zip.
        fs::set_permissions(path, Permissions::from_mode(mode & 0o700))
    };
    attempt(content).with_context(|| format!("can't write `{}`", path.display()))
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

    /// Unpacks code with a `bootstrap` that the user named.
    pub fn unpack(path: &Path, cache: &Path) -> Result<PathBuf> {
        Package::open(path, Accepted::Any)?.unpack(cache, Content::Bootstrap)
    }

    /// Returns the error of a zip, and checks that nothing of it is left.
    fn error_of(path: &Path) -> String {
        let cache = path.with_file_name("cache");
        let error = unpack(path, &cache).unwrap_err();
        let left = fs::read_dir(cache).map_or(0, |left| left.count());
        assert_eq!(left, 0, "nothing half unpacked stays");
        format!("{error:#}").replace(&path.display().to_string(), "a.zip")
    }

    fn error(files: &[(&str, &[u8], u32)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip(&path, files);
        error_of(&path)
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
            "can't unpack `a.zip`: missing `bootstrap`"
        );
        assert!(error(&[("bootstrap", b"", 0o644)]).contains("must be executable"));
        assert_eq!(
            error(&[("../bootstrap", b"", 0o755)]),
            "can't unpack `a.zip`: its entry `../bootstrap` must be inside the zip's folder"
        );
        let missing = unpack(Path::new("/nonexistent/a.zip"), Path::new("/nonexistent")).unwrap_err();
        assert!(format!("{missing:#}").starts_with("can't read `/nonexistent/a.zip`: "));
    }

    /// Has the first file of a zip, whose name is `bootstrap`, declare another size.
    fn declare(path: &Path, size: u32) {
        let mut bytes = fs::read(path).unwrap();
        let entry = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        // Bytes 22 of the local header, and 24 of the entry in the table of contents.
        assert_eq!(bytes[22..26], bytes[entry + 24..entry + 28]);
        for at in [22, entry + 24] {
            bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
        }
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_zip_over_lambdas_limit_is_refused_by_what_it_declares() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let expected =
            "can't unpack `a.zip`: it must have at most 262144000 bytes unzipped, the limit of Lambda";
        // Its contents are small: only the sum of the declared sizes can exceed the limit.
        zip(
            &path,
            &[("bootstrap", b"one", 0o755), ("other", b"another", 0o644)],
        );
        for declared in [262_144_000 - 6, u32::MAX] {
            declare(&path, declared);
            assert_eq!(error_of(&path), expected, "{declared}");
        }
        declare(&path, 262_144_000 - 7);
        unpack(&path, &folder.path().join("admitted")).unwrap();
        let large = File::create(&path).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&large, b"PK\x03\x04", 0).unwrap();
        large.set_len(262_144_001).unwrap();
        assert_eq!(
            error_of(&path),
            "`a.zip` has 262144001 bytes, but Lambda takes at most 262144000"
        );
    }

    #[test]
    fn a_zip_that_declares_less_than_it_holds_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        zip(&path, &[("bootstrap", &[0; 10_000_000], 0o755)]);
        declare(&path, 1_000);
        let error = error_of(&path);
        assert!(error.contains("larger than its declared"), "{error}");
        declare(&path, 10_000_000);
        let unpacked = unpack(&path, &folder.path().join("honest")).unwrap();
        assert_eq!(
            fs::metadata(unpacked.join("bootstrap")).unwrap().len(),
            10_000_000
        );
    }

    #[test]
    fn a_zip_of_too_many_files_or_folders_is_refused() {
        let deep = |index: usize| format!("{index}/{}", "d/".repeat(200));
        let names: Vec<String> = (0..400).map(deep).collect();
        let files: Vec<(&str, &[u8], u32)> = names.iter().map(|name| (&**name, &b""[..], 0o755)).collect();
        let expected = "can't unpack `a.zip`: it must contain at most 65535 files and folders";
        assert_eq!(error(&files), expected);
        assert_eq!(error(&files[..5]), "can't unpack `a.zip`: missing `bootstrap`");
    }

    #[test]
    fn no_name_and_no_link_leads_out_of_the_folder() {
        for name in [
            "../bootstrap",
            "/bootstrap",
            "a/../../bootstrap",
            "..\\bootstrap/..",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.zip");
            zip(&path, &[(name, b"", 0o755), ("bootstrap", b"#!/bin/sh", 0o755)]);
            let cache = folder.path().join("cache");
            match unpack(&path, &cache) {
                Err(error) => assert!(
                    format!("{error:#}").contains("must be inside"),
                    "{name}: {error:#}"
                ),
                Ok(unpacked) => assert!(unpacked.starts_with(&cache), "{name}"),
            }
            let left: Vec<_> = fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name())
                .collect();
            assert!(
                left.iter().all(|name| name == "a.zip" || name == "cache"),
                "{name}: {left:?}"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let mut writer = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = SimpleFileOptions::default();
        writer
            .add_symlink("out", folder.path().to_str().unwrap(), options)
            .unwrap();
        writer.start_file("out/written", options).unwrap();
        writer.finish().unwrap();
        assert_eq!(
            error_of(&path),
            "can't unpack `a.zip`: it must not contain the symbolic link `out`"
        );
        assert!(!folder.path().join("written").exists());
    }

    #[test]
    fn only_code_that_the_user_names_may_be_a_program_instead_of_a_zip() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        let refused = |content: &[u8], accepted| {
            fs::write(&path, content).unwrap();
            let error = Package::open(&path, accepted).unwrap_err();
            format!("{error:#}").replace(&path.display().to_string(), "a.zip")
        };
        for (content, kind) in [
            (&b""[..], "empty"),
            (b"\x1f\x8b\x08\0", "a gzip file"),
            (b"exec node index.js", "text without `#!` in its first line"),
        ] {
            assert_eq!(
                refused(content, Accepted::Any),
                format!("`a.zip` must be a zip, a folder or a program, but it is {kind}")
            );
            assert_eq!(
                refused(content, Accepted::Zip),
                format!("`a.zip` must be a zip, but it is {kind}")
            );
        }
        assert_eq!(
            refused(b"#!/bin/sh\n", Accepted::Zip),
            "`a.zip` must be a zip, but it is a script for `/bin/sh`"
        );
        assert!(refused(b"PK\x03\x04cut off", Accepted::Zip).starts_with("can't unpack `a.zip`: "));
    }

    #[test]
    fn a_folder_is_used_where_it_is_if_the_user_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let code = folder.path().join("src");
        fs::create_dir_all(code.join("lib")).unwrap();
        fs::write(code.join("index.js"), "").unwrap();
        let refused = Package::open(&code, Accepted::Zip).unwrap_err();
        assert!(format!("{refused:#}").ends_with("must be a zip, but it is a folder"));
        let package = Package::open(&code, Accepted::Any).unwrap();
        assert!(package.contains("index.js") && package.contains("lib") && !package.contains("index"));
        let cache = folder.path().join("cache");
        assert_eq!(package.unpack(&cache, Content::Any).unwrap(), code);
        let error = package.unpack(&cache, Content::Bootstrap).unwrap_err();
        assert!(format!("{error:#}").ends_with("missing `bootstrap`"));
        let before = package.changed().unwrap();
        let later = before + std::time::Duration::from_secs(2);
        fs::write(code.join("lib/a.js"), "").unwrap();
        File::options()
            .write(true)
            .open(code.join("lib/a.js"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert_eq!(package.changed(), Some(later));
    }

    #[test]
    fn a_zip_may_be_of_a_function_with_an_interpreter_and_does_not_become_one_with_a_bootstrap() {
        let folder = tempfile::tempdir().unwrap();
        let (path, cache) = (folder.path().join("a.zip"), folder.path().join("cache"));
        zip(&path, &[("index.js", b"", 0o644), ("lib/a.js", b"", 0o644)]);
        let package = Package::open(&path, Accepted::Zip).unwrap();
        assert!(package.contains("index.js") && package.contains("lib") && !package.contains("li"));
        let unpacked = package.unpack(&cache, Content::Any).unwrap();
        assert!(unpacked.join("lib/a.js").is_file() && package.changed().is_none());
        let error = package.unpack(&cache, Content::Bootstrap).unwrap_err();
        assert_eq!(
            format!("{error:#}").replace(&path.display().to_string(), "a.zip"),
            "can't unpack `a.zip`: missing `bootstrap`"
        );
        assert_eq!(package.unpack(&cache, Content::Any).unwrap(), unpacked);
    }
}
