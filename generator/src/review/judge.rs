//! The verdicts on facts, and the `accept` entries that match none.

use crate::review::{AcceptedChange, Evidence, Fact, Judged, Sorted, Verdict, sort};
use crate::spec::Date;

/// The inputs that a review does not have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unseen<'a> {
    /// Environments without a plan.
    pub environments: &'a [&'a str],
    /// True if Terraform's files are missing.
    pub files: bool,
}

/// The facts, each with its verdict, and the `accept` entries that are unused or expired. The gravest stand first.
///
/// Only a blocked fact can be accepted. `today` is the day of the review. An entry for what this review has not seen is
/// not unused.
pub fn judge(
    facts: Vec<Fact>,
    accepted_changes: &[AcceptedChange],
    today: Date,
    unseen: Unseen<'_>,
) -> Vec<Judged> {
    let may_be_of_what_is_unseen = |line: &AcceptedChange| {
        line.change.can_be_accepted()
            && match line.change.evidence() {
                Evidence::Plan => match line.of.split_once(": ") {
                    Some(("*", _)) => !unseen.environments.is_empty(),
                    Some((environment, _)) => unseen.environments.contains(&environment),
                    None => !unseen.environments.is_empty(),
                },
                Evidence::Files => unseen.files,
                Evidence::Specs | Evidence::Review => false,
            }
    };
    let (to_accept, info): (Vec<Fact>, Vec<Fact>) = facts.into_iter().partition(Fact::is_blocked);
    let Sorted {
        accepted,
        expired,
        mut blocked,
    } = sort(to_accept, |fact| [fact.id()], accepted_changes, today);
    let is_one_of = |line: &AcceptedChange, facts: &[(Fact, &AcceptedChange)]| {
        facts.iter().any(|(fact, _)| line.is_for(&fact.id()))
    };
    let mut of_lines = Vec::new();
    for line in accepted_changes {
        if is_one_of(line, &accepted) {
            continue;
        } else if is_one_of(line, &expired) {
            of_lines.push(Fact::AcceptedChangeExpired(line.clone()));
        } else if !may_be_of_what_is_unseen(line) {
            of_lines.push(Fact::AcceptedChangeUnused(line.clone()));
        }
    }
    blocked.extend(expired.into_iter().map(|(fact, _)| fact));
    blocked.extend(of_lines);
    let with = |verdict: Verdict| {
        move |fact| Judged {
            fact,
            verdict: verdict.clone(),
        }
    };
    let mut judged: Vec<Judged> = blocked.into_iter().map(with(Verdict::Blocked)).collect();
    judged.extend(accepted.into_iter().map(|(fact, line)| Judged {
        fact,
        verdict: Verdict::Accepted(line.reason.clone()),
    }));
    judged.extend(info.into_iter().map(with(Verdict::Info)));
    judged.sort_by_cached_key(Judged::order);
    judged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::{ChangeKind, PlannedError};
    use crate::surface::CheckError;

    const TODAY: Date = Date {
        year: 2026,
        month: 12,
        day: 1,
    };

    fn line(change: ChangeKind, of: &str) -> AcceptedChange {
        AcceptedChange {
            change,
            of: of.into(),
            reason: "Ours".into(),
            until: None,
        }
    }

    fn unused(of: &str, change: ChangeKind, unplanned: &[&str]) -> bool {
        let unseen = Unseen {
            environments: unplanned,
            files: false,
        };
        let judged = judge(Vec::new(), &[line(change, of)], TODAY, unseen);
        judged
            .iter()
            .any(|judged| judged.fact.kind() == ChangeKind::AcceptedChangeUnused)
    }

    #[test]
    fn no_entry_accepts_what_is_always_blocked() {
        let fact = Fact::PlanUnreadable {
            file: "dev.json".into(),
            error: PlannedError::Check(CheckError::NotGenerated),
        };
        // No spec has such an entry; a `Service` that is made by other means may.
        let line = line(fact.kind(), &fact.of());
        let unseen = Unseen {
            environments: &["dev"],
            files: true,
        };
        let judged = judge(vec![fact], std::slice::from_ref(&line), TODAY, unseen);
        assert_eq!(judged.len(), 2);
        for kind in [ChangeKind::PlanUnreadable, ChangeKind::AcceptedChangeUnused] {
            let is_blocked =
                |judged: &Judged| judged.fact.kind() == kind && judged.verdict == Verdict::Blocked;
            assert!(judged.iter().any(is_blocked), "{}", kind.as_str());
        }
    }

    #[test]
    fn a_line_for_what_a_plan_tells_waits_for_the_plan_of_its_environment() {
        let of = "prod: aws_lambda_function_url.ours";
        assert!(!unused(of, ChangeKind::PlanAdds, &["dev", "prod"]));
        assert!(!unused(of, ChangeKind::PlanAdds, &["prod"]));
        assert!(unused(of, ChangeKind::PlanAdds, &["dev"]));
        assert!(!unused(
            "aws_cognito_user_pool_domain.ours",
            ChangeKind::DomainDeleted,
            &["prod"]
        ));
        assert!(unused(
            "aws_cognito_user_pool_domain.ours",
            ChangeKind::DomainDeleted,
            &[]
        ));
        // Facts of specs need no plan.
        assert!(unused("GET /", ChangeKind::RouteOpened, &["dev", "prod"]));
    }
}
