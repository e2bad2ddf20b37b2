//! Watches the sources of a project: the spec and the functions' workspace.
//!
//! The system's messages only wake this module, and the contents of the files decide what was saved. So editors may
//! save in place or by renaming a file, and may leave other files beside the sources. A message can be missed: not
//! every file system sends them, and a replaced folder takes its watch with it. Therefore this module also looks once a
//! second.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::failure::{OrFail, Outcome};
use crate::project::{Project, SPEC};

/// Time without a message after which a save counts as complete. An editor renames within it.
const QUIET: Duration = Duration::from_millis(20);
/// Time limit of one save. A file that never comes to rest is not a source.
const SAVE: Duration = Duration::from_millis(200);
/// Interval of looks without a message.
const LOOK: Duration = Duration::from_secs(1);

/// The sources of a project.
pub struct Sources {
    root: PathBuf,
    functions: PathBuf,
    watcher: RecommendedWatcher,
    messages: Receiver<Instant>,
    seen: BTreeMap<PathBuf, Vec<u8>>,
}

/// A save.
pub struct Saved {
    /// The time of its first message, or of the call that waited for it.
    pub at: Instant,
    /// The files that were changed, made or deleted, below the project's folder.
    pub paths: Vec<PathBuf>,
}

impl Sources {
    /// The sources as they are now.
    pub fn of(project: &Project) -> Outcome<Self> {
        let (sender, messages) = channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| writes(event.kind)) {
                // The receiver is gone if the command ends.
                _ = sender.send(Instant::now());
            }
        });
        let mut sources = Self {
            root: project.root().to_path_buf(),
            functions: project.functions(),
            watcher: watcher.or_tool()?,
            messages,
            seen: BTreeMap::new(),
        };
        sources.watch();
        sources.seen = sources.look();
        Ok(sources)
    }

    /// Waits until something is saved that was not so the last time.
    pub fn next(&mut self) -> Outcome<Saved> {
        let asked = Instant::now();
        loop {
            let at = match self.messages.recv_timeout(LOOK) {
                Ok(at) => at,
                Err(RecvTimeoutError::Timeout) => Instant::now(),
                error => error.or_tool()?,
            };
            let deadline = Instant::now() + SAVE;
            while Instant::now() < deadline && self.messages.recv_timeout(QUIET).is_ok() {}
            self.watch();
            let now = self.look();
            let changed = now
                .iter()
                .filter(|(path, hash)| self.seen.get(*path) != Some(*hash));
            let deleted = self.seen.iter().filter(|(path, _)| !now.contains_key(*path));
            let paths: Vec<PathBuf> = changed.chain(deleted).map(|(path, _)| path.clone()).collect();
            self.seen = now;
            if !paths.is_empty() {
                let at = at.max(asked);
                return Ok(Saved { at, paths });
            }
        }
    }

    /// Watches every folder that is there now, but what cargo writes to. One that cannot be watched is looked at.
    fn watch(&mut self) {
        _ = self.watcher.watch(&self.root, RecursiveMode::NonRecursive);
        _ = self.watcher.watch(&self.functions, RecursiveMode::NonRecursive);
        let crates = WalkDir::new(&self.functions).max_depth(1).min_depth(1);
        for folder in crates.into_iter().filter_entry(is_source).flatten() {
            if folder.file_type().is_dir() {
                _ = self.watcher.watch(folder.path(), RecursiveMode::Recursive);
            }
        }
    }

    /// Each file with the hash of what it holds. One that vanishes meanwhile is not there.
    fn look(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let functions = WalkDir::new(&self.functions)
            .into_iter()
            .filter_entry(is_source)
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(DirEntry::into_path);
        functions
            .chain([self.root.join(SPEC)])
            .filter_map(|path| {
                let hash = Sha256::digest(fs::read(&path).ok()?).to_vec();
                Some((path.strip_prefix(&self.root).unwrap_or(&path).to_path_buf(), hash))
            })
            .collect()
    }
}

/// Returns whether something below the functions' folder can be a source: not what cargo builds there, and not what
/// editors and Git keep beside.
fn is_source(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let hidden = name.starts_with('.') && name != ".cargo";
    entry.depth() == 0 || !(hidden || name.ends_with('~') || entry.depth() == 1 && name == "target")
}

fn writes(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("functions/open/src")).unwrap();
        fs::create_dir_all(folder.path().join("functions/target")).unwrap();
        fs::write(folder.path().join(SPEC), "").unwrap();
        fs::write(folder.path().join("functions/open/src/main.rs"), "").unwrap();
        let project = Project::open(folder.path()).unwrap();
        let sources = Sources::of(&project).unwrap();
        (folder, sources)
    }

    fn next(sources: &mut Sources) -> Vec<String> {
        let saved = sources.next().unwrap();
        assert!(saved.at <= Instant::now());
        saved
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn a_file_is_saved_in_place_by_a_rename_in_a_new_folder_and_by_its_end() {
        let (folder, mut sources) = project();
        let path = |name: &str| folder.path().join(name);
        let main = "functions/open/src/main.rs";
        fs::write(path(main), "fn main() {}").unwrap();
        assert_eq!(next(&mut sources), [main]);

        fs::write(path("functions/open/src/.main.rs.new"), "fn main() { }").unwrap();
        fs::rename(path("functions/open/src/.main.rs.new"), path(main)).unwrap();
        assert_eq!(next(&mut sources), [main]);

        fs::write(path("portcullis.new"), "[service]").unwrap();
        fs::rename(path("portcullis.new"), path(SPEC)).unwrap();
        assert_eq!(next(&mut sources), [SPEC]);

        fs::create_dir_all(path("functions/other/src")).unwrap();
        fs::write(path("functions/other/src/main.rs"), "").unwrap();
        assert_eq!(next(&mut sources), ["functions/other/src/main.rs"]);

        fs::remove_file(path(main)).unwrap();
        assert_eq!(next(&mut sources), [main]);
    }

    #[test]
    fn other_files_and_unchanged_sources_are_ignored() {
        let (folder, mut sources) = project();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let main = "functions/open/src/main.rs";
        write("functions/target/made", "by cargo");
        write("functions/open/src/.main.rs.swp", "an editor's");
        write("functions/open/src/main.rs~", "a copy");
        write("README.md", "another file");
        write(main, "");
        std::thread::sleep(2 * LOOK);
        write(main, "the one");
        assert_eq!(next(&mut sources), [main]);
    }

    #[test]
    fn a_folder_that_was_replaced_is_still_seen() {
        let (folder, mut sources) = project();
        let main = "functions/open/src/main.rs";
        for text in ["one", "two", "three"] {
            fs::remove_dir_all(folder.path().join("functions/open")).unwrap();
            fs::create_dir_all(folder.path().join("functions/open/src")).unwrap();
            fs::write(folder.path().join(main), text).unwrap();
            assert_eq!(next(&mut sources), [main]);
        }
    }
}
