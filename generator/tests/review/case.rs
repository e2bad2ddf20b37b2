//! A case as its file has it, and the two texts that it means.

use std::fmt;
use std::fs;
use std::path::Path;

use portcullis_generator::review::{ChangeKind, Judged, Verdict};
use portcullis_generator::spec::Date;
use serde::Deserialize;
use toml::value::Datetime;

/// A change, and what must be told of it.
pub struct Case {
    pub about: String,
    /// The spec before the change, if there is one.
    pub base: Option<String>,
    pub head: Option<String>,
    /// The day of the review.
    pub today: Date,
    pub deployments: Vec<String>,
    pub infrastructure: bool,
    pub facts: Vec<Label>,
    edits: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    base: Option<String>,
    #[serde(default)]
    base_edit: Vec<Edit>,
    #[serde(default)]
    edit: Vec<Edit>,
    head: Option<String>,
    head_text: Option<String>,
    #[serde(default)]
    head_deleted: bool,
    today: Option<Datetime>,
    #[serde(default)]
    deployments: Vec<String>,
    #[serde(default = "yes")]
    infrastructure: bool,
    facts: Vec<Label>,
}

/// A piece of text in place of another one.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    replace: String,
    with: String,
}

/// A fact that must be judged.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    fact: String,
    of: String,
    #[serde(default)]
    blocked: bool,
    #[serde(default)]
    accepted: bool,
    #[expect(dead_code, reason = "a remark for who reads the case")]
    why: Option<String>,
}

fn yes() -> bool {
    true
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        let parts = |label: &Self| {
            (
                label.fact.clone(),
                label.of.clone(),
                label.blocked,
                label.accepted,
            )
        };
        parts(self) == parts(other)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match (self.blocked, self.accepted) {
            (true, _) => ", blocked",
            (_, true) => ", accepted",
            _ => "",
        };
        write!(formatter, "{} of {}{verdict}", self.fact, self.of)
    }
}

impl Label {
    /// Returns a judged fact as a label.
    pub fn of(judged: &Judged) -> Self {
        Self {
            fact: judged.fact.kind().as_str().into(),
            of: judged.fact.of(),
            blocked: judged.verdict == Verdict::Blocked,
            accepted: matches!(judged.verdict, Verdict::Accepted(_)),
            why: None,
        }
    }
}

impl Case {
    /// Reads a case; `folder` holds the specs.
    pub fn read(path: &Path, folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        Self::parse(&text, &|name| {
            let path = folder.join("specs").join(name).with_extension("toml");
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        })
    }

    fn parse(text: &str, spec: &dyn Fn(&str) -> Result<String, String>) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let base = file.base.as_deref().map(spec).transpose()?;
        let base = base.map(|base| edited(base, &file.base_edit)).transpose()?;
        let heads = [
            file.head.is_some(),
            file.head_text.is_some(),
            file.head_deleted,
            !file.edit.is_empty(),
        ];
        if heads.iter().filter(|given| **given).count() > 1 {
            return Err("more than one head".into());
        }
        let head = match (file.head, file.head_text) {
            _ if file.head_deleted => None,
            (Some(name), _) => Some(spec(&name)?),
            (_, Some(text)) => Some(text),
            (None, None) => {
                let base = base.clone().ok_or("no base that edits could be of")?;
                Some(edited(base, &file.edit)?)
            }
        };
        for label in &file.facts {
            if ChangeKind::parse(&label.fact).is_none() {
                return Err(format!("`{}` is no fact of the vocabulary", label.fact));
            }
            if label.blocked && label.accepted {
                return Err(format!("{label} is accepted as well"));
            }
        }
        let today = match file.today {
            Some(today) => today.date.ok_or("`today` is no day")?,
            None => Date {
                year: 2026,
                month: 12,
                day: 1,
            },
        };
        Ok(Self {
            about: file.about,
            base,
            head,
            today,
            deployments: file.deployments,
            infrastructure: file.infrastructure,
            facts: file.facts,
            edits: file.edit,
        })
    }

    /// Returns whether the change is one of a line: it is removed, added or replaced.
    pub fn is_small(&self) -> bool {
        let changed = |edit: &Edit| {
            let diff = similar::TextDiff::from_lines(&edit.replace, &edit.with);
            let count = |tag| {
                diff.iter_all_changes()
                    .filter(|change| change.tag() == tag)
                    .count()
            };
            count(similar::ChangeTag::Delete).max(count(similar::ChangeTag::Insert))
        };
        matches!(&self.edits[..], [edit] if changed(edit) == 1)
    }
}

fn edited(mut text: String, edits: &[Edit]) -> Result<String, String> {
    for Edit { replace, with } in edits {
        let count = text.matches(replace.as_str()).count();
        if replace.is_empty() || count != 1 {
            return Err(format!("stands {count} times in the text: {replace}"));
        }
        text = text.replacen(replace.as_str(), with, 1);
    }
    Ok(text)
}

/// A case with a typing error is an error, because it would judge nothing.
pub fn check() -> Result<(), String> {
    let spec = |_: &str| Ok("a = 1\nb = 1\n".to_string());
    for (text, wrong) in [
        ("base = \"x\"\nfacts = []", "about"),
        ("about = \"x\"\nbase = \"x\"", "facts"),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = []\nfatcs = []",
            "unknown field",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = [{ fact = \"route_open\", of = \"x\" }]",
            "vocabulary",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = [{ fact = \"route_opened\", of = \"x\", blocekd = true }]",
            "unknown field",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = [{ fact = \"route_opened\", of = \"x\", blocked = true, accepted = true }]",
            "accepted as well",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = []\nedit = [{ replace = \"1\", with = \"2\" }]",
            "2 times",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = []\nbase_edit = [{ replace = \"c\", with = \"2\" }]",
            "0 times",
        ),
        (
            "about = \"x\"\nbase = \"x\"\nfacts = []\nhead = \"x\"\nhead_deleted = true",
            "more than one head",
        ),
        ("about = \"x\"\nfacts = []", "no base"),
    ] {
        match Case::parse(text, &spec) {
            Ok(_) => return Err(format!("this is a case: {text}")),
            Err(why) if why.contains(wrong) => {}
            Err(why) => return Err(format!("{text}: {why}")),
        }
    }
    Ok(())
}
