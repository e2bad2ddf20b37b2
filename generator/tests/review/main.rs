//! The labelled changes: each file of `tests/review/cases` at the root is a test by its name. The format is in the
//! README beside them.
//!
//! `cargo test -p portcullis-generator --test review -- cors` runs those with `cors` in their names; `PRINT=1 cargo
//! test -p portcullis-generator --test review -- --nocapture` prints the report of each.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, and this harness has none"
)]

mod case;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use portcullis_generator::review::report::{self, Report};
use portcullis_generator::review::{self, Beside, Judged, Revision, SubjectKind};
use portcullis_generator::service::{Service, UserPool};

use case::{Case, Label};

/// The most lines of a report about a small change, so that both fit on a page.
const LINES_OF_A_SMALL_CHANGE: usize = 10;
/// Characters of a sentence: two lines of a terminal, three if routes have long paths.
const LONGEST_SENTENCE: usize = 260;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/review");
    let mut trials = vec![Trial::test("harness-refuses-what-is-no-case", || {
        Ok(case::check()?)
    })];
    for path in files(&folder.join("cases")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = folder.clone();
        trials.push(Trial::test(name, move || {
            let case = Case::read(&path, &folder)?;
            run(&case).map_err(|why| Failed::from(format!("{}\n{why}", case.about)))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn run(case: &Case) -> Result<(), String> {
    let reviewed = review_of(case);
    if std::env::var_os("PRINT").is_some() {
        println!("\n{}", case.about);
        for judged in &reviewed.facts {
            println!("  {:?}: {}", judged.verdict, judged.fact.sentence());
        }
    }
    let mut differences = differences(&case.facts, &reviewed.facts);
    if reviewed.deployments != case.deployments {
        differences.push(format!(
            "deployments of {:?} instead of {:?}",
            reviewed.deployments, case.deployments
        ));
    }
    if reviewed.infrastructure != case.infrastructure {
        differences.push(format!("infrastructure: {}", reviewed.infrastructure));
    }
    let text = report::text(&reviewed, &|_, text| text.into());
    if case.is_small() && text.lines().count() > LINES_OF_A_SMALL_CHANGE {
        differences.push(format!("{} lines for one:\n{text}", text.lines().count()));
    }
    for judged in &reviewed.facts {
        differences
            .extend(flaw(&judged.fact.sentence()).map(|flaw| format!("{flaw}: {}", judged.fact.sentence())));
    }
    differences.extend(misnamed(case, &reviewed.facts));
    differences.extend(invented(case));
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences.join("\n"))
    }
}

fn review_of(case: &Case) -> Report {
    let [base, head] = [&case.base, &case.head].map(|text| Revision::read(text.as_deref()));
    review::review(&base, &head, &Beside::default(), case.today)
}

/// Returns facts without a label, and labels without a fact.
fn differences(expected: &[Label], judged: &[Judged]) -> Vec<String> {
    let mut expected: Vec<&Label> = expected.iter().collect();
    let mut differences = Vec::new();
    for judged in judged {
        let label = Label::of(judged);
        match expected.iter().position(|other| **other == label) {
            Some(index) => _ = expected.remove(index),
            None => differences.push(format!("not labelled: {label} — {}", judged.fact.sentence())),
        }
    }
    differences.extend(expected.iter().map(|label| format!("missing: {label}")));
    differences
}

/// Subjects that don't name what the policy says that they name.
fn misnamed(case: &Case, judged: &[Judged]) -> Vec<String> {
    let read = |text: &Option<String>| portcullis_generator::service(text.as_deref()?, None).ok();
    let services: Vec<Service> = [&case.base, &case.head].into_iter().filter_map(read).collect();
    let any = |has: &dyn Fn(&Service) -> bool| services.iter().any(has);
    let mut misnamed = Vec::new();
    for Judged { fact, .. } in judged {
        let (subject, of) = (fact.kind().subject(), fact.of());
        let is_function = any(&|service| service.functions.contains_key(&of));
        let is_client = any(&|service| match &service.user_pool {
            Some(UserPool::Own(pool)) => pool.clients.contains_key(&of),
            Some(UserPool::Existing { .. }) | None => false,
        });
        let is_environment = any(&|service| service.environments.contains_key(&of));
        let is_right = match subject {
            SubjectKind::Route => of.starts_with('/') || of.contains(" /"),
            SubjectKind::Function => is_function,
            SubjectKind::Client => is_client,
            SubjectKind::FunctionOrClient => is_function || is_client,
            SubjectKind::Environment => is_environment,
            SubjectKind::Key => of.contains('.') || ["own", "user_pool"].contains(&&*of),
            SubjectKind::Revision => ["base", "head"].contains(&&*of),
            SubjectKind::Entry => of.contains(" of "),
            // No case has files or a plan.
            SubjectKind::Resource | SubjectKind::InPlan | SubjectKind::File | SubjectKind::Program => false,
        };
        if !is_right {
            misnamed.push(format!("{} of {of} must name: {subject:?}", fact.kind().as_str()));
        }
    }
    misnamed
}

/// Nothing differs from itself, and a change that is taken back is one as well.
fn invented(case: &Case) -> Vec<String> {
    let read = |text: &Option<String>| portcullis_generator::service(text.as_deref()?, None).ok();
    let (base, head) = (read(&case.base), read(&case.head));
    let mut invented = Vec::new();
    for service in [&base, &head].into_iter().flatten() {
        let facts = review::compare(Some(service), Some(service));
        invented.extend(
            facts
                .iter()
                .map(|fact| format!("reported without a change: {}", fact.sentence())),
        );
    }
    let there = review::compare(base.as_ref(), head.as_ref());
    let back = review::compare(head.as_ref(), base.as_ref());
    if there.is_empty() != back.is_empty() {
        invented.push(format!("reported in one direction only: {there:?} {back:?}"));
    }
    invented
}

/// Returns a flaw that would break a line, a code span or a sentence.
fn flaw(sentence: &str) -> Option<&'static str> {
    let is_even = |mark| sentence.matches(mark).count().is_multiple_of(2);
    if !is_even("`") {
        Some("a backtick is left over")
    } else if !is_even("**") {
        Some("`**` is left over")
    } else if sentence.chars().any(char::is_control) {
        Some("a character that is none")
    } else if sentence.ends_with('.') || sentence.trim() != sentence || sentence.contains("  ") {
        Some("not a sentence without a full stop")
    } else if ours(sentence).contains([';', '…']) {
        Some("two sentences in one")
    } else if sentence.chars().count() > LONGEST_SENTENCE {
        Some("too long")
    } else {
        None
    }
}

/// A sentence without what stands in backticks.
fn ours(sentence: &str) -> String {
    sentence.split('`').step_by(2).collect()
}
