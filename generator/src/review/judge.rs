//! What the gates say to facts, and what the lines of `[review]` answer.

use crate::review::{Fact, Judged, Verdict, words};
use crate::service::{AcceptedChange, Answer, ChangeKind, Date, Evidence, answer};

/// What a review was not given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unseen<'a> {
    /// Environments without a plan.
    pub environments: &'a [&'a str],
    /// Whether Terraform's files are not there.
    pub files: bool,
}

/// The facts, each with what the review says to it, and the lines that answer nothing or not any more. The gravest
/// stand first.
///
/// Only a fact that a gate denies can be acknowledged. `today` is the day of the review. A line for what this review has
/// not seen is not unused.
pub fn judge(
    facts: Vec<Fact>,
    accepted_changes: &[AcceptedChange],
    today: Date,
    unseen: Unseen<'_>,
) -> Vec<Judged> {
    let says = |fact: &Fact| answer(accepted_changes, &[(fact.kind, &fact.of)], today);
    let may_be_of_what_is_unseen = |line: &AcceptedChange| {
        line.change.can_be_accepted()
            && match line.change.evidence() {
                Evidence::Plan => match line.of.split_once(": ") {
                    Some((environment, _)) => unseen.environments.contains(&environment),
                    None => !unseen.environments.is_empty(),
                },
                Evidence::Files => unseen.files,
                Evidence::Specs | Evidence::Review => false,
            }
    };
    let mut told = Vec::new();
    for line in accepted_changes {
        let is_for = |fact: &&Fact| fact.blocked && line.is_for(fact.kind, &fact.of);
        let kind = match facts.iter().find(is_for).map(says) {
            Some(Answer::Accepted(_)) => continue,
            Some(Answer::Expired(_)) => ChangeKind::AcceptedChangeExpired,
            Some(Answer::None) | None if may_be_of_what_is_unseen(line) => continue,
            Some(Answer::None) | None => ChangeKind::AcceptedChangeUnused,
        };
        told.push(Judged {
            fact: left_over(line, kind),
            verdict: Verdict::Blocked,
        });
    }
    for fact in facts {
        let verdict = match (fact.blocked, says(&fact)) {
            (false, _) => Verdict::Info,
            (true, Answer::Accepted(line)) => Verdict::Accepted(line.reason.clone()),
            (true, Answer::Expired(_) | Answer::None) => Verdict::Blocked,
        };
        told.push(Judged { fact, verdict });
    }
    told.sort_by(|a, b| a.order().cmp(&b.order()));
    told
}

/// A line of `[review]` that answers nothing, or would if its day were not over.
fn left_over(line: &AcceptedChange, kind: ChangeKind) -> Fact {
    let (change, of) = (words::code(line.change.as_str()), words::code(&line.of));
    let sentence = match line.until {
        Some(until) if kind == ChangeKind::AcceptedChangeExpired => {
            format!("`[review]` answered {change} of {of} until {until}: that day is over")
        }
        _ => format!("`[review]` answers {change} of {of}, which nothing here denies: delete the line"),
    };
    let of = format!("{} of {}", line.change.as_str(), line.of);
    Fact {
        kind,
        of,
        sentence,
        blocked: true,
        before: None,
        after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date {
        year: 2026,
        month: 12,
        day: 1,
    };

    fn unused(of: &str, change: ChangeKind, unplanned: &[&str]) -> bool {
        let line = AcceptedChange {
            change,
            of: of.into(),
            reason: "Ours".into(),
            until: None,
        };
        let unseen = Unseen {
            environments: unplanned,
            files: false,
        };
        let told = judge(Vec::new(), &[line], TODAY, unseen);
        told.iter()
            .any(|told| told.fact.kind == ChangeKind::AcceptedChangeUnused)
    }

    #[test]
    fn no_line_accepts_what_can_only_be_mended() {
        let mut mended = 0;
        for kind in ChangeKind::ALL.iter().copied().filter(|kind| kind.has_gate()) {
            let fact = Fact {
                kind,
                of: "dev: authenticated".into(),
                sentence: "it may do everything".into(),
                blocked: true,
                before: None,
                after: None,
            };
            // No spec has such a line; a `Service` that is made by other means may.
            let line = AcceptedChange {
                change: kind,
                of: fact.of.clone(),
                reason: "Ours".into(),
                until: None,
            };
            let unseen = Unseen {
                environments: &["dev"],
                files: true,
            };
            let told = judge(vec![fact], std::slice::from_ref(&line), TODAY, unseen);
            let verdict = |kind| {
                let mut told = told.iter().filter(|told| told.fact.kind == kind);
                told.find(|told| told.fact.of == line.of)
                    .map(|told| &told.verdict)
            };
            if kind.can_be_accepted() {
                assert_eq!(verdict(kind), Some(&Verdict::Accepted("Ours".into())));
                assert_eq!(told.len(), 1);
            } else {
                mended += 1;
                assert_eq!(verdict(kind), Some(&Verdict::Blocked), "{}", kind.as_str());
                let unused = |told: &Judged| told.fact.kind == ChangeKind::AcceptedChangeUnused;
                assert!(told.iter().any(unused), "{}", kind.as_str());
            }
        }
        assert!(mended >= 5);
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
        // What specs tell is known without a plan.
        assert!(unused("GET /", ChangeKind::RouteOpened, &["dev", "prod"]));
    }
}
