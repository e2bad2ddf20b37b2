//! What the gates say to facts, and what the lines of `[review]` answer.

use crate::review::{Fact, Told, Verdict, words};
use crate::service::{Acknowledgement, ChangeKind, Date};

/// The facts, each with what the review says to it, and the lines that answer nothing or not any more. The gravest
/// stand first.
///
/// Only a fact that a gate denies can be acknowledged. `today` is the day of the review. Of the environments `unplanned`
/// no plan was given, so that what only a plan tells of them is not known.
pub fn judge(
    facts: Vec<Fact>,
    acknowledgements: &[Acknowledgement],
    today: Date,
    unplanned: &[&str],
) -> Vec<Told> {
    let answers =
        |line: &Acknowledgement, fact: &Fact| fact.denied && line.change == fact.kind && line.of == fact.of;
    let counts = |line: &Acknowledgement| line.counts_on(today);
    let may_be_of_a_plan = |line: &Acknowledgement| {
        line.change.needs_a_plan()
            && match line.of.split_once(": ") {
                Some((environment, _)) => unplanned.contains(&environment),
                None => !unplanned.is_empty(),
            }
    };
    let mut told = Vec::new();
    for line in acknowledgements {
        let is_used = facts.iter().any(|fact| answers(line, fact));
        if is_used && counts(line) || !is_used && may_be_of_a_plan(line) {
            continue;
        }
        let kind = if is_used {
            ChangeKind::AcknowledgementExpired
        } else {
            ChangeKind::AcknowledgementUnused
        };
        told.push(Told {
            fact: left_over(line, kind),
            verdict: Verdict::Denied,
        });
    }
    for fact in facts {
        let line = acknowledgements
            .iter()
            .find(|line| answers(line, &fact) && counts(line));
        let verdict = match line {
            Some(line) => Verdict::Acknowledged(line.reason.clone()),
            None if fact.denied => Verdict::Denied,
            None => Verdict::Told,
        };
        told.push(Told { fact, verdict });
    }
    told.sort_by(|a, b| a.order().cmp(&b.order()));
    told
}

/// A line of `[review]` that answers nothing, or would if its day were not over.
fn left_over(line: &Acknowledgement, kind: ChangeKind) -> Fact {
    let (change, of) = (words::code(line.change.as_str()), words::code(&line.of));
    let sentence = match line.until {
        Some(until) if kind == ChangeKind::AcknowledgementExpired => {
            format!("`[review]` answered {change} of {of} until {until}: that day is over")
        }
        _ => format!("`[review]` answers {change} of {of}, which nothing here denies: delete the line"),
    };
    let of = format!("{} of {}", line.change.as_str(), line.of);
    Fact {
        kind,
        of,
        sentence,
        denied: true,
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
        let line = Acknowledgement {
            change,
            of: of.into(),
            reason: "Ours".into(),
            until: None,
        };
        let told = judge(Vec::new(), &[line], TODAY, unplanned);
        told.iter()
            .any(|told| told.fact.kind == ChangeKind::AcknowledgementUnused)
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
