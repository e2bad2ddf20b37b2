//! The cases of `tests/runtimes`, each with the interpreter of this machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::data_plane::aws::Access;
use crate::data_plane::function::Function;
use crate::data_plane::function::executable::{Entry, Executable};
use crate::data_plane::function::guardian::Guardian;
use crate::data_plane::function::log::Log;
use crate::data_plane::function::runtime_api::Outcome;
use crate::data_plane::load::interpreters;
use crate::data_plane::load::tests::options;
use crate::data_plane::state;

const SHOP: &str = include_str!("../../../../tests/fixtures/shop/state.json");
const NODEJS: &str = include_str!("../../../../../tests/runtimes/nodejs.toml");
const PYTHON: &str = include_str!("../../../../../tests/runtimes/python.toml");

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    runtime: String,
    cases: Vec<Case>,
}

/// A case, as `tests/runtimes/README.md` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    source: String,
    runtime: Option<String>,
    handler: String,
    files: Files,
    #[serde(default)]
    layers: Vec<Files>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    fails: Option<String>,
    why: Option<String>,
    #[serde(default)]
    calls: Vec<Call>,
    #[serde(default)]
    log: Vec<String>,
    #[serde(default)]
    silent: Vec<String>,
}

type Files = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    #[serde(default = "empty")]
    event: toml::Value,
    result: Option<toml::Value>,
    text: Option<String>,
    error: Option<BTreeMap<String, toml::Value>>,
    ended: Option<String>,
}

fn empty() -> toml::Value {
    toml::Table::new().into()
}

/// The interpreter of this machine. It is missing only outside CI, which a message tells.
async fn interpreter(language: Language, work: &Path) -> Option<Interpreter> {
    let program = match language {
        Language::NodeJs => "node",
        Language::Python => "python3",
    };
    match interpreters::ask(language, Path::new(program), &options(work), work).await {
        Ok(found) => {
            install(language, work).unwrap();
            Some(Interpreter {
                sdk: Vec::new(),
                ..found
            })
        }
        Err(why) => {
            assert!(
                std::env::var_os("CI").is_none(),
                "these tests need `{program}`: {why}"
            );
            eprintln!("skipped: no `{program}` on the PATH");
            None
        }
    }
}

fn write(folder: &Path, files: &Files) {
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mode = if content.starts_with("#!") { 0o700 } else { 0o600 };
        portcullis_files::replace(&path, content.as_bytes(), mode).unwrap();
    }
}

/// A function of a case, in a folder.
struct Prepared {
    folder: tempfile::TempDir,
    function: Arc<Function>,
}

impl Prepared {
    fn new(case: &Case, runtime: &str, interpreter: &Interpreter) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().canonicalize().unwrap().join(name);
        write(&path("task"), &case.files);
        let mut layers: Vec<PathBuf> = Vec::new();
        for (number, files) in case.layers.iter().enumerate() {
            let layer = path(&format!("layer{number}"));
            write(&layer, files);
            layers.insert(0, layer);
        }
        let executable = Executable {
            task: path("task"),
            layers,
            changed: None,
            entry: Entry::Interpreter {
                runtime: ManagedRuntime::of(runtime).unwrap(),
                interpreter: interpreter.clone(),
            },
        };
        let mut configuration = state::tests::read(SHOP).unwrap().functions["shop-echo"].clone();
        configuration.handler = case.handler.clone();
        configuration.environment = case.environment.clone();
        configuration.timeout = Duration::from_secs(10);
        configuration.memory = 128;
        let log = Arc::new(Log::open(path("log"), crate::capped_file::LIMIT).unwrap());
        let guardian = Arc::new(Guardian::start().unwrap());
        let function = Function::new(configuration, Access::of_tests(), executable, log, guardian);
        Self { folder, function }
    }

    async fn call(&self, event: &Value) -> Result<Outcome, String> {
        let payload = Bytes::from(event.to_string());
        self.function.invoke(None, "Root=1-1-1".to_owned(), payload).await
    }

    /// The log with times and request ids replaced.
    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").unwrap();
        let id = regex::Regex::new(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").unwrap();
        id.replace_all(&time.replace_all(&log, "T"), "ID").into_owned()
    }
}

