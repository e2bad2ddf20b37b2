//! Reads one table of the spec, key by key, and collects every error on the way.
//!
//! serde would stop at the first wrong value. The spanned tree of the `toml` crate does not: the reader asks for each
//! declared key once, and the remaining keys are unknown.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, Span, shown};
use crate::spec::declaration::{Absent, Form, Key, Kind, Scope};
use crate::spec::expected::Expected;
use crate::spec::toml_text::part_of_key;

/// A table of the spec that is being read.
pub struct Reader<'a> {
    table: &'a DeTable<'a>,
    /// The place of the table, for errors about missing keys.
    span: Span,
    /// The path of the table in messages, such as `functions.open`.
    path: String,
    asked: Vec<&'static str>,
    /// The path of the table that this one overrides for an environment, such as `functions.open`.
    overrides: Option<String>,
    /// The keys that this table may not override.
    refused: Vec<&'static str>,
}

/// A value of the spec that is being read.
pub struct Value<'a> {
    value: &'a Spanned<DeValue<'a>>,
    /// The place of a table with this value: its name, if it has one.
    name: Span,
    /// The path of its key, such as `functions.open.memory_mb`.
    pub path: String,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// Its place.
    pub span: Span,
    /// The value.
    pub value: T,
}

impl Placed<String> {
    /// The place of some bytes of a string. A string with escapes or other quotes is one place.
    pub fn part(&self, part: Range<usize>) -> Span {
        let is_all = part == (0..self.value.len());
        if self.span.len() == self.value.len() + 2 && !is_all {
            let start = self.span.start + 1;
            start + part.start..start + part.end
        } else {
            self.span.clone()
        }
    }
}

/// A type that a key can have.
pub trait Field: Sized + Clone {
    /// The kind that it takes.
    const FORM: Form;

    /// The value that is there, or what holds instead of a wrong one, which is reported.
    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self;

    /// Returns the value of an absent key.
    fn absent(key: &'static Key) -> Self;

    /// Returns its place if it is written, right or wrong.
    fn place(&self) -> Option<Span>;

    /// Returns the value for an environment with a value of its own.
    fn overridden(&self, own: &Self) -> Self {
        if own.place().is_some() {
            own.clone()
        } else {
            self.clone()
        }
    }
}

impl<'a> Reader<'a> {
    /// Begins to read a table that stands at `span` and is called `path` (empty for the document itself).
    pub fn new(table: &'a DeTable<'a>, span: Span, path: impl Into<String>) -> Self {
        Self {
            table,
            span,
            path: path.into(),
            asked: Vec::new(),
            overrides: None,
            refused: Vec::new(),
        }
    }

    /// Reads what an environment overrides of a table that is at `path`: each key is optional.
    pub fn overriding(mut self, path: String) -> Self {
        self.overrides = Some(path);
        self
    }

    /// Returns the place of the table.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Reads a key, or reports that it is missing. The macro that declares keys hands them over in their order.
    pub fn field<T: Field>(&mut self, key: Option<&'static Key>, diagnostics: &mut Diagnostics) -> T {
        let key = key.expect("a field has a key");
        let written = self.table.get_key_value(key.name);
        if let Some(overridden) = &self.overrides
            && !matches!(key.scope, Scope::PerEnvironment)
        {
            self.refused.push(key.name);
            if let Some((name, _)) = written {
                let summary = format!("`{}` must be the same in every environment", key.name);
                let help = format!("move it to `[{overridden}]`");
                diagnostics.push(Diagnostic::new(name.span(), summary).help(help));
            }
            return T::absent(key);
        }
        self.asked.push(key.name);
        match written {
            Some((name, value)) => {
                let name = name.span();
                let path = self.path_of(key.name);
                T::read(&Value { value, name, path }, key, diagnostics)
            }
            None => {
                if let (Absent::Required(example), None) = (&key.absent, &self.overrides) {
                    diagnostics.push(self.missing(key, example));
                }
                T::absent(key)
            }
        }
    }

    fn missing(&self, key: &Key, example: &str) -> Diagnostic {
        let path = self.path_of(key.name);
        let summary = match &key.kind {
            Kind::Table(_) | Kind::Tables { .. } => format!("missing `[{path}]`"),
            _ if self.path.is_empty() => format!("missing `{}`", key.name),
            _ => format!("missing `{}` in `[{}]`", key.name, self.path),
        };
        missing(self.span.clone(), summary, example, path)
    }

    /// Reports every unknown key, with the nearest known one.
    pub fn finish(self, diagnostics: &mut Diagnostics) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) || self.refused.contains(&name) {
                continue;
            }
            let place = match self.path.as_str() {
                "" => String::new(),
                path => format!(" in `[{path}]`"),
            };
            let mut known = self.asked.clone();
            known.sort_unstable();
            let unknown = Diagnostic::new(key.span(), format!("unknown key `{}`{place}", shown(name)));
            diagnostics.push(
                unknown
                    .unknown_in(self.span.clone())
                    .similar_key(name, "a key", known.iter().copied(), |near| self.path_of(near))
                    .known(known.into_iter()),
            );
        }
    }

    fn path_of(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.into(),
            path => [path, ".", key].concat(),
        }
    }
}

