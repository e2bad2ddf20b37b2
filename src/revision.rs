//! The two sides of a review: a file, what git has at a revision, or the project as it lies there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use portcullis_foreign_text::{shell, words};
use portcullis_generator::own_files::{Tree, TreeFile, installed_folder, is_terraform};
use walkdir::WalkDir;

use crate::failure::{Failure, Outcome};
use crate::project::SPEC;

/// Branches that a pull request usually goes to, in the order in which they are tried.
const MAIN_BRANCHES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// The folder of the generated tree.
const TREE: &str = "terraform";

/// One side of a review.
#[derive(Debug, Clone, PartialEq)]
pub enum Revision {
    /// A spec of its own.
    File(PathBuf),
    /// A commit, with the name that it is shown by.
    Commit {
        /// Such as `main`.
        name: String,
        /// Its hash.
        commit: String,
    },
    /// The project's folder, saved or not.
    WorkingTree,
}

impl Revision {
    /// What is reviewed: a file or a revision that was named, or the project as it lies there.
    pub fn head(root: &Path, chosen: Option<&str>) -> Outcome<Self> {
        match chosen {
            None => Ok(Self::WorkingTree),
            Some(chosen) => Self::named(root, chosen),
        }
    }

    /// What it is compared with: a file that was named, or the last commit that the head has in common with a
    /// revision; of none is named, with the main branch, and on the main branch itself with its last commit.
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
                "there is nothing to compare `{}` with: git has no commit here",
                root.display()
            ))
            .hint("name a spec: `--base FILE`"));
        };
        let main = MAIN_BRANCHES.into_iter().find_map(|branch| {
            let tip = commit_of(root, branch)?;
            let common = merge_base(root, &tip, &head_commit);
            Some((branch, common.unwrap_or(tip)))
        });
        if main.is_none() && git(root, ["rev-parse", "--is-shallow-repository"])?.trim() == "true" {
            return Err(Failure::input(
                "this clone is shallow and has no main branch: there is nothing to compare with but the last commit itself",
            )
            .hint("fetch the branch that it goes to, or name what to compare with: `--base REV|FILE`"));
        }
        if let (Some((branch, common)), Self::Commit { name, .. }) = (&main, head)
            && *common == head_commit
        {
            return Err(Failure::input(format!(
                "`{name}` is part of `{branch}`: there is nothing to compare it with but itself"
            ))
            .hint(format!(
                "name what to compare it with: `--base {}`",
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
        // A file that a change brings along, called `HEAD^` or `main`, must not stand in for the revision.
        match (Path::new(text).is_file(), commit_of(root, text)) {
            (true, Some(_)) => Err(Failure::input(format!(
                "{} is a file and a revision of git",
                words::code(text)
            ))
            .hint(format!(
                "name the file {}, or the revision by its whole name, such as {}",
                words::code(&format!("./{text}")),
                words::code(&format!("refs/heads/{text}"))
            ))),
            (true, None) => Ok(Self::File(text.into())),
            (false, Some(commit)) => Ok(Self::Commit {
                name: text.into(),
                commit,
            }),
            (false, None) => Err(Failure::input(format!(
                "{} is neither a file nor a revision of git",
                words::code(text)
            ))
            .hint("name a spec's file, a branch, a tag or a commit; of a shallow clone, fetch it first")),
        }
    }

    /// What it is called in a report.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => words::line(&path.display().to_string()),
            Self::Commit { name, .. } => name.clone(),
            Self::WorkingTree => SPEC.into(),
        }
    }

    /// The text of the spec; none where there is none.
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

    /// The specs of other folders that this revision has and the head does not, by their paths in the repository: where
    /// the project may have been.
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

    /// Terraform's files of the generated tree, by their path below `terraform/`; none beside a spec that is a file of its
    /// own.
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

/// What git has of Terraform's own folders in its index: `terraform init` makes them, so a committed one stands in for
/// what it would make. Without git there is none.
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

/// A path below the tree, of one below the project.
fn below_tree(path: &str) -> Option<&str> {
    path.strip_prefix(TREE)?.strip_prefix('/')
}

fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| {
        let path = words::code(&path.display().to_string());
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

/// What git prints.
fn git<S: AsRef<OsStr>>(root: &Path, arguments: impl IntoIterator<Item = S>) -> Outcome<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Failure::tool(format!("can't start `git`: {error}"))
                .hint("install it, or name two files: `--base FILE --head FILE`")
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::tool(format!("git says no: {}", said.trim())));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::input("git has a text here that is not UTF-8").hint("a spec is UTF-8"))
}