fn json(value: &toml::Value) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The parts of a call that are not as its label says.
fn wrong(call: &Call, outcome: &Result<Outcome, String>) -> Option<String> {
    let parsed = |bytes: &Bytes| serde_json::from_slice::<Value>(bytes).unwrap_or(Value::Null);
    let fits = match outcome {
        Ok(Outcome::Result(result)) => {
            let text = String::from_utf8_lossy(result);
            call.text.as_ref().is_some_and(|expected| text == *expected)
                || call
                    .result
                    .as_ref()
                    .is_some_and(|expected| parsed(result) == json(expected))
        }
        Ok(Outcome::Error(error)) => call.error.as_ref().is_some_and(|expected| {
            let error = parsed(error);
            expected.iter().all(|(key, value)| error[key] == json(value))
        }),
        Ok(Outcome::TooLarge | Outcome::Throttled(_)) => false,
        Err(why) => call
            .ended
            .as_ref()
            .is_some_and(|expected| why.ends_with(expected)),
    };
    let shown = match outcome {
        Ok(Outcome::Result(bytes) | Outcome::Error(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    };
    (!fits).then(|| format!("it answered {shown}"))
}

/// The lines of the log that are not as its label says.
fn wrong_in_log(case: &Case, log: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lines = log.lines();
    for expected in &case.log {
        if !lines.any(|line| line.contains(expected)) {
            wrong.push(format!("`{expected}` does not follow"));
        }
    }
    let silent = case.silent.iter().filter(|text| log.contains(*text));
    wrong.extend(silent.map(|text| format!("`{text}` is there")));
    wrong
}

async fn check(case: &Case, runtime: &str, interpreter: &Interpreter) -> Vec<String> {
    let prepared = Prepared::new(case, runtime, interpreter);
    let mut wrongs = Vec::new();
    if let Some(kind) = &case.fails {
        let outcome = prepared.call(&Value::Null).await;
        let report = format!("Error Type: {kind}");
        let why = case.why.as_deref().unwrap_or_default();
        if !outcome.as_ref().is_err_and(|said| said.contains(why)) || !prepared.log().contains(&report) {
            wrongs.push(format!("it ended with {outcome:?}"));
        }
    }
    for call in &case.calls {
        let outcome = prepared.call(&json(&call.event)).await;
        wrongs.extend(wrong(call, &outcome));
    }
    prepared.function.stop().await;
    let log = prepared.log();
    wrongs.extend(wrong_in_log(case, &log));
    if !wrongs.is_empty() {
        wrongs.push(log);
    }
    wrongs
}

async fn check_all(text: &str, language: Language) {
    let work = tempfile::tempdir().unwrap();
    let Some(interpreter) = interpreter(language, work.path()).await else {
        return;
    };
    let Cases { runtime, cases } = toml::from_str(text).unwrap();
    let chosen = std::env::var("CASE").unwrap_or_default();
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| case.about.contains(&chosen)) {
        assert!(
            !case.source.is_empty() && case.fails.is_some() == case.calls.is_empty(),
            "{}",
            case.about
        );
        let runtime = case.runtime.as_ref().unwrap_or(&runtime);
        let found = check(case, runtime, &interpreter).await;
        if !found.is_empty() {
            wrong.push(format!("{}: {}", case.about, found.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts an interpreter for each case"]
async fn nodejs_answers_as_labelled() {
    check_all(NODEJS, Language::NodeJs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts an interpreter for each case"]
async fn python_answers_as_labelled() {
    check_all(PYTHON, Language::Python).await;
}

fn case(handler: &str, files: &[(&str, &str)], environment: &[(&str, String)]) -> Case {
    let files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Case {
        about: String::new(),
        source: "ours".to_owned(),
        runtime: None,
        handler: handler.to_owned(),
        files: files.collect(),
        layers: Vec::new(),
        environment: environment.collect(),
        fails: None,
        why: None,
        calls: Vec::new(),
        log: Vec::new(),
        silent: Vec::new(),
    }
}

#[tokio::test]
async fn a_module_that_only_this_machine_has_is_named_in_the_log() {
    let work = tempfile::tempdir().unwrap();
    let Some(interpreter) = interpreter(Language::Python, work.path()).await else {
        return;
    };
    let machine = work.path().join("lib/site-packages");
    let modules = ["requests.py", "boto3.py", "unused.py"];
    write(
        &machine,
        &modules.map(|name| (name.to_owned(), String::new())).into(),
    );
    let environment = [("PYTHONPATH", machine.display().to_string())];
    let files = [(
        "app.py",
        "import boto3\nimport requests\n\ndef handler(event, context):\n    return 1\n",
    )];
    let prepared = Prepared::new(
        &case("app.handler", &files, &environment),
        "python3.12",
        &interpreter,
    );
    assert_eq!(
        prepared.call(&Value::Null).await,
        Ok(Outcome::Result(Bytes::from_static(b"1")))
    );
    prepared.function.stop().await;
    let log = prepared.log();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("comes from this machine's Python"))
        .collect();
    assert!(told.len() == 1 && told[0].contains("`requests`"), "{log}");
}

#[tokio::test]
async fn the_sdk_of_this_machine_is_found_and_other_packages_of_it_are_not() {
    let work = tempfile::tempdir().unwrap();
    let Some(mut interpreter) = interpreter(Language::NodeJs, work.path()).await else {
        return;
    };
    let modules = work.path().join("lib/node_modules");
    let package = |name: &str| (format!("{name}/index.js"), format!("exports.name = '{name}';"));
    write(&modules, &["@aws-sdk/client-s3", "other"].map(package).into());
    interpreter.sdk = vec![modules];
    let common = "const s3 = require('@aws-sdk/client-s3');\n\
        exports.handler = async () => { try { require('other'); } catch { return s3.name; } };";
    let module = "import s3 from '@aws-sdk/client-s3';\n\
        export const handler = async () => { try { await import('other'); } catch { return s3.name; } };";
    for file in [("index.js", common), ("index.mjs", module)] {
        let prepared = Prepared::new(&case("index.handler", &[file], &[]), "nodejs20.x", &interpreter);
        let expected = Outcome::Result(Bytes::from_static(b"\"@aws-sdk/client-s3\""));
        assert_eq!(
            prepared.call(&Value::Null).await,
            Ok(expected),
            "{}",
            prepared.log()
        );
        prepared.function.stop().await;
    }
}

#[test]
fn a_missing_sdk_gets_advice() {
    let node = "Error: Cannot find module '@aws-sdk/client-s3'\nRequire stack:";
    assert!(
        advice(Language::NodeJs, node)
            .unwrap()
            .contains("npm install --global")
    );
    assert_eq!(advice(Language::NodeJs, "Cannot find package 'left'"), None);
    assert!(
        advice(Language::Python, "No module named 'boto3'")
            .unwrap()
            .contains("--runtime python=")
    );
    assert_eq!(advice(Language::Python, "No module named 'shop'"), None);
}
