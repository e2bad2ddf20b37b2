//! The two sides of a review: a file, a Git revision, or the working tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use portcullis_foreign_text::{printable, shell};
use portcullis_generator::own_files::{Tree, TreeFile, installed_folder, is_terraform};
use walkdir::WalkDir;

use crate::announced::Announced;
use crate::failure::{Failure, Outcome};
use crate::project::SPEC;

/// Branches that a pull request usually goes to, in the order in which they are tried.
const MAIN_BRANCHES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// The folder of the generated files.
const TREE: &str = "terraform";

/// One side of a review.
#[derive(Debug, Clone, PartialEq)]
pub enum Revision {
    /// A spec file.
    File(PathBuf),
    /// A commit, with its name in reports.
    Commit {
        /// Such as `main`.
        name: String,
        /// Its hash.
        commit: String,
    },
    /// The project's folder, committed or not.
    WorkingTree,
}

impl Revision {
    /// Returns the head of a review: the given file or revision, or the working tree.
    pub fn head(root: &Path, chosen: Option<&str>) -> Outcome<Self> {
        match chosen {
            None => Ok(Self::WorkingTree),
            Some(chosen) => Self::named(root, chosen),
        }
    }

    /// Returns the base of a review: the given file, or the merge base of the head and a revision. The default revision is
    /// the main branch, and on the main branch its last commit.
    pub fn base(root: &Path, chosen: Option<&str>, head: &Self) -> Outcome<Self> {
        let head_commit = match head {
            Self::Commit { commit, .. } => commit.clone(),
            _ => "HEAD".into(),
        };
        if let Some(chosen) = chosen {
            let named = Self::named(root, chosen)?;
            let Self::Commit { name, commit } = &named else {
                return Ok(named);
            };
            // Without common history, as in a shallow clone, the revision itself is all there is. It is also what counts
            // on the way back: a commit that it contains has in common with it what it is itself.
            return Ok(match merge_base(root, commit, &head_commit) {
                Some(common) if common != head_commit => Self::Commit {
                    name: name.clone(),
                    commit: common,
                },
                _ => named,
            });
        }
        let Some(last) = commit_of(root, "HEAD") else {
            return Err(Failure::input(format!(
                "missing base: `{}` has no Git commit to compare with",
                root.display()
            ))
            .help("name a spec file: `--base FILE`"));
        };
        let main = MAIN_BRANCHES.into_iter().find_map(|branch| {
            let tip = commit_of(root, branch)?;
            let common = merge_base(root, &tip, &head_commit);
            Some((branch, common.unwrap_or(tip)))
        });
        if main.is_none() && git(root, ["rev-parse", "--is-shallow-repository"])?.trim() == "true" {
            return Err(
                Failure::input("missing base: this clone is shallow and has no main branch")
                    .help("fetch the target branch, or name a base: `--base REV|FILE`"),
            );
        }
        if let (Some((branch, common)), Self::Commit { name, .. }) = (&main, head)
            && *common == head_commit
        {
            return Err(Failure::input(format!(
                "missing base: `{name}` is part of `{branch}`, so it would be compared with itself"
            ))
            .help(format!(
                "name a base: `--base {}`",
                shell::word(&format!("{name}^"))
            )));
        }
        Ok(match main {
            Some((branch, common)) if common != last || *head != Self::WorkingTree => Self::Commit {
                name: branch.into(),
                commit: common,
            },
            _ => Self::Commit {
                name: "HEAD".into(),
                commit: last,
            },
        })
    }

    fn named(root: &Path, text: &str) -> Outcome<Self> {
        // A file called `HEAD^` or `main`, which a change adds, must not replace the revision.
        match (Path::new(text).is_file(), commit_of(root, text)) {
            (true, Some(_)) => Err(Failure::input(format!(
                "{} is ambiguous: it is a file and a Git revision",
                printable::code(text)
            ))
            .help(format!(
                "write {} for the file, or the full name of the revision, such as {}",
                printable::code(&format!("./{text}")),
                printable::code(&format!("refs/heads/{text}"))
            ))),
            (true, None) => Ok(Self::File(text.into())),
            (false, Some(commit)) => Ok(Self::Commit {
                name: text.into(),
                commit,
            }),
            (false, None) => Err(Failure::input(format!(
                "unknown file or Git revision {}",
                printable::code(text)
            ))
            .help("name a spec file, a branch, a tag or a commit. In a shallow clone, fetch it first")),
        }
    }

