//! The conformance cases: each file of `tests/conformance` at the root is a test by its name, driven over a socket
//! against the data plane with a process behind it. The format is in the README beside the cases.
//!
//! `cargo test -p portcullis-emulator --test conformance -- routing` runs those with `routing` in their names;
//! with `RUST_LOG=info` the data plane says why it answers so.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and this harness has none"
)]

mod api;
mod case;
mod exchange;
mod expectation;
mod function;
mod table;
mod token;
mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use api::Served;
use case::Case;

fn main() -> ExitCode {
    // Lambda's own variable: this process was started as the cases' function.
    if let Ok(address) = std::env::var("AWS_LAMBDA_RUNTIME_API") {
        return function::run(&address);
    }
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance");
    let mut trials = vec![];
    // Cases of the same API share a data plane, which ends with the last of them.
    let mut served: BTreeMap<String, Arc<Served>> = BTreeMap::new();
    for path in files(&folder) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        match case::read(&path) {
            Ok(case) => {
                let key = if case.alone { &name } else { &case.api.key() };
                let served = served
                    .entry(key.clone())
                    .or_insert_with(|| Arc::new(Served::new(&case.api)));
                let served = served.clone();
                trials.push(Trial::test(name, move || run(&case, &served)));
            }
            Err(why) => trials.push(Trial::test(name, || Err(Failed::from(why)))),
        }
    }
    drop(served);
    trials.extend([
        Trial::test("harness-refuses-what-is-no-case", || Ok(case::check()?)),
        Trial::test("harness-sees-differences", || Ok(expectation::check()?)),
        Trial::test("harness-table-names-every-case", move || {
            Ok(table::check(&folder)?)
        }),
    ]);
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

fn run(case: &Case, served: &Served) -> Result<(), Failed> {
    let differences = served.with(|running| case.differences(running));
    if differences.is_empty() {
        return Ok(());
    }
    let mut message = format!("{}\n", case.about);
    for difference in differences {
        message += &format!("  {difference}\n");
    }
    message += &format!("  source: {}", case.source);
    Err(Failed::from(message))
}
