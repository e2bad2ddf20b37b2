//! `portcullis review`

use std::path::Path;

use portcullis_emulator::shown_file::{self, Shown};
use portcullis_foreign_text::shell;
use portcullis_generator::review::{self, Beside, Revision as Spec, report};

use crate::cli;
use crate::failure::{Failure, OrFail, Outcome};
use crate::revision::Revision;
use crate::talk;
use crate::today::today;

/// Compares two revisions of a spec, says what became reachable, by whom, and what would be lost, and fails where a gate
/// says no.
pub fn run(root: &Path, options: &cli::Review) -> Outcome {
    let head = Revision::head(root, options.head.as_deref())?;
    let base = Revision::base(root, options.base.as_deref(), &head)?;
    let (before, after) = (read(root, &base)?, read(root, &head)?);
    if (&before, &after) == (&Spec::Missing, &Spec::Missing) {
        return Err(Failure::input(format!(
            "neither `{}` nor `{}` has a spec",
            base.name(),
            head.name()
        ))
        .hint("go to the folder of a project, or name it with `--project DIR`"));
    }
    // A project that moved is not a new one, of which nothing can be opened or lost.
    if before == Spec::Missing
        && let Some(gone) = base.specs_gone(root, &head)?.first()
    {
        return Err(Failure::input(format!(
            "`{}` has no spec of this folder, and `{gone}`, which it has, is gone: if that is what this was, all of it would \
             seem to be new",
            base.name()
        ))
        .hint(format!(
            "compare with the text: `git show {} > before.toml`, then `--base before.toml`",
            shell::word(&format!("{}:{gone}", base.name()))
        )));
    }
    if after == Spec::Missing && !options.plan.is_empty() {
        return Err(
            Failure::input(format!("`{}` has no spec for a plan to be of", head.name()))
                .hint("leave `--plan` out"),
        );
    }
    let beside = Beside {
        base: base.tree(root)?,
        head: head.tree(root)?,
        plans: plans(options)?,
    };
    let mut report = review::review(&before, &after, &beside, today());
    (report.base, report.head) = (base.name(), head.name());
    if options.json {
        talk::json(report::json(&report).trim_end())?;
    } else if options.markdown {
        talk::data(report::markdown(&report))?;
    } else {
        // It is read where stdout goes.
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

/// What a revision's spec means. Its mistakes are shown, and do not end the review: who reads only its report must learn
/// of them too.
fn read(root: &Path, revision: &Revision) -> Outcome<Spec> {
    let text = revision.spec(root)?;
    let spec = Spec::read(text.as_deref());
    let name = revision.name();
    match &spec {
        Spec::Missing => talk::warn(format!("`{name}` has no spec: it counts as nothing")),
        Spec::Invalid(mistakes) => {
            let text = text.unwrap_or_default();
            talk::drawn(&mistakes.render(&name, &text, talk::colour()));
        }
        Spec::Valid(_) => {}
    }
    Ok(spec)
}

fn plans(options: &cli::Review) -> Outcome<Vec<(String, String)>> {
    let plan = |file: &std::path::PathBuf| {
        let text = shown_file::read(file, Shown::Plan).or_input()?;
        Ok((file.display().to_string(), text))
    };
    options.plan.iter().map(plan).collect()
}
