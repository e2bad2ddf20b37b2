//! The tools that the project brings along: moto, cargo-lambda (with zig) and, where the machine has none, the AWS
//! CLI. They live in one Python venv, `.portcullis/tools/venv`, and are installed by the first command that needs
//! them, each release pinned with its hashes (`src/tools/*.txt`; `src/tools/compile.sh` refreshes them).
//!
//! - A **stamp** per tool, inside the venv, is the hash of the requirements it was installed from. Nothing is done
//!   while it matches, so that a call costs a few reads.
//! - A venv knows where it was made: its scripts name its interpreter by an absolute path, and its packages are of
//!   one Python version. The **origin** noted beside the stamps holds both; a venv whose folder moved or whose
//!   Python went or changed is made anew.
//! - One process installs at a time: a file lock, which the death of its holder releases. What it left half done
//!   has no stamp and is done again.
//!
//! Nothing of the user's environment is changed, and pip's configuration (`PIP_*`, `pip.conf`) is honoured but for
//! where to install.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use portcullis_foreign_text::words::hex;
use sha2::{Digest, Sha256};

use crate::{lock, talk};

/// The oldest Python that the pinned releases run on.
const PYTHON: (u32, u32) = (3, 10);

/// How many of pip's last lines an error quotes.
const PIP_LINES: usize = 12;

/// What one tool is installed from.
#[derive(Debug, Clone, Copy)]
struct Requirements {
    /// The name of the tool, of its requirement file and of its stamp.
    name: &'static str,
    /// pip's requirement format: every release pinned, with hashes.
    text: &'static str,
}

const MOTO: Requirements = Requirements {
    name: "moto",
    text: include_str!("tools/moto.txt"),
};
const CARGO_LAMBDA: Requirements = Requirements {
    name: "cargo-lambda",
    text: include_str!("tools/cargo-lambda.txt"),
};
const AWS: Requirements = Requirements {
    name: "aws",
    text: include_str!("tools/aws.txt"),
};

