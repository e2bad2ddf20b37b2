//! Creates the venv, and installs into it with pip.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};

use super::{Requirements, Tools, headline, write};
use crate::announced::Announced;
use crate::talk;

/// The oldest Python that the pinned releases run on.
const PYTHON: (u32, u32) = (3, 10);

/// Number of pip's last lines that an error quotes.
const PIP_LINES: usize = 12;

impl Tools {
    pub(super) fn make_venv(&self) -> Result<()> {
        let venv = self.venv();
        check_python()?;
        if venv.exists() {
            talk::say(format_args!(
                "Creating `{}` again: it was moved, or its Python changed",
                venv.display()
            ));
            std::fs::remove_dir_all(&venv)
                .with_context(|| format!("can't remove the broken `{}`", venv.display()))?;
        } else {
            talk::say(format_args!("Creating the Python venv `{}`", venv.display()));
        }
        let output = Command::new("python3")
            .args(["-I", "-m", "venv"])
            .arg(&venv)
            .stdin(Stdio::null())
            .announced()
            .output()
            .context("can't start `python3`")?;
        if !output.status.success() {
            // Python reports a missing ensurepip only after it made half a venv.
            let _ = std::fs::remove_dir_all(&venv);
            bail!(explain_venv_failure(&output));
        }
        let notes = venv.join("portcullis");
        std::fs::create_dir(&notes)
            .with_context(|| format!("can't create the folder `{}`", notes.display()))?;
        write(&self.origin_path(), &self.origin()?)
    }

    pub(super) fn pip_install(&self, requirements: Requirements) -> Result<()> {
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
            // The user's configuration chooses the package index, but the target is the venv.
            .env("PIP_USER", "0")
            .env_remove("PIP_TARGET")
            .env_remove("PIP_PREFIX")
            .env_remove("PIP_ROOT")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .announced()
            .spawn()
            .with_context(|| format!("can't start `{}`", self.bin("python").display()))?;

        let mut stderr = child.stderr.take().context("pip has no standard error")?;
        let errors = thread::spawn(move || {
            let mut bytes = Vec::new();
            // A part that could not be read is missing from the quote, no more.
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut lines = Vec::new();
        let stdout = child.stdout.take().context("pip has no standard output")?;
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Megabytes are what takes time.
            if line.trim_start().starts_with("Downloading") && line.ends_with(" MB)") {
                talk::say(format_args!("  {}", line.trim()));
            }
            lines.push(line);
        }
        let status = child.wait().context("can't wait for pip")?;
        let errors = errors.join().unwrap_or_default();
        if !status.success() {
            lines.extend(errors.lines().map(str::to_owned));
            bail!(
                "pip can't install {name} ({status}). Its output ends with:\n{}\n\nhelp: check `{}` and pip's configuration \
                 (`pip config list`, `PIP_INDEX_URL`, `PIP_CERT`), then run the command again",
                last_lines(&lines.join("\n")),
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
        .announced()
        .output();
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("missing program `python3`: install {wanted}")
        }
        other => other.context("can't start `python3`")?,
    };
    match version(&String::from_utf8_lossy(&output.stdout)) {
        Some(found) if found >= PYTHON => Ok(()),
        Some((major, minor)) => {
            bail!("`python3` must be 3.10 or newer, but it is {major}.{minor}: install {wanted}")
        }
        None => bail!(
            "can't run `python3` ({}): install {wanted}\n{}",
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
    let text = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat();
    if text.contains("ensurepip") || text.contains("No module named venv") {
        return anyhow!(
            "`python3` can't create a venv because its `venv` module is missing: install it (Debian: \
             `apt install python3-venv`), then run the command again"
        );
    }
    anyhow!(
        "`python3 -m venv` failed ({}):\n{}",
        output.status,
        last_lines(&text)
    )
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(PIP_LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::*;

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
            "`python3` can't create a venv because its `venv` module is missing: install it (Debian: \
             `apt install python3-venv`), then run the command again"
        );
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("3 9\n").unwrap() < PYTHON);
        assert!(version("3 10\n").unwrap() >= PYTHON);
        assert_eq!(version(""), None);
    }
}
