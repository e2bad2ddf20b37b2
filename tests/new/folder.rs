//! A folder in which `portcullis` runs without a terminal.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use portcullis_test_support::in_time::InTime;
use tempfile::TempDir;

pub const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// An empty folder outside of this repository.
pub struct Folder(TempDir);

/// The end of a command.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// `portcullis` in a folder below.
    pub fn portcullis(&self, below: &str, arguments: &[&str]) -> Ended {
        let mut portcullis = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        portcullis.args(arguments).current_dir(self.path(below));
        let output = portcullis.stdin(Stdio::null()).output_in_time().unwrap();
        Ended {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// A new service in the folder `service`.
    #[track_caller]
    pub fn service(&self, arguments: &[&str]) -> BTreeMap<String, (String, bool)> {
        let ended = self.portcullis("", &[&["new", "service"], arguments].concat());
        assert_eq!((ended.code, &*ended.stdout), (0, ""), "{}", ended.stderr);
        let files = files(&self.path("service"));
        let counted = format!("{} files", files.len());
        assert!(ended.stderr.contains(&counted), "{counted}: {}", ended.stderr);
        files
    }
}

/// The files below a folder: the text of each, and whether it may be run.
pub fn files(folder: &Path) -> BTreeMap<String, (String, bool)> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap();
            (path.to_str().unwrap().to_owned(), file(entry.path()))
        })
        .collect()
}

/// The text of a file, and whether it may be run.
pub fn file(path: &Path) -> (String, bool) {
    let mode = fs::metadata(path).unwrap().permissions().mode();
    (fs::read_to_string(path).unwrap(), mode & 0o111 != 0)
}

/// The files of this repository below some paths, as Git knows them.
pub fn tracked(below: &[&str]) -> Vec<String> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    let output = git.args(below).current_dir(REPOSITORY).output_in_time().unwrap();
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    let files = listed.split_terminator('\0').map(str::to_owned);
    // Git still lists what was deleted and not committed. A link to a folder is not a file.
    files
        .filter(|file| Path::new(REPOSITORY).join(file).is_file())
        .collect()
}
