//! The types of fields: how each is read, and what it is if its key is absent.

use std::collections::BTreeMap;

use toml::de::DeValue;
use toml::value::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, shown};
use crate::spec::declaration::{Absent, Choice, Form, Key, Kind, Literal, Table};
pub use crate::spec::reader::{Field, Placed};
use crate::spec::reader::{Reader, Value};
use crate::text_rule::TextRule;

/// A table whose keys are declared.
pub trait Keys: Sized + 'static {
    /// All that is known of its keys.
    const TABLE: Table;

    /// The same, in one place.
    fn table() -> &'static Table {
        &const { Self::TABLE }
    }

    /// Reads the table.
    fn read(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Self;

    /// What holds if the table is absent.
    fn absent() -> Self;
}

/// What holds if a key is absent. The macro hands over the keys in their order.
pub fn absent<T: Field>(key: Option<&'static Key>) -> T {
    T::absent(key.expect("a field has a key"))
}

/// A value that may be absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T> {
    /// Where it stands, also if it is wrong.
    pub span: Option<Span>,
    /// The value, if it is there and right.
    pub value: Option<T>,
}

/// A value that always holds: the written one, or else its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Set<T> {
    /// Where it stands, if it is written.
    pub span: Option<Span>,
    /// The value.
    pub value: T,
}

/// Strings under free names, each with the place of its name.
pub type Strings = BTreeMap<String, (Span, Placed<String>)>;

impl<T> Given<T> {
    /// The value with its place.
    pub fn placed(&self) -> Option<(&T, Span)> {
        Some((self.value.as_ref()?, self.span.clone()?))
    }

    /// Whether it is written, right or wrong.
    pub fn is_written(&self) -> bool {
        self.span.is_some()
    }
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        let (span, value) = (None, None);
        Self { span, value }
    }
}

/// A type of one value.
pub trait Scalar: Sized {
    /// The kind that it takes.
    const FORM: Form;

    /// The value as this type; the report of a wrong one has been made.
    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// A default as this type.
    fn literal(literal: Literal) -> Option<Self>;
}

impl<T: Scalar> Field for Given<T> {
    const FORM: Form = T::FORM;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        Self {
            span: Some(value.span()),
            value: T::take(value, key, diagnostics),
        }
    }

    fn absent(_: &'static Key) -> Self {
        Self::default()
    }
}

impl<T: Scalar> Field for Set<T> {
    const FORM: Form = T::FORM;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let taken = T::take(value, key, diagnostics);
        Self {
            span: Some(value.span()),
            value: taken.unwrap_or_else(|| Self::absent(key).value),
        }
    }

    fn absent(key: &'static Key) -> Self {
        let Absent::Default(literal) = key.absent else {
            panic!("`{}` has no default", key.name);
        };
        Self {
            span: None,
            value: T::literal(literal)
                .unwrap_or_else(|| panic!("the default of `{}` has another type", key.name)),
        }
    }
}

impl Scalar for String {
    const FORM: Form = Form::Text;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Kind::Text(rule) = &key.kind else { return None };
        let text = value.text().or_else(|| {
            let wrong = value.wrong_type(key, "a string");
            let help = if wrong.help.is_empty() { rule.help } else { "" };
            diagnostics.push(wrong.helps(help));
            None
        })?;
        keep(rule, &format!("`{}`", key.name), text, value.span(), diagnostics).then(|| text.into())
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => Some(text.into()),
            Literal::Number(_) | Literal::Flag(_) | Literal::Texts(_) => None,
        }
    }
}

/// Reports a text that breaks a rule; whether it keeps it. `subject` begins the sentence.
fn keep(rule: &TextRule, subject: &str, text: &str, span: Span, diagnostics: &mut Diagnostics) -> bool {
    let keeps = (rule.check)(text);
    if !keeps {
        let summary = format!("{subject} must be {}, not `{}`", rule.must_be, shown(text));
        diagnostics.push(Diagnostic::new(span, summary).helps(rule.help));
    }
    keeps
}