    /// Returns its name in reports.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => printable::line(&path.display().to_string()),
            Self::Commit { name, .. } => name.clone(),
            Self::WorkingTree => SPEC.into(),
        }
    }

    /// Returns the text of the spec, if there is one.
    pub fn spec(&self, root: &Path) -> Outcome<Option<String>> {
        match self {
            Self::File(path) => read(path).map(Some),
            Self::WorkingTree => {
                let path = root.join(SPEC);
                if path.exists() {
                    read(&path).map(Some)
                } else {
                    Ok(None)
                }
            }
            Self::Commit { commit, .. } => {
                // `./` makes the path one below the folder that git runs in.
                let listed = git(root, ["ls-tree", "--name-only", commit, &format!("./{SPEC}")])?;
                if listed.trim().is_empty() {
                    return Ok(None);
                }
                git(root, ["show", &format!("{commit}:./{SPEC}")]).map(Some)
            }
        }
    }

    /// Returns the paths of specs in other folders that this revision has and the head doesn't. The project may have moved
    /// from there.
    pub fn specs_gone(&self, root: &Path, head: &Self) -> Outcome<Vec<String>> {
        let Self::Commit { commit, .. } = self else {
            return Ok(Vec::new());
        };
        let specs = |commit: &str| -> Outcome<Vec<String>> {
            let listed = git(
                root,
                ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit],
            )?;
            let is_spec = |path: &&str| Path::new(path).file_name() == Some(OsStr::new(SPEC));
            Ok(listed.split('\0').filter(is_spec).map(String::from).collect())
        };
        let mut gone = specs(commit)?;
        match head {
            Self::File(_) => gone.clear(),
            Self::Commit { commit, .. } => {
                let kept = specs(commit)?;
                gone.retain(|path| !kept.contains(path));
            }
            Self::WorkingTree => {
                let top = git(root, ["rev-parse", "--show-toplevel"])?;
                let top = Path::new(top.trim_end_matches('\n'));
                gone.retain(|path| !top.join(path).exists());
            }
        }
        Ok(gone)
    }

    /// Returns Terraform's files by their path below `terraform/`; none for a spec file.
    pub fn tree(&self, root: &Path) -> Outcome<Tree> {
        match self {
            Self::File(_) => Ok(Tree::new()),
            Self::WorkingTree => {
                let mut tree = tree_on_disk(&root.join(TREE))?;
                if !tree.is_empty() {
                    tree.extend(committed_installations(root));
                }
                Ok(tree)
            }
            Self::Commit { commit, .. } => tree_of(root, commit),
        }
    }
}

fn tree_on_disk(folder: &Path) -> Outcome<Tree> {
    let mut tree = Tree::new();
    let entries = WalkDir::new(folder).min_depth(1).into_iter();
    // Terraform's own folders hold copies of modules.
    let entries = entries.filter_entry(|entry| entry.file_name() != ".terraform");
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let path = path.to_string_lossy().into_owned();
        if let Some(installed) = installed_folder(&path) {
            tree.insert(installed.into(), TreeFile::Installed);
        } else if entry.file_type().is_symlink() {
            tree.insert(path, TreeFile::Link);
        } else if entry.file_type().is_file() && is_terraform(&path) {
            tree.insert(path, read(entry.path())?.into());
        }
    }
    Ok(tree)
}

/// Returns Terraform's own folders that Git tracks. `terraform init` creates such folders, so a committed one replaces its
/// contents. Without Git there are none.
fn committed_installations(root: &Path) -> Tree {
    let listed = git(root, ["ls-files", "-z", "--", TREE]).unwrap_or_default();
    let below = listed.split_terminator('\0').filter_map(below_tree);
    let folders = below.filter_map(installed_folder);
    folders
        .map(|folder| (folder.into(), TreeFile::Installed))
        .collect()
}

fn tree_of(root: &Path, commit: &str) -> Outcome<Tree> {
    // Paths are printed from there, too.
    let listed = git(root, ["ls-tree", "-r", "-z", commit, &format!("./{TREE}/")])?;
    let mut tree = Tree::new();
    for line in listed.split_terminator('\0') {
        // `MODE TYPE OBJECT<tab>PATH`
        let Some((about, path)) = line.split_once('\t') else {
            continue;
        };
        let below = below_tree(path).unwrap_or(path);
        let is_file = about.starts_with("100");
        if let Some(installed) = installed_folder(below) {
            tree.insert(installed.into(), TreeFile::Installed);
        } else if !is_file {
            tree.insert(below.into(), TreeFile::Link);
        } else if is_terraform(below) {
            let text = git(root, ["show", &format!("{commit}:./{path}")])?;
            tree.insert(below.into(), text.into());
        }
    }
    Ok(tree)
}

/// Returns the path below `terraform/` of a path below the project.
fn below_tree(path: &str) -> Option<&str> {
    path.strip_prefix(TREE)?.strip_prefix('/')
}

fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = printable::code(&path.display().to_string());
        Failure::input(format!("can't read {path}: {error}"))
    })
}

fn commit_of(root: &Path, revision: &str) -> Option<String> {
    let wanted = format!("{revision}^{{commit}}");
    let found = git(
        root,
        ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted],
    );
    Some(found.ok()?.trim().to_string())
}

fn merge_base(root: &Path, one: &str, other: &str) -> Option<String> {
    Some(git(root, ["merge-base", one, other]).ok()?.trim().to_string())
}

/// Returns the output of Git.
fn git<S: AsRef<OsStr>>(root: &Path, arguments: impl IntoIterator<Item = S>) -> Outcome<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .announced()
        .output()
        .map_err(|error| {
            Failure::tool(format!("can't start `git`: {error}"))
                .help("install Git, or name two files: `--base FILE --head FILE`")
        })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool(format!("`git` failed: {}", stderr.trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| {
        Failure::input("the output of `git` must be UTF-8")
            .help("save the spec and the files in `terraform/` as UTF-8")
    })
}