/// The tools of one project.
#[derive(Debug, Clone)]
pub struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// The tools of the project whose root folder this is. Nothing is installed yet.
    pub fn new(project: &Path) -> Self {
        Self {
            folder: project.join(".portcullis/tools"),
        }
    }

    /// The Python interpreter that has moto, installed when missing.
    pub fn moto(&self) -> Result<PathBuf> {
        self.install(MOTO)?;
        Ok(self.bin("python"))
    }

    /// The program `cargo-lambda`, installed when missing; the Python beside it has zig.
    pub fn cargo_lambda(&self) -> Result<PathBuf> {
        self.install(CARGO_LAMBDA)?;
        Ok(self.bin("cargo-lambda"))
    }

    /// The AWS CLI: the `aws` of the PATH, of whatever version, or else ours, installed when missing.
    pub fn aws(&self) -> Result<PathBuf> {
        if let Some(theirs) = std::env::var_os("PATH").and_then(|path| find_program("aws", &path)) {
            return Ok(theirs);
        }
        self.install(AWS)?;
        Ok(self.bin("aws"))
    }

    fn venv(&self) -> PathBuf {
        self.folder.join("venv")
    }

    fn bin(&self, program: &str) -> PathBuf {
        self.venv().join("bin").join(program)
    }

    fn stamp(&self, requirements: Requirements) -> PathBuf {
        self.venv().join("portcullis").join(requirements.name)
    }

    fn is_installed(&self, requirements: Requirements) -> bool {
        self.is_sound()
            && std::fs::read_to_string(self.stamp(requirements))
                .is_ok_and(|stamp| stamp == hash(requirements.text))
    }

    /// Whether there is a venv, and it was made at this place by the Python that is there now.
    fn is_sound(&self) -> bool {
        self.origin().is_ok_and(|origin| {
            std::fs::read_to_string(self.origin_path()).is_ok_and(|recorded| recorded == origin)
        })
    }

    fn origin_path(&self) -> PathBuf {
        self.venv().join("portcullis/origin")
    }

    /// Where the venv stands and what its interpreter, a chain of links, ends at: `…/python3.12` says the version.
    fn origin(&self) -> Result<String> {
        let resolve = |path: PathBuf| {
            std::fs::canonicalize(&path).with_context(|| format!("cannot resolve `{}`", path.display()))
        };
        Ok(format!(
            "{}\n{}\n",
            resolve(self.venv())?.display(),
            resolve(self.bin("python"))?.display()
        ))
    }

    fn install(&self, requirements: Requirements) -> Result<()> {
        if self.is_installed(requirements) {
            return Ok(());
        }
        let _lock = self.lock()?;
        // Another process may have done it while this one waited.
        if self.is_installed(requirements) {
            return Ok(());
        }
        if !self.is_sound() {
            self.make_venv()?;
        }
        self.pip_install(requirements)?;
        write(&self.stamp(requirements), &hash(requirements.text))
    }

    /// Waits until no other process installs here.
    fn lock(&self) -> Result<File> {
        lock::exclusive(
            &self.folder.join("lock"),
            &format!(
                "another command that installs tools into `{}`",
                self.folder.display()
            ),
        )
    }

    fn make_venv(&self) -> Result<()> {
        let venv = self.venv();
        check_python()?;
        if venv.exists() {
            talk::say(format_args!(
                "Making `{}` anew: it was moved, or its Python changed",
                venv.display()
            ));
            std::fs::remove_dir_all(&venv)
                .with_context(|| format!("cannot remove the broken `{}`", venv.display()))?;
        } else {
            talk::say(format_args!("Making the Python venv `{}`", venv.display()));
        }
        let output = Command::new("python3")
            .args(["-I", "-m", "venv"])
            .arg(&venv)
            .stdin(Stdio::null())
            .output()
            .context("cannot start `python3`")?;
        if !output.status.success() {
            // Python reports a missing ensurepip only after it made half a venv.
            let _ = std::fs::remove_dir_all(&venv);
            bail!(explain_venv_failure(&output));
        }
        let notes = venv.join("portcullis");
        std::fs::create_dir(&notes)
            .with_context(|| format!("cannot make the folder `{}`", notes.display()))?;
        write(&self.origin_path(), &self.origin()?)
    }

    fn pip_install(&self, requirements: Requirements) -> Result<()> {
        let name = requirements.name;
        let file = self.folder.join(format!("{name}.txt"));
        write(&file, requirements.text)?;
        talk::say(format_args!(
            "Installing {} into `{}`",
            headline(requirements),
            self.venv().display()
        ));
        let began = Instant::now();
        let mut child = Command::new(self.bin("python"))
            .args(["-I", "-m", "pip", "install", "--require-hashes", "--no-deps"])
            .args([
                "--only-binary",
                ":all:",
                "--no-input",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&file)
            // The user's configuration says where packages come from; where they go is the venv.
            .env("PIP_USER", "0")
            .env_remove("PIP_TARGET")
            .env_remove("PIP_PREFIX")
            .env_remove("PIP_ROOT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", self.bin("python").display()))?;

        let mut stderr = child.stderr.take().context("pip has no standard error")?;
        let errors = thread::spawn(move || {
            let mut bytes = Vec::new();
            // What could not be read is missing from the quote, no more.
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut said = Vec::new();
        let stdout = child.stdout.take().context("pip has no standard output")?;
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Megabytes are what takes time.
            if line.trim_start().starts_with("Downloading") && line.ends_with(" MB)") {
                talk::say(format_args!("  {}", line.trim()));
            }
            said.push(line);
        }
        let status = child.wait().context("cannot wait for pip")?;
        let errors = errors.join().unwrap_or_default();
        if !status.success() {
            said.extend(errors.lines().map(str::to_owned));
            bail!(
                "pip could not install {name} ({status}); it said\n{}\n\nIt read `{}` and its own configuration \
                 (`pip config list`, `PIP_INDEX_URL`, `PIP_CERT`). Once that is mended, run the command again",
                last_lines(&said.join("\n")),
                file.display()
            );
        }
        talk::say(format_args!(
            "Installed {name} in {:.0} s",
            began.elapsed().as_secs_f32()
        ));
        Ok(())
    }
}