impl Scalar for u32 {
    const FORM: Form = Form::Number;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        if !matches!(value.value(), DeValue::Integer(_)) {
            diagnostics.push(value.wrong_type(key, "a whole number"));
            return None;
        }
        let found = value.integer().and_then(|number| u32::try_from(number).ok());
        let (holds, rule) = match &key.kind {
            Kind::Number { limits, unit } => (
                found.is_some_and(|number| limits.contains(&number)),
                format!("between {} and {} {unit}", limits.start(), limits.end()),
            ),
            Kind::OneOfNumbers { values, unit } => (
                found.is_some_and(|number| values.contains(&number)),
                format!("one of {} {unit}", list(values)),
            ),
            _ => return None,
        };
        if !holds {
            let summary = format!("`{}` must be {rule}, not {}", key.name, value.described());
            diagnostics.push(Diagnostic::new(value.span(), summary));
            return None;
        }
        found
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Number(number) => Some(number),
            Literal::Flag(_) | Literal::Text(_) | Literal::Texts(_) => None,
        }
    }
}

fn list(numbers: &[u32]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match numbers.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => numbers.concat(),
    }
}

impl Scalar for bool {
    const FORM: Form = Form::Flag;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        value.value().as_bool().or_else(|| {
            diagnostics.push(value.wrong_type(key, "`true` or `false`"));
            None
        })
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Flag(flag) => Some(flag),
            Literal::Number(_) | Literal::Text(_) | Literal::Texts(_) => None,
        }
    }
}

impl Scalar for Date {
    const FORM: Form = Form::Date;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let date = value.value().as_datetime().and_then(|found| {
            let is_day = found.time.is_none() && found.offset.is_none();
            found.date.filter(|_| is_day)
        });
        date.or_else(|| {
            diagnostics.push(value.wrong_type(key, "a date such as 2027-01-31, without quotes"));
            None
        })
    }

    fn literal(_: Literal) -> Option<Self> {
        None
    }
}

/// An enum whose variants are words of the spec.
pub trait Word: Copy + 'static {
    /// The variants.
    const ALL: &'static [Self];
    /// Their words, in the same order.
    const CHOICES: &'static [Choice];

    /// AWS's own names for a variant, which the spec does not take.
    fn others(self) -> &'static [&'static str];

    /// Reads a word.
    fn parse(text: &str) -> Option<Self> {
        let place = Self::CHOICES.iter().position(|choice| choice.name == text)?;
        Some(Self::ALL[place])
    }

    /// The variant that a word of AWS's own means.
    fn meant_by(text: &str) -> Option<&'static str> {
        let variants = Self::ALL.iter().zip(Self::CHOICES);
        let is_meant = |other: &&str| other.eq_ignore_ascii_case(text);
        let mut found = variants.filter(|(variant, _)| variant.others().iter().any(&is_meant));
        found.next().map(|(_, choice)| choice.name)
    }
}

impl<T: Word> Scalar for T {
    const FORM: Form = Form::Choice;

    fn take(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(text) = value.text() else {
            diagnostics.push(value.wrong_type(key, "a string"));
            return None;
        };
        word(key, text, value.span(), diagnostics)
    }

    fn literal(literal: Literal) -> Option<Self> {
        match literal {
            Literal::Text(text) => T::parse(text),
            Literal::Number(_) | Literal::Flag(_) | Literal::Texts(_) => None,
        }
    }
}

/// A word of the spec, or a report of the unknown one.
fn word<T: Word>(key: &Key, text: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<T> {
    T::parse(text).or_else(|| {
        let known = T::CHOICES.iter().map(|choice| choice.name);
        let unknown = Diagnostic::new(span, format!("unknown `{}` `{}`", key.name, shown(text)));
        diagnostics.push(match T::meant_by(text) {
            Some(own) => unknown.help(format!("write `{own}`")),
            None => unknown.similar(text, "a value", known.clone()).known(known),
        });
        None
    })
}

/// Words of the spec, each with its place.
impl<T: Word> Field for Given<Vec<Placed<T>>> {
    const FORM: Form = Form::Choices;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let texts = value.texts(key, diagnostics);
        if texts.as_ref().is_some_and(Vec::is_empty) && value.is_empty_list() {
            let empty = Diagnostic::new(value.span(), format!("`{}` must not be empty", key.name));
            let known = T::CHOICES.iter().map(|choice| choice.name);
            diagnostics.push(empty.known(known));
        }
        let words = texts.map(|texts| {
            let taken = texts.into_iter().filter_map(|text| {
                let value = word(key, &text.value, text.span.clone(), diagnostics)?;
                let span = text.span;
                Some(Placed { span, value })
            });
            taken.collect()
        });
        Self {
            span: Some(value.span()),
            value: words,
        }
    }

    fn absent(_: &'static Key) -> Self {
        Self::default()
    }
}

