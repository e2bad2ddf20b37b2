//! What the gates say to facts, and what the lines of `[review]` answer.

use crate::review::{Fact, Told, Verdict, words};
use crate::service::{Acknowledgement, ChangeKind, Date};

/// The facts, each with what the review says to it, and the lines that answer nothing or not any more. The gravest
/// stand first.
///
/// Only a fact that a gate denies can be acknowledged. `today` is the day of the review.
pub fn judge(facts: Vec<Fact>, acknowledgements: &[Acknowledgement], today: Date) -> Vec<Told> {
    let answers =
        |line: &Acknowledgement, fact: &Fact| fact.denied && line.change == fact.kind && line.of == fact.of;
    let counts = |line: &Acknowledgement| line.until.is_none_or(|until| today <= until);
    let mut told = Vec::new();
    for line in acknowledgements {
        let is_used = facts.iter().any(|fact| answers(line, fact));
        if is_used && counts(line) {
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