/// `moto 5.2.5`: the release of the tool itself, out of its requirements.
fn headline(requirements: Requirements) -> String {
    let package = if requirements.name == AWS.name {
        "awscli"
    } else {
        requirements.name
    };
    let version = requirements.text.lines().find_map(|line| {
        line.strip_prefix(package)?
            .strip_prefix("==")?
            .split_whitespace()
            .next()
    });
    [package, version.unwrap_or_default()].join(" ")
}

/// An executable file of this name in one of the folders of a PATH.
fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(name))
        .find(|candidate| {
            candidate
                .metadata()
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        })
}

/// Refuses a Python that is missing or too old, before it makes a venv that pip finds nothing for.
fn check_python() -> Result<()> {
    let (major, minor) = PYTHON;
    let wanted = format!(
        "Python {major}.{minor} or newer, with its `venv` module (Debian: `apt install python3-venv`)"
    );
    let output = Command::new("python3")
        .args([
            "-I",
            "-c",
            "import sys; print(sys.version_info[0], sys.version_info[1])",
        ])
        .stdin(Stdio::null())
        .output();
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("`python3` is not on the PATH: install {wanted}")
        }
        other => other.context("cannot start `python3`")?,
    };
    match version(&String::from_utf8_lossy(&output.stdout)) {
        Some(found) if found >= PYTHON => Ok(()),
        Some((major, minor)) => {
            bail!("`python3` on the PATH is {major}.{minor}, which is too old: install {wanted}")
        }
        None => bail!(
            "`python3` on the PATH does not run ({}): install {wanted}\n{}",
            output.status,
            last_lines(&String::from_utf8_lossy(&output.stderr))
        ),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn explain_venv_failure(output: &Output) -> anyhow::Error {
    let said = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat();
    if said.contains("ensurepip") || said.contains("No module named venv") {
        return anyhow!(
            "`python3` cannot make a venv, because its `venv` module is not installed: install it (Debian: \
             `apt install python3-venv`) and run the command again"
        );
    }
    anyhow!(
        "`python3 -m venv` failed ({}); it said\n{}",
        output.status,
        last_lines(&said)
    )
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(PIP_LINES)..].join("\n")
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

    /// A package without dependencies, small enough to be installed in a test.
    const SIX: Requirements = Requirements {
        name: "six",
        text: "six==1.17.0 --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274\n",
    };

    #[test]
    fn a_tool_is_installed_once_and_again_when_the_folder_moved() {
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools::new(&folder.path().join("first"));
        // Two at once: one installs, the other waits for it.
        thread::scope(|scope| {
            let both = [
                scope.spawn(|| tools.install(SIX)),
                scope.spawn(|| tools.install(SIX)),
            ];
            both.into_iter().for_each(|one| one.join().unwrap().unwrap());
        });
        let import = |tools: &Tools| {
            Command::new(tools.bin("python"))
                .args(["-I", "-c", "import six"])
                .status()
                .unwrap()
                .success()
        };
        assert!(import(&tools));
        // A second call does nothing: not even what it would have to do is there.
        std::fs::remove_file(tools.folder.join("six.txt")).unwrap();
        tools.install(SIX).unwrap();
        assert!(!tools.folder.join("six.txt").exists());

        std::fs::rename(folder.path().join("first"), folder.path().join("second")).unwrap();
        let moved = Tools::new(&folder.path().join("second"));
        assert!(!moved.is_sound());
        moved.install(SIX).unwrap();
        assert!(moved.is_sound() && import(&moved));

        // A Python that went: the link leads nowhere.
        std::fs::remove_file(moved.bin("python")).unwrap();
        std::os::unix::fs::symlink("/nowhere/python3", moved.bin("python")).unwrap();
        assert!(!moved.is_installed(SIX));

        // Other requirements: the stamp no longer matches.
        let wrong = Requirements {
            name: "six",
            text: concat!("six==1.17.0 --hash=sha256:", "0000"),
        };
        assert!(!moved.is_installed(wrong));
    }

    #[test]
    fn a_hash_that_does_not_match_is_reported_with_what_pip_said() {
        const WRONG: Requirements = Requirements {
            name: "six",
            text: "six==1.17.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
        };
        let folder = tempfile::tempdir().unwrap();
        let tools = Tools::new(folder.path());
        let error = tools.install(WRONG).unwrap_err().to_string();
        assert!(
            error.starts_with("pip could not install six (exit status: 1); it said\n"),
            "{error}"
        );
        assert!(
            error.contains("THESE PACKAGES DO NOT MATCH THE HASHES"),
            "{error}"
        );
        assert!(error.ends_with("run the command again"), "{error}");
        assert!(tools.is_sound() && !tools.is_installed(WRONG));
    }

    #[test]
    fn every_requirement_is_pinned_with_hashes_and_names_no_index() {
        for requirements in [MOTO, CARGO_LAMBDA, AWS] {
            let mut hashes = 0;
            for line in requirements.text.lines() {
                let line = line.trim().trim_end_matches(" \\");
                if let Some(hash) = line.strip_prefix("--hash=sha256:") {
                    assert_eq!(hash.len(), 64, "{line}");
                    hashes += 1;
                } else {
                    assert!(
                        line.contains("==") && !line.contains("://") && !line.starts_with('-'),
                        "{line}"
                    );
                }
            }
            assert!(hashes > 0, "{}", requirements.name);
        }
    }

    #[test]
    fn the_tools_agree_on_what_they_share() {
        let mut pins = BTreeMap::new();
        let releases = [MOTO, CARGO_LAMBDA, AWS]
            .iter()
            .flat_map(|requirements| requirements.text.lines())
            .filter(|line| line.contains("=="));
        for line in releases {
            let (package, version) = line.trim_end_matches(" \\").split_once("==").unwrap();
            // A package may be pinned twice, for Pythons that the marker tells apart.
            let marker = version.split_once(';').map(|(_, marker)| marker);
            let before = pins.insert((package, marker), version);
            assert!(
                before.is_none_or(|before| before == version),
                "{package}: {before:?} and {version}"
            );
        }
        assert!(pins.contains_key(&("botocore", None)));
    }

    #[test]
    fn the_headline_names_the_release() {
        assert_eq!(headline(MOTO), "moto 5.2.5");
        assert_eq!(headline(CARGO_LAMBDA), "cargo-lambda 1.9.2");
        assert!(headline(AWS).starts_with("awscli 1."));
    }

    #[test]
    fn a_program_is_found_only_where_it_can_be_executed() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        for (folder, mode) in [(&first, 0o644), (&second, 0o755)] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("aws"), "").unwrap();
            std::fs::set_permissions(folder.join("aws"), PermissionsExt::from_mode(mode)).unwrap();
        }
        let path = std::env::join_paths([&first, &second]).unwrap();
        assert_eq!(find_program("aws", &path), Some(second.join("aws")));
        assert_eq!(find_program("terraform", &path), None);
    }

    #[test]
    fn a_missing_venv_module_says_what_to_install() {
        let output = Output {
            status: ExitStatus::from_raw(256),
            stdout:
                b"The virtual environment was not created successfully because ensurepip is not\navailable."
                    .to_vec(),
            stderr: Vec::new(),
        };
        assert_eq!(
            explain_venv_failure(&output).to_string(),
            "`python3` cannot make a venv, because its `venv` module is not installed: install it (Debian: \
             `apt install python3-venv`) and run the command again"
        );
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("3 9\n").unwrap() < PYTHON);
        assert!(version("3 10\n").unwrap() >= PYTHON);
        assert_eq!(version(""), None);
    }
}