/// Strings, each with its place.
impl Field for Given<Vec<Placed<String>>> {
    const FORM: Form = Form::Texts;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let texts = value.texts(key, diagnostics).map(|mut texts| {
            if let Kind::Texts(rule) = &key.kind {
                let subject = format!("each of `{}`", key.name);
                texts.retain(|text| keep(rule, &subject, &text.value, text.span.clone(), diagnostics));
            }
            texts
        });
        Self {
            span: Some(value.span()),
            value: texts,
        }
    }

    fn absent(_: &'static Key) -> Self {
        Self::default()
    }
}

impl Field for Strings {
    const FORM: Form = Form::Strings;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let Kind::Strings { noun, names, values } = &key.kind else {
            return Self::new();
        };
        let mut strings = Self::new();
        for (name, value) in value.entries(key, "a table of strings", diagnostics) {
            let text = &name.value;
            if !keep(
                names,
                &format!("the name of {} {noun}", article(noun)),
                text,
                name.span.clone(),
                diagnostics,
            ) {
                continue;
            }
            let Some(found) = value.text() else {
                diagnostics.push(value.wrong(&format!("the {noun} `{}`", shown(text)), "a string"));
                continue;
            };
            let subject = format!("the {noun} `{}`", shown(text));
            if keep(values, &subject, found, value.span(), diagnostics) {
                let span = value.span();
                let value = found.into();
                strings.insert(name.value, (name.span, Placed { span, value }));
            }
        }
        strings
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }
}

/// A table with known keys. If it is absent, its keys are.
impl<T: Keys> Field for T {
    const FORM: Form = Form::Table;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        read_table(value, key, diagnostics).unwrap_or_else(T::absent)
    }

    fn absent(_: &'static Key) -> Self {
        T::absent()
    }
}

/// A table with known keys that may be absent.
impl<T: Keys> Field for Option<T> {
    const FORM: Form = Form::Table;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        read_table(value, key, diagnostics)
    }

    fn absent(_: &'static Key) -> Self {
        None
    }
}

fn read_table<T: Keys>(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<T> {
    let Some(mut reader) = value.table() else {
        diagnostics.push(value.wrong_type(key, "a table"));
        return None;
    };
    let table = T::read(&mut reader, diagnostics);
    reader.finish(diagnostics);
    Some(table)
}

/// Tables under free names, in the order of the text. One that can't be read is absent under its name.
impl<T: Keys> Field for Vec<(Placed<String>, T)> {
    const FORM: Form = Form::Tables;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let Kind::Tables { noun, names, .. } = &key.kind else {
            return Self::new();
        };
        let mut tables = Self::new();
        let entries = value.entries(key, "a table", diagnostics);
        if let (true, Absent::Required(example)) = (value.is_empty_table(), &key.absent) {
            diagnostics.push(value.missing(key, example));
        }
        for (name, value) in entries {
            keep(
                names,
                &format!("the name of {} {noun}", article(noun)),
                &name.value,
                name.span.clone(),
                diagnostics,
            );
            let table = match value.table() {
                Some(mut reader) => {
                    let table = T::read(&mut reader, diagnostics);
                    reader.finish(diagnostics);
                    table
                }
                None => {
                    diagnostics.push(value.wrong(&format!("`{}`", value.path), "a table"));
                    T::absent()
                }
            };
            tables.push((name, table));
        }
        tables
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }
}

/// "a" or "an", as the noun asks for.
fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

/// A list of tables with known keys. What is no table is reported one by one.
impl<T: Keys> Field for Vec<T> {
    const FORM: Form = Form::List;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let mut tables = Self::new();
        for element in value.elements(key, "a list of tables", diagnostics) {
            match element.table() {
                Some(mut reader) => {
                    tables.push(T::read(&mut reader, diagnostics));
                    reader.finish(diagnostics);
                }
                None => diagnostics.push(element.wrong(&format!("each of `{}`", key.name), "a table")),
            }
        }
        tables
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }
}
