//! One side of a review, and the review of two.

use crate::diagnostic::Diagnostics;
use crate::own_files::Tree;
use crate::review::report::Report;
use crate::review::{
    Fact, Side, Unseen, committed_files, compare, deployments, infrastructure, invalid, judge, planned,
    version_constraints,
};
use crate::service::{LOCAL, Service};
use crate::spec::Date;

/// A revision with its resolved spec.
#[derive(Debug, Clone, PartialEq)]
pub enum Revision {
    /// It has none.
    Missing,
    /// Its spec is invalid.
    Invalid(Diagnostics),
    /// It is right.
    Valid(Box<Service>),
}

/// Inputs of a review beside two specs.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The base's tree.
    pub base: Tree,
    /// The head's tree.
    pub head: Tree,
    /// Outputs of `terraform show -json` for plans, each with the name of its file.
    pub plans: Vec<(String, String)>,
}

impl Revision {
    /// Reads a spec by itself, as far as it is there.
    pub fn read(text: Option<&str>) -> Self {
        match text.map(|text| crate::service(text, None)) {
            None => Self::Missing,
            Some(Err(diagnostics)) => Self::Invalid(diagnostics),
            Some(Ok(service)) => Self::Valid(Box::new(service)),
        }
    }

    fn service(&self) -> Option<&Service> {
        match self {
            Self::Valid(service) => Some(service),
            _ => None,
        }
    }
}

/// The whole review of two revisions; the report has no names yet.
pub fn review(base: &Revision, head: &Revision, beside: &Beside, today: Date) -> Report {
    let invalid_specs = [(Side::Base, base), (Side::Head, head)];
    let invalid_specs = invalid_specs
        .into_iter()
        .filter_map(|(side, revision)| match revision {
            Revision::Invalid(diagnostics) => Some(invalid(side, diagnostics)),
            _ => None,
        });
    let mut report = Report {
        facts: invalid_specs.collect(),
        ..Report::default()
    };
    // An invalid spec can't be compared, and every `accept` entry would seem to be unused.
    if !report.facts.is_empty() {
        return report;
    }
    let (base, head) = (base.service(), head.service());
    let mut facts = compare(base, head);
    facts.extend(version_constraints(&beside.base, &beside.head));
    if let Some(service) = head {
        facts.extend(committed_files(service, &beside.base, &beside.head));
        for (name, text) in &beside.plans {
            match planned(service, text, &facts) {
                Ok(planned) => {
                    facts.extend(planned.facts);
                    report.plans.push(planned.plan);
                }
                Err(error) => facts.push(Fact::PlanUnreadable {
                    file: name.clone(),
                    error,
                }),
            }
        }
    }
    let lines = head.map(|head| head.accepted_changes.as_slice());
    let in_aws = head.into_iter().flat_map(|head| head.environments.keys());
    let is_planned = |name: &str| report.plans.iter().any(|plan| plan.environment == name);
    let unplanned: Vec<&str> = in_aws
        .map(String::as_str)
        .filter(|name| *name != LOCAL && !is_planned(name))
        .collect();
    let unseen = Unseen {
        environments: &unplanned,
        files: beside.head.is_empty(),
    };
    report.facts = judge(facts, lines.unwrap_or_default(), today, unseen);
    (report.deployments, report.infrastructure) = match (base, head) {
        (Some(base), Some(head)) => (deployments(base, head), infrastructure(base, head)),
        _ => (Vec::new(), true),
    };
    report
}
