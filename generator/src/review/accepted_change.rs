//! A line of `[review]`, and the one place that decides whether it accepts a change.

use portcullis_foreign_text::printable;

use crate::review::{ChangeKind, Evidence};
use crate::spec::Date;
use crate::spec::toml_text;

/// Begins the subject of a line that is for every environment's plan.
pub(crate) const EVERY_ENVIRONMENT: &str = "*: ";

/// A line of `[review]`: one change of one subject is right, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedChange {
    /// The kind of change.
    pub change: ChangeKind,
    /// The subject of the change, in the words of the spec.
    pub of: String,
    /// The reason why it is right.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Option<Date>,
}

/// A kind of change and its subject: what a line accepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeId {
    /// The kind.
    pub kind: ChangeKind,
    /// The subject, in the words of the spec.
    pub of: String,
}

/// Changes, sorted by what the lines of `[review]` say to each. Each list is in the order of the changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted<'a, Change> {
    /// Changes that a line accepts.
    pub accepted: Vec<(Change, &'a AcceptedChange)>,
    /// Changes that a line accepted until its day was over. They are blocked.
    pub expired: Vec<(Change, &'a AcceptedChange)>,
    /// Changes that no line is for.
    pub blocked: Vec<Change>,
}

impl AcceptedChange {
    /// Returns whether the entry is for a change, on any day. An entry for a kind that can't be accepted is for no
    /// change.
    pub fn is_for(&self, id: &ChangeId) -> bool {
        id.kind.can_be_accepted() && self.change == id.kind && (self.of == id.of || self.is_of_all(id))
    }

    /// Returns whether it is for a resource in the plan of every environment: `*: ADDRESS`.
    fn is_of_all(&self, id: &ChangeId) -> bool {
        let address = self.of.strip_prefix(EVERY_ENVIRONMENT);
        let of = id.of.split_once(": ").map(|(_, address)| address);
        id.kind.evidence() == Evidence::Plan && address.is_some() && address == of
    }

    /// Returns whether it counts on a day.
    fn counts_on(&self, day: Date) -> bool {
        self.until.is_none_or(|until| day <= until)
    }
}

impl ChangeId {
    /// The change of a kind and a subject.
    pub fn new(kind: ChangeKind, of: impl Into<String>) -> Self {
        Self { kind, of: of.into() }
    }

    /// The `accept` entry for it, to be pasted.
    pub fn line_to_accept(&self) -> String {
        // A subject that is a plan's may hold what would end the line.
        let of = if printable::plain(&self.of) == self.of {
            toml::Value::String(self.of.clone()).to_string()
        } else {
            toml_text::value(&self.of.as_str().into())
        };
        format!(
            "{{ change = \"{}\", of = {of}, reason = \"…\" }}",
            self.kind.as_str()
        )
    }
}

/// Sorts changes that are blocked unless a line accepts them. `ids` names all by which a line may accept a change. Of
/// several lines the one that counts longest decides.
pub fn sort<'a, Change, Ids: AsRef<[ChangeId]>>(
    changes: impl IntoIterator<Item = Change>,
    ids: impl Fn(&Change) -> Ids,
    lines: &'a [AcceptedChange],
    today: Date,
) -> Sorted<'a, Change> {
    let mut sorted = Sorted {
        accepted: Vec::new(),
        expired: Vec::new(),
        blocked: Vec::new(),
    };
    for change in changes {
        let ids = ids(&change);
        let for_it = lines
            .iter()
            .filter(|line| ids.as_ref().iter().any(|id| line.is_for(id)));
        match for_it.max_by_key(|line| (line.until.is_none(), line.until)) {
            None => sorted.blocked.push(change),
            Some(line) if line.counts_on(today) => sorted.accepted.push((change, line)),
            Some(line) => sorted.expired.push((change, line)),
        }
    }
    sorted
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

    /// One change that goes by these names, sorted.
    fn sorted<'a>(lines: &'a [AcceptedChange], names: &[(ChangeKind, &str)], today: Date) -> Sorted<'a, ()> {
        let ids = |(): &()| -> Vec<ChangeId> {
            let ids = names.iter().map(|(kind, of)| ChangeId::new(*kind, *of));
            ids.collect()
        };
        sort([()], ids, lines, today)
    }

    #[test]
    fn only_a_kind_that_can_be_accepted_is() {
        for kind in ChangeKind::ALL {
            let lines = [line(*kind, None)];
            let accepted = sorted(&lines, &[(*kind, "GET /")], TODAY).accepted == [((), &lines[0])];
            assert_eq!(accepted, kind.can_be_accepted(), "{}", kind.as_str());
            assert_eq!(sorted(&lines, &[(*kind, "GET /x")], TODAY).blocked, [()]);
        }
    }

    #[test]
    fn a_line_for_every_environment_accepts_what_plans_show() {
        let line = |change, of: &str| AcceptedChange {
            of: of.into(),
            ..line(change, None)
        };
        let adds = ChangeKind::PlanAdds;
        let every = line(adds, "*: module.a.b.c");
        for (of, expected) in [
            ("dev: module.a.b.c", true),
            ("prod: module.a.b.c", true),
            ("dev: module.a.b.d", false),
            ("module.a.b.c", false),
        ] {
            assert_eq!(every.is_for(&ChangeId::new(adds, of)), expected, "{of}");
        }
        let differs = ChangeId::new(ChangeKind::PlanUnknown, "dev: module.a.b.c");
        assert!(!every.is_for(&differs));
        let file = ChangeKind::TerraformReconfigured;
        assert!(!line(file, "*: provider.aws").is_for(&ChangeId::new(file, "terraform/a.tf: provider.aws")));
    }

    #[test]
    fn the_line_that_counts_longest_decides() {
        let kind = ChangeKind::PoolReplaced;
        let names = [(ChangeKind::RegionChanged, "dev"), (kind, "GET /")];
        let lines = [line(kind, Some(1)), line(kind, None), line(kind, Some(2))];
        assert_eq!(sorted(&lines, &names, TODAY).accepted, [((), &lines[1])]);
        let later = Date { day: 3, ..TODAY };
        let dated = [line(kind, Some(1)), line(kind, Some(2))];
        assert_eq!(sorted(&dated, &names, TODAY).accepted, [((), &dated[1])]);
        assert_eq!(sorted(&dated, &names, later).expired, [((), &dated[1])]);
    }
}