impl<'a> Value<'a> {
    /// Returns its place.
    pub fn span(&self) -> Span {
        self.value.span()
    }

    /// The value as TOML has it.
    pub fn value(&self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    /// Its text, if it is a string.
    pub fn text(&self) -> Option<&'a str> {
        self.value().as_str()
    }

    /// Its number, if it is a whole number of 64 bits.
    pub fn integer(&self) -> Option<i64> {
        let integer = self.value().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// A reader, if it is a table.
    pub fn table(&self) -> Option<Reader<'a>> {
        let table = self.value().as_table()?;
        Some(Reader::new(table, self.name.clone(), self.path.as_str()))
    }

    /// Returns whether it is a list without elements.
    pub fn is_empty_list(&self) -> bool {
        self.value().as_array().is_some_and(|list| list.is_empty())
    }

    /// Returns whether it is a table without entries.
    pub fn is_empty_table(&self) -> bool {
        self.value().as_table().is_some_and(|table| table.is_empty())
    }

    /// The report of a table that needs entries and has none.
    pub fn missing(&self, key: &Key, example: &str) -> Diagnostic {
        let summary = format!("missing entries in `[{}]`", self.path);
        missing(
            self.span(),
            summary,
            example,
            format!("{}.{}", self.path, key.name),
        )
    }

    /// Returns the elements of a list of strings. Each element of another type is reported. `None` for other values.
    pub fn texts(&self, key: &Key, diagnostics: &mut Diagnostics) -> Option<Vec<Placed<String>>> {
        let mut texts = Vec::new();
        for element in self.elements(key, Expected::Texts, diagnostics)? {
            match element.text() {
                Some(text) => texts.push(Placed {
                    span: element.span(),
                    value: text.into(),
                }),
                None => diagnostics.push(element.wrong(&format!("each of `{}`", key.name), Expected::Text)),
            }
        }
        Some(texts)
    }

    /// Returns the elements of a list. Other values are reported and give `None`.
    pub fn elements(
        &self,
        key: &Key,
        expected: Expected,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Self>> {
        let Some(array) = self.value().as_array() else {
            diagnostics.push(self.wrong_type(key, expected));
            return None;
        };
        Some(array.iter().map(|element| self.element(element)).collect())
    }

    fn element(&self, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self {
            value,
            name: value.span(),
            path: self.path.clone(),
        }
    }

    /// The entries of a table under free names, in the order of the text. Reports what is none.
    pub fn entries(
        &self,
        key: &Key,
        expected: Expected,
        diagnostics: &mut Diagnostics,
    ) -> Vec<(Placed<String>, Self)> {
        let Some(table) = self.value().as_table() else {
            diagnostics.push(self.wrong_type(key, expected));
            return Vec::new();
        };
        let entries = table.iter().map(|(name, value)| {
            let text = name.get_ref().to_string();
            let path = format!("{}.{}", self.path, part_of_key(&text));
            let span = name.span();
            let value = Self {
                value,
                name: span.clone(),
                path,
            };
            (Placed { span, value: text }, value)
        });
        let mut entries: Vec<_> = entries.collect();
        // The order of the text: `toml` keeps tables in the order of their names.
        entries.sort_by_key(|(name, _)| name.span.start);
        entries
    }

    /// The report of a key with a value of another type.
    pub fn wrong_type(&self, key: &Key, expected: Expected) -> Diagnostic {
        let help = expected.help(key, self.text(), &self.path);
        self.wrong_with(&format!("`{}`", key.name), expected, &help)
            .meant(self.path.as_str())
    }

    /// The report of an element or an entry of another type. `subject` begins the sentence.
    pub fn wrong(&self, subject: &str, expected: Expected) -> Diagnostic {
        self.wrong_with(subject, expected, &expected.help_inside(self.text()))
    }

    /// The report of a value of another type, with this help.
    pub fn wrong_with(&self, subject: &str, expected: Expected, help: &str) -> Diagnostic {
        let summary = format!("{subject} must be {}, not {}", expected.noun(), self.described());
        let is_unquoted = !matches!(
            self.value(),
            DeValue::String(_) | DeValue::Array(_) | DeValue::Table(_)
        );
        Diagnostic::new(self.span(), summary).help(match (expected, is_unquoted) {
            (Expected::Text, true) => "write it in quotes",
            _ => help,
        })
    }

    /// The value in a headline: a short one as it is written, any other by its type.
    pub fn described(&self) -> String {
        match self.value() {
            DeValue::String(text) => format!("the string `{}`", shown(text)),
            DeValue::Integer(integer) => shown(&integer.to_string()),
            DeValue::Float(float) => shown(&float.to_string()),
            DeValue::Boolean(flag) => format!("`{flag}`"),
            DeValue::Datetime(datetime) if datetime.time.is_some() => "a date with a time".into(),
            DeValue::Datetime(_) => "a date".into(),
            DeValue::Array(_) => "a list".into(),
            DeValue::Table(_) => "a table".into(),
        }
    }
}

fn missing(span: Span, summary: String, example: &str, path: String) -> Diagnostic {
    Diagnostic::new(span, summary)
        .help(format!("add {example}"))
        .missing(path)
}
