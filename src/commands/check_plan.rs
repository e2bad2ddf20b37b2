//! `portcullis check --plan`

use std::collections::BTreeMap;
use std::path::Path;

use portcullis_foreign_text::{printable, shell};
use portcullis_generator::review::{ChangeKind, Sorted, sort};
use portcullis_generator::sentences;
use portcullis_generator::surface::{Difference, check_plan};

use crate::commands::surface::{of_file, plan_of};
use crate::failure::{Failure, Outcome};
use crate::project::{Project, SPEC, service_of};
use crate::talk;
use crate::today::today;

/// Fails if a plan allows more than the spec, or if this is still uncertain.
pub fn run(project: &Project, file: &Path, environment: Option<&str>) -> Outcome {
    // A plan needs no crate.
    let service = service_of(&project.root().join(SPEC), SPEC, None)?;
    let plan = plan_of(file)?;
    let checked = check_plan(&service, &plan, environment).map_err(|error| of_file(file, error))?;
    let mut assumptions: BTreeMap<String, usize> = BTreeMap::new();
    for unknown in &checked.assumptions {
        *assumptions.entry(unknown.assumption()).or_default() += 1;
    }
    for (assumption, times) in assumptions {
        let times = if times == 1 {
            String::new()
        } else {
            format!(" ({times} times)")
        };
        talk::say(format!("{}{times}", printable::line(&assumption)));
    }
    let environment = &checked.environment;
    let Sorted {
        accepted,
        expired,
        blocked,
    } = sort(
        &checked.differences,
        |difference| [difference.id(environment)],
        &service.accepted_changes,
        today(),
    );
    for (difference, line) in accepted {
        let sentence = printable::line(&difference.sentence());
        talk::say(format!(
            "accepted: {sentence} ({})",
            printable::line(&line.reason)
        ));
    }
    let mut notes = String::new();
    for (_, line) in &expired {
        notes.push_str(&format!("\n  {}", sentences::expired(line)));
    }
    let mut differences = blocked;
    differences.extend(expired.into_iter().map(|(difference, _)| difference));
    if differences.is_empty() {
        talk::say(format!("the plan of `{environment}` matches the spec"));
        return Ok(());
    }
    let count = differences.len();
    let lines: String = differences
        .iter()
        .map(|difference| printable::line(&difference.sentence()) + "\n")
        .collect();
    talk::data(lines)?;
    let things = if count == 1 { "difference" } else { "differences" };
    Err(Failure::refused(format!(
        "the plan of `{environment}` has {count} {things} from the spec{notes}"
    ))
    .help(help(&differences, file)))
}

/// Returns the help: edits can be undone, and some differences can be accepted.
fn help(differences: &[&Difference], file: &Path) -> String {
    let has =
        |is_such: fn(ChangeKind) -> bool| differences.iter().any(|difference| is_such(difference.kind()));
    let undo = has(|kind| kind != ChangeKind::PlanUnknown).then(|| {
        "undo edits below `terraform/`, or write them into `portcullis.toml` and run `portcullis generate`".to_owned()
    });
    let accept = has(ChangeKind::can_be_accepted).then(|| {
        let file = shell::word(&file.display().to_string());
        format!("run `portcullis review --plan {file}` for the entries of `[review]` that accept what is unknown or added")
    });
    let helps: Vec<String> = undo.into_iter().chain(accept).collect();
    helps.join("\nhelp: ")
}
