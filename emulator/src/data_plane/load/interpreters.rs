//! Finds the interpreters of this machine for Lambda's managed runtimes.
//!
//! A program on the PATH may be a shim that starts another one, by variables and files that a function does not get. So
//! it is asked where its interpreter is, in the user's environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use portcullis_foreign_text::printable::{code, line};
use tokio::process::Command;

use crate::data_plane::Options;
use crate::data_plane::function::managed::{self, Interpreter};
use crate::data_plane::runtime::{Language, ManagedRuntime};

/// Time limit for an interpreter to say what it is.
const PATIENCE: Duration = Duration::from_secs(20);

/// The interpreter of each runtime, or why there is none.
pub type Interpreters = BTreeMap<ManagedRuntime, Result<Interpreter, String>>;

/// Finds the interpreters of these runtimes. One that the user names and that can't be used is among the errors.
pub async fn find(
    options: &Options,
    runtimes: BTreeSet<ManagedRuntime>,
    work: &Path,
    errors: &mut Vec<String>,
) -> Interpreters {
    errors.extend(unknown(options));
    let mut found = Interpreters::new();
    for runtime in runtimes {
        let language = runtime.language;
        let named = options.runtimes.get(&runtime.to_string());
        let interpreter = match named.or_else(|| options.runtimes.get(language.prefix())) {
            Some(program) => match ask(language, program, options, work).await {
                Ok(interpreter) => Ok(interpreter),
                Err(why) => {
                    errors.push(format!(
                        "can't use {} for `{runtime}`: {why}",
                        code(&program.display().to_string())
                    ));
                    continue;
                }
            },
            None => on_the_path(&runtime, options, work).await,
        };
        found.insert(runtime, interpreter);
    }
    found
}

/// Returns an error for each runtime of the user's that is none.
fn unknown(options: &Options) -> Vec<String> {
    let is_known = |key: &str| {
        let mut languages = Language::ALL.into_iter();
        languages.any(|language| language.prefix() == key) || ManagedRuntime::of(key).is_some()
    };
    let unknown = options.runtimes.keys().filter(|key| !is_known(key));
    unknown
        .map(|key| {
            format!(
                "unknown runtime {}: it must be `nodejs` or `python`, or one of their versions, such as `python3.12`",
                code(key)
            )
        })
        .collect()
}

/// The names of a runtime's interpreter, of the best one first.
fn names(runtime: &ManagedRuntime) -> Vec<String> {
    match runtime.language {
        Language::NodeJs => vec!["node".to_owned()],
        Language::Python => vec![
            format!("python{}", runtime.version),
            "python3".to_owned(),
            "python".to_owned(),
        ],
    }
}

async fn on_the_path(
    runtime: &ManagedRuntime,
    options: &Options,
    work: &Path,
) -> Result<Interpreter, String> {
    for name in names(runtime) {
        // A shim of a version that is not installed fails.
        if let Ok(interpreter) = ask(runtime.language, Path::new(&name), options, work).await {
            return Ok(interpreter);
        }
    }
    let language = runtime.language;
    let program = match language {
        Language::NodeJs => "node",
        Language::Python => "python3",
    };
    Err(format!(
        "its runtime is `{runtime}`, and no `{program}` on the PATH works. Install {}, or add `--runtime {}=PATH`",
        language.interpreter(),
        language.prefix()
    ))
}

/// Asks a program for its interpreter and version.
pub async fn ask(
    language: Language,
    program: &Path,
    options: &Options,
    work: &Path,
) -> Result<Interpreter, String> {
    let arguments: &[&str] = match language {
        Language::NodeJs => &["-p", "process.execPath + '\\n' + process.versions.node"],
        // Isolated, because Python would otherwise take modules of the folder that it is started in.
        Language::Python => &[
            "-I",
            "-c",
            "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])",
        ],
    };
    // A path with a folder is relative to where the user is, and a name is one on the PATH.
    let is_name = program.components().count() == 1 && !program.has_root();
    let program = match is_name {
        true => program.to_owned(),
        false => std::path::absolute(program).map_err(|error| error.to_string())?,
    };
    let mut command = Command::new(&program);
    command
        .args(arguments)
        // Shims choose a version by the folder.
        .current_dir(&options.root)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(output) => output.map_err(|error| error.to_string())?,
        Err(_) => return Err(format!("it did not answer within {} s", PATIENCE.as_secs())),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let mut lines = said.lines();
    let answer = output
        .status
        .success()
        .then(|| lines.next().zip(lines.next()))
        .flatten();
    let Some((program, version)) = answer else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(match complaint.lines().last() {
            Some(complaint) => format!("it says {}", code(&line(complaint))),
            None => format!("it is not {}", language.interpreter()),
        });
    };
    if language == Language::Python && !version.starts_with("3.") {
        return Err(format!("it is Python {}, but it must be Python 3", line(version)));
    }
    let program = PathBuf::from(program);
    Ok(Interpreter {
        sdk: match language {
            Language::NodeJs => sdk(&program),
            Language::Python => Vec::new(),
        },
        program,
        version: version.to_owned(),
        folder: managed::folder(language, work),
    })
}

/// Returns the folders for packages of a Node.js that hold AWS's SDK: npm's, and that of Debian's npm.
fn sdk(program: &Path) -> Vec<PathBuf> {
    let prefix = program.parent().and_then(Path::parent);
    let folders = [prefix, Some(Path::new("/usr/local"))].into_iter().flatten();
    let mut folders: Vec<PathBuf> = folders.map(|prefix| prefix.join("lib/node_modules")).collect();
    folders.dedup();
    folders.retain(|folder| {
        ["@aws-sdk", "aws-sdk"]
            .iter()
            .any(|package| folder.join(package).is_dir())
    });
    folders
}

/// Returns the sentence about an interpreter of another version than the runtime's.
pub fn another_version(runtime: &ManagedRuntime, interpreter: &Interpreter) -> Option<String> {
    let Interpreter { program, version, .. } = interpreter;
    let another = !runtime.is(version);
    another.then(|| {
        format!(
            "functions with the runtime `{runtime}` run with {} {version} ({}). To run them with another version, add \
             `--runtime {runtime}=PATH`",
            runtime.language.interpreter(),
            code(&program.display().to_string()),
        )
    })
}
