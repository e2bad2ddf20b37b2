//! A line of `[review]`, and the one place that decides whether it accepts a change.

use crate::review::ChangeKind;
use crate::spec::Date;

/// A line of `[review]`: one change of one subject is right, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedChange {
    /// What kind of change.
    pub change: ChangeKind,
    /// What changes, in the words of the spec.
    pub of: String,
    /// Why it is right.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

/// What the lines of `[review]` say to a blocked change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Answer<'a> {
    /// No line is for it.
    None,
    /// A line is for it, and its day is over.
    Expired(&'a AcceptedChange),
    /// This line accepts it.
    Accepted(&'a AcceptedChange),
}

impl AcceptedChange {
    /// Whether the line is for a change, on whatever day. No line is for a change of a kind that can't be accepted,
    /// however it came here.
    pub fn is_for(&self, change: ChangeKind, of: &str) -> bool {
        change.can_be_accepted() && self.change == change && self.of == of
    }

    /// Whether it counts on a day.
    fn counts_on(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

/// What the lines say to a change that goes by any of these kinds and subjects. Of several lines the one that counts
/// longest answers.
pub fn answer<'a>(lines: &'a [AcceptedChange], names: &[(ChangeKind, &str)], today: Date) -> Answer<'a> {
    let of_it = lines
        .iter()
        .filter(|line| names.iter().any(|(change, of)| line.is_for(*change, of)));
    match of_it.max_by_key(|line| (line.until.is_none(), line.until)) {
        None => Answer::None,
        Some(line) if line.counts_on(today) => Answer::Accepted(line),
        Some(line) => Answer::Expired(line),
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

    fn line(change: ChangeKind, until: Option<u8>) -> AcceptedChange {
        AcceptedChange {
            change,
            of: "GET /".into(),
            reason: "Ours".into(),
            until: until.map(|day| Date { day, ..TODAY }),
        }
    }

    #[test]
    fn only_a_kind_that_can_be_accepted_is() {
        for kind in ChangeKind::ALL {
            let lines = [line(*kind, None)];
            let accepted = answer(&lines, &[(*kind, "GET /")], TODAY) == Answer::Accepted(&lines[0]);
            assert_eq!(accepted, kind.can_be_accepted(), "{}", kind.as_str());
            assert_eq!(answer(&lines, &[(*kind, "GET /x")], TODAY), Answer::None);
        }
    }

    #[test]
    fn the_line_that_counts_longest_answers() {
        let kind = ChangeKind::PoolReplaced;
        let names = [(ChangeKind::RegionChanged, "dev"), (kind, "GET /")];
        let lines = [line(kind, Some(1)), line(kind, None), line(kind, Some(2))];
        assert_eq!(answer(&lines, &names, TODAY), Answer::Accepted(&lines[1]));
        let later = Date { day: 3, ..TODAY };
        let dated = [line(kind, Some(1)), line(kind, Some(2))];
        assert_eq!(answer(&dated, &names, TODAY), Answer::Accepted(&dated[1]));
        assert_eq!(answer(&dated, &names, later), Answer::Expired(&dated[1]));
    }
}
