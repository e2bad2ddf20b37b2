//! Lambda's managed runtimes: an interpreter of this machine, and a loop of ours that loads the handler and calls it.
//!
//! AWS's own loops are not used. `aws-lambda-ric` of npm builds a C++ library with cmake. `awslambdaric` of PyPI has a
//! compiled part as well, with another wheel for each version of Python and none for macOS, so it could not run with
//! the interpreter that a user names without a compiler.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::data_plane::runtime::{Language, ManagedRuntime};

#[cfg(test)]
mod tests;

/// The files of the loops: language, name, content. The first of a language is what the interpreter starts.
const FILES: [(Language, &str, &str); 3] = [
    (Language::NodeJs, "index.mjs", include_str!("nodejs.mjs")),
    (Language::NodeJs, "resolve.mjs", include_str!("resolve.mjs")),
    (Language::Python, "bootstrap.py", include_str!("python.py")),
];

/// An interpreter of this machine with its loop.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreter {
    /// The program.
    pub program: PathBuf,
    /// Its version, such as `20.20.2`.
    pub version: String,
    /// The folder of the loop, `LAMBDA_RUNTIME_DIR`.
    pub folder: PathBuf,
    /// The folders `node_modules` in which AWS's SDK is installed for every project of this machine.
    pub sdk: Vec<PathBuf>,
}

impl Interpreter {
    /// Returns the arguments of a process that runs a function with these layers. `node_options` are the function's own.
    pub fn arguments(&self, runtime: &ManagedRuntime, layers: &[PathBuf], node_options: &str) -> Vec<String> {
        let file = FILES
            .iter()
            .find(|(language, _, _)| *language == runtime.language);
        let file = file.map_or("", |(_, name, _)| name);
        let mut arguments = Vec::new();
        let settings = match runtime.language {
            Language::NodeJs => {
                arguments.extend(self.experiments_off(runtime, node_options));
                json!({"layers": layers, "sdk": self.sdk})
            }
            Language::Python => {
                arguments.push("-u".to_owned());
                json!({"layers": layers, "cache": self.folder.join("cache")})
            }
        };
        arguments.push(self.folder.join(file).display().to_string());
        arguments.push(settings.to_string());
        arguments
    }

    /// Lambda switches these off up to Node.js 22, unless the function switches them on.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-experimental-features>.
    fn experiments_off(&self, runtime: &ManagedRuntime, node_options: &str) -> Vec<String> {
        let number = |text: &str, place: usize| {
            text.split('.')
                .nth(place)
                .and_then(|part| part.parse::<u32>().ok())
        };
        let here = (
            number(&self.version, 0).unwrap_or(0),
            number(&self.version, 1).unwrap_or(0),
        );
        let asked = number(&runtime.version, 0).unwrap_or(0);
        // An older Node.js does not know the options.
        if asked >= 24 || here < (20, 17) || here.0 > 24 {
            return Vec::new();
        }
        let off = ["require", "detect"].into_iter().filter(|experiment| {
            let on = format!("--experimental-{experiment}-module");
            !node_options.split_ascii_whitespace().any(|option| option == on)
        });
        off.map(|experiment| format!("--no-experimental-{experiment}-module"))
            .collect()
    }
}

/// The folder of a language's loop below `work`.
pub fn folder(language: Language, work: &Path) -> PathBuf {
    work.join("runtimes").join(language.prefix())
}

/// Writes the loop of a language into its folder below `work`.
pub fn install(language: Language, work: &Path) -> Result<()> {
    let folder = folder(language, work);
    let attempt = || {
        portcullis_files::private_folder(&folder)?;
        let files = FILES.iter().filter(|(of, _, _)| *of == language);
        for (_, name, content) in files {
            portcullis_files::replace(&folder.join(name), content.as_bytes(), portcullis_files::PRIVATE)?;
        }
        Ok::<_, std::io::Error>(())
    };
    attempt().with_context(|| format!("can't write the runtime into `{}`", folder.display()))
}

/// Returns the advice about an error that a runtime reported, if it misses a package that AWS's runtimes bring along.
pub fn advice(language: Language, error: &str) -> Option<String> {
    let (begins, packages): (&[&str], &[&str]) = match language {
        Language::NodeJs => (
            &["Cannot find module '", "Cannot find package '"],
            &["@aws-sdk/", "@smithy/", "aws-sdk"],
        ),
        Language::Python => (&["No module named '"], &["boto3", "botocore"]),
    };
    let misses = |package: &&&str| {
        begins
            .iter()
            .any(|begin| error.contains(&format!("{begin}{package}")))
    };
    packages.iter().find(misses)?;
    Some(match language {
        Language::NodeJs => {
            "Lambda has AWS's SDK, and this machine's Node.js does not: run `npm install --global` with \
             the packages that the function imports"
                .to_owned()
        }
        Language::Python => {
            "Lambda has boto3, and this machine's Python does not: install it into a venv, and add \
             `--runtime python=VENV/bin/python`"
                .to_owned()
        }
    })
}
