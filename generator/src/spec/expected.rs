//! The types that values should have, each with help that shows how to write it.

use crate::spec::declaration::{Absent, Key, Kind, Literal};

/// The type that a value should have.
#[derive(Debug, Clone, Copy)]
pub enum Expected {
    /// A string.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A date without a time.
    Date,
    /// A list of strings.
    Texts,
    /// A table with known keys.
    Table,
    /// Tables under free names.
    Tables,
    /// A list of tables.
    ListOfTables,
    /// Strings under free names.
    TableOfTexts,
    /// Lists of strings under free names.
    TableOfLists,
    /// One of several types.
    OneOf {
        /// The types in words, behind "must be".
        noun: &'static str,
        /// A value of one of them.
        example: &'static str,
    },
}

impl Expected {
    /// The type in words, behind "must be".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Number => "a whole number",
            Self::Flag => "`true` or `false`",
            Self::Date => "a date such as 2027-01-31, without quotes",
            Self::Texts => "a list of strings",
            Self::Table | Self::Tables => "a table",
            Self::ListOfTables => "a list of tables",
            Self::TableOfTexts => "a table of strings",
            Self::TableOfLists => "a table of lists",
            Self::OneOf { noun, .. } => noun,
        }
    }

    /// Help about a key whose value is of another type. `text` is the value if it is a string, and `path` that of the key.
    pub fn help(self, key: &Key, text: Option<&str>, path: &str) -> String {
        let name = key.name;
        match self {
            Self::Text => format!("write it as in `{name} = \"…\"`"),
            Self::Number => {
                let written = text.and_then(|text| text.parse().ok());
                match written.filter(|number| nearest(&key.kind, i64::from(*number)) == Some(*number)) {
                    Some(number) => format!("write `{name} = {number}`"),
                    None => format!("write it as in `{name} = {}`", example(key)),
                }
            }
            Self::Flag => format!("write `{name} = true` or `{name} = false`"),
            Self::Date => format!("write it as in `{name} = 2027-01-31`"),
            Self::Texts => match text {
                Some(text) => format!("write `{name} = {}`", list_of(text)),
                None => format!("write it as in `{name} = [\"…\"]`"),
            },
            Self::Table => format!("write `[{path}]`, and its keys below"),
            Self::Tables => format!("write `[{path}.NAME]`, and its keys below"),
            Self::ListOfTables => format!("write it as in `{name} = [{{ … }}]`"),
            Self::TableOfTexts => format!("write it as in `{name} = {{ NAME = \"…\" }}`"),
            Self::TableOfLists => format!("write it as in `{name} = {{ NAME = [\"…\"] }}`"),
            Self::OneOf { example, .. } => format!("write it as in `{name} = {example}`"),
        }
    }

    /// Help about an element of a list, or an entry of a table, that is of another type.
    pub fn help_inside(self, text: Option<&str>) -> String {
        match (self, text) {
            (Self::Texts, Some(text)) => format!("write `{}`", list_of(text)),
            (Self::Texts, None) => "write it as in `[\"…\"]`".into(),
            (Self::Table, _) => "write its keys in braces, as in `{ … }`".into(),
            _ => "write a string in quotes".into(),
        }
    }
}

/// A list with one string. A string that does not fit into a sentence is left out.
fn list_of(text: &str) -> String {
    let is_plain = text.len() <= 100 && !text.contains(['"', '\\', '`']) && !text.contains(char::is_control);
    let text = if is_plain { text } else { "…" };
    format!("[\"{text}\"]")
}

/// A number that a key takes: its default, or the least one.
fn example(key: &Key) -> u32 {
    match (&key.absent, &key.kind) {
        (Absent::Default(Literal::Number(number)), _) => *number,
        (_, Kind::Number { limits, .. }) => *limits.start(),
        (_, Kind::OneOfNumbers { values, .. }) => values.first().copied().unwrap_or_default(),
        _ => 1,
    }
}

/// The number that a key takes instead of another one: the nearest limit, or the next of the possible numbers.
pub fn nearest(kind: &Kind, number: i64) -> Option<u32> {
    match kind {
        Kind::Number { limits, .. } => {
            let nearest = number.clamp((*limits.start()).into(), (*limits.end()).into());
            u32::try_from(nearest).ok()
        }
        Kind::OneOfNumbers { values, .. } => {
            let next = values.iter().find(|value| i64::from(**value) >= number);
            next.or(values.last()).copied()
        }
        _ => None,
    }
}
