//! `portcullis review`

use std::path::Path;

use portcullis_emulator::show_output::{self, ShowOutput};
use portcullis_foreign_text::shell;
use portcullis_generator::review::report::{self, Report};
use portcullis_generator::review::{self, Beside, Revision as Spec};

use crate::cli;
use crate::commands::review_plan;
use crate::failure::{Failure, OrFail, Outcome};
use crate::project::SPEC;
use crate::revision::Revision;
use crate::talk;
use crate::today::today;

/// Reports new access and losses. Fails if a change is blocked.
pub fn run(root: &Path, options: &cli::Review) -> Outcome {
    let report = if has_no_spec(root, options) {
        review_plan::report(root, options)?
    } else if options.accept.is_some() {
        return Err(Failure::input(
            "`--accept` must not be used with a spec, which has its own accepted changes",
        )
        .help("add the entries to `accept` under `[review]` in the spec"));
    } else {
        compare(root, options)?
    };
    if options.json {
        talk::json(report::json(&report).trim_end())?;
    } else if options.markdown {
        talk::data(report::markdown(&report))?;
    } else {
        // Colors depend on stdout, because the report goes there.
        talk::data(report::text(&report, &|style, text| {
            talk::paint_on(&std::io::stdout(), style, text)
        }))?;
    }
    if report.is_blocked() {
        // The report has said why.
        return Err(Failure::refused(""));
    }
    Ok(())
}

/// Returns whether there is only a plan to review: the folder has no spec, neither now nor in the commit that it would be
/// compared with. A change that deletes the spec is therefore not reviewed as if there had never been one.
fn has_no_spec(root: &Path, options: &cli::Review) -> bool {
    let names_revisions = options.base.is_some() || options.head.is_some();
    if options.plan.is_empty() || names_revisions || root.join(SPEC).exists() {
        return false;
    }
    let head = Revision::WorkingTree;
    match Revision::base(root, None, &head) {
        Ok(base) => {
            matches!(base.spec(root), Ok(None))
                && base.specs_gone(root, &head).is_ok_and(|gone| gone.is_empty())
        }
        // Not in a Git repository, or without a commit.
        Err(_) => true,
    }
}

/// Compares two revisions of a spec.
fn compare(root: &Path, options: &cli::Review) -> Outcome<Report> {
    let head = Revision::head(root, options.head.as_deref())?;
    let base = Revision::base(root, options.base.as_deref(), &head)?;
    let (before, after) = (read(root, &base)?, read(root, &head)?);
    if (&before, &after) == (&Spec::Missing, &Spec::Missing) {
        return Err(Failure::input(format!(
            "missing spec: neither `{}` nor `{}` has one",
            base.name(),
            head.name()
        ))
        .help("go to the folder of a project, or name it: `--project DIR`"));
    }
    // A moved project must not pass as a new one, in which nothing can be exposed or lost.
    if before == Spec::Missing
        && let Some(gone) = base.specs_gone(root, &head)?.first()
    {
        return Err(Failure::input(format!(
            "can't compare with `{}`: it has no spec in this folder, and its `{gone}` no longer exists. If you moved the \
             spec, everything would look new",
            base.name()
        ))
        .help(format!(
            "compare with the old file: `git show {} > before.toml`, then `--base before.toml`",
            shell::word(&format!("{}:{gone}", base.name()))
        )));
    }
    if after == Spec::Missing && !options.plan.is_empty() {
        return Err(Failure::input(format!(
            "missing spec: `{}` has none to compare the plan with",
            head.name()
        ))
        .help("leave `--plan` out"));
    }
    let beside = Beside {
        base: base.tree(root)?,
        head: head.tree(root)?,
        plans: plans(options)?,
    };
    let mut report = review::review(&before, &after, &beside, today());
    (report.base, report.head) = (base.name(), head.name());
    Ok(report)
}

/// Reads a revision's spec. Errors in it don't end the review, because its report must mention them, too.
fn read(root: &Path, revision: &Revision) -> Outcome<Spec> {
    let text = revision.spec(root)?;
    let spec = Spec::read(text.as_deref());
    let name = revision.name();
    match &spec {
        Spec::Missing => talk::warn(format!(
            "`{name}` has no spec, so everything counts as new or removed"
        )),
        Spec::Invalid(errors) => {
            let text = text.unwrap_or_default();
            talk::drawn(&errors.render(&name, &text, talk::colour()));
        }
        Spec::Valid(_) => {}
    }
    Ok(spec)
}

fn plans(options: &cli::Review) -> Outcome<Vec<(String, String)>> {
    let plan = |file: &std::path::PathBuf| {
        let text = show_output::read(file, ShowOutput::Plan).or_input()?;
        Ok((file.display().to_string(), text))
    };
    options.plan.iter().map(plan).collect()
}
