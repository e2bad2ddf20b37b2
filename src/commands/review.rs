//! `portcullis review`

use std::path::Path;

use portcullis_generator::graph;
use portcullis_generator::review::report::{self, Report};
use portcullis_generator::review::{self, Side, Told};
use portcullis_generator::service::Service;
use portcullis_local::shown_file::{self, Shown};

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
    let (before, after) = (read(root, &base, Side::Base)?, read(root, &head, Side::Head)?);
    let mut report = Report {
        base: base.name(),
        head: head.name(),
        // Of what can't be read, nothing is known to stay.
        infrastructure: true,
        ..Report::default()
    };
    match (before, after) {
        (Spec::Missing, Spec::Missing) => {
            return Err(Failure::input(format!(
                "neither `{}` nor `{}` has a spec",
                base.name(),
                head.name()
            ))
            .hint("go to the folder of a project, or name it with `--project DIR`"));
        }
        (Spec::Invalid(before), Spec::Invalid(after)) => report.told = vec![before, after],
        (Spec::Invalid(told), _) | (_, Spec::Invalid(told)) => report.told = vec![told],
        (before, after) => compare(
            root,
            &base,
            &head,
            before.service(),
            after.service(),
            options,
            &mut report,
        )?,
    }
    talk::data(if options.json {
        report::json(&report)
    } else if options.markdown {
        report::markdown(&report)
    } else {
        report::text(&report, &paint)
    })?;
    if report.is_denied() {
        // The report has said why.
        return Err(Failure::refused(""));
    }
    Ok(())
}

/// Fills a report on two specs that are right, as far as they are there.
fn compare(
    root: &Path,
    base: &Revision,
    head: &Revision,
    before: Option<&Service>,
    after: Option<&Service>,
    options: &cli::Review,
    report: &mut Report,
) -> Outcome {
    let mut facts = review::compare(before, after);
    let floors = (
        base.file(root, review::FLOORS_FILE)?,
        head.file(root, review::FLOORS_FILE)?,
    );
    if let (Some(before), Some(after)) = floors {
        facts.extend(review::floors(&before, &after));
    }
    for file in &options.plan {
        let Some(service) = after else {
            return Err(
                Failure::input(format!("`{}` has no spec for a plan to be of", head.name()))
                    .hint("leave `--plan` out"),
            );
        };
        let text = shown_file::read(file, Shown::Plan).or_input()?;
        let planned = review::planned(service, &text, &facts)
            .map_err(|error| Failure::input(format!("`{}`: {error}", file.display())))?;
        facts.extend(planned.facts);
        report.plans.push(planned.plan);
    }
    let acknowledgements = after.map(|service| service.acknowledgements.as_slice());
    report.told = review::judge(facts, acknowledgements.unwrap_or_default(), today());
    if let (Some(before), Some(after)) = (before, after) {
        report.deployments = review::deployments(before, after);
        report.infrastructure = review::infrastructure(before, after);
    }
    report.picture = after.and_then(|after| graph::changed(before, after));
    Ok(())
}

/// What a revision's spec means.
enum Spec {
    Missing,
    Invalid(Told),
    Valid(Box<Service>),
}

impl Spec {
    fn service(&self) -> Option<&Service> {
        match self {
            Self::Valid(service) => Some(service),
            _ => None,
        }
    }
}

/// Its mistakes are shown, and do not end the review: who reads only its report must learn of them too.
fn read(root: &Path, revision: &Revision, side: Side) -> Outcome<Spec> {
    let Some(text) = revision.spec(root)? else {
        talk::warn(format!("`{}` has no spec: it counts as nothing", revision.name()));
        return Ok(Spec::Missing);
    };
    Ok(match portcullis_generator::service(&text, None) {
        Ok(service) => Spec::Valid(Box::new(service)),
        Err(diagnostics) => {
            talk::show(diagnostics.render(&revision.name(), &text, talk::colour()));
            Spec::Invalid(review::invalid(side, &diagnostics))
        }
    })
}

/// Text in an SGR style, where a person reads the report.
fn paint(style: &str, text: &str) -> String {
    talk::paint_on(&std::io::stdout(), style, text)
}
