//! The types of fields: how each is read, and what it is if its key is absent.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Span, shown};
use crate::spec::declaration::{Absent, Form, Key, Kind, Table};
use crate::spec::expected::Expected;
pub use crate::spec::reader::{Field, Placed};
use crate::spec::reader::{Reader, Value};
pub use crate::spec::scalar::{Scalar, Word};
use crate::spec::scalar::{keep, word};

/// A table whose keys are declared.
pub trait Keys: Clone + 'static {
    /// All that is known of its keys.
    const TABLE: Table;

    /// The same, in one place.
    fn table() -> &'static Table {
        &const { Self::TABLE }
    }

    /// Reads the table.
    fn read(reader: &mut Reader<'_>, diagnostics: &mut Diagnostics) -> Self;

    /// Returns the value of an absent table.
    fn absent() -> Self;

    /// Returns the value for an environment that sets some keys of its own.
    fn overridden(&self, own: &Self) -> Self;

    /// Returns the place of the table; [`ABSENT`] if it is absent.
    fn span(&self) -> &Span;

    /// The keys that are written, each with its place.
    fn written(&self) -> Vec<(&'static str, Span)>;
}

/// The place of a table that is not there.
pub const ABSENT: Span = 0..0;

/// Returns the value of an absent key. The macro hands over the keys in their order.
pub fn absent<T: Field>(key: Option<&'static Key>) -> T {
    T::absent(key.expect("a field has a key"))
}

/// A value that may be absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T> {
    /// Its place, also if it is wrong.
    pub span: Option<Span>,
    /// The value, if it is there and right.
    pub value: Option<T>,
}

/// A value that always holds: the written one, or else its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Set<T> {
    /// Its place, if it is written.
    pub span: Option<Span>,
    /// The value.
    pub value: T,
}

/// The keys of a table that an environment sets. The other keys are absent.
#[derive(Debug, Clone)]
pub struct Own<T>(pub T);

/// Strings under free names, each with the place of its name.
pub type Strings = BTreeMap<String, (Span, Placed<String>)>;

impl<T> Given<T> {
    /// The value with its place.
    pub fn placed(&self) -> Option<(&T, Span)> {
        Some((self.value.as_ref()?, self.span.clone()?))
    }

    /// Returns whether it is written, right or wrong.
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

impl<T: Scalar + Clone> Field for Given<T> {
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

    fn place(&self) -> Option<Span> {
        self.span.clone()
    }
}

impl<T: Scalar + Clone> Field for Set<T> {
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

    fn place(&self) -> Option<Span> {
        self.span.clone()
    }
}

/// Words of the spec, each with its place.
impl<T: Word> Field for Given<Vec<Placed<T>>> {
    const FORM: Form = Form::Choices;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let texts = value.texts(key, diagnostics);
        if value.is_empty_list() {
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

    fn place(&self) -> Option<Span> {
        self.span.clone()
    }
}

/// Strings, each with its place.
impl Field for Given<Vec<Placed<String>>> {
    const FORM: Form = Form::Texts;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let alone = value.text().filter(|_| matches!(key.kind, Kind::TextOrTexts(_)));
        let texts = match alone {
            Some(text) => Some(vec![Placed {
                span: value.span(),
                value: text.into(),
            }]),
            None => value.texts(key, diagnostics),
        };
        let texts = texts.and_then(|mut texts| {
            let is_empty = texts.is_empty();
            if let Kind::Texts(rule) | Kind::TextOrTexts(rule) = &key.kind {
                let subject = format!("each of `{}`", key.name);
                texts.retain(|text| keep(rule, &subject, &text.value, text.span.clone(), diagnostics));
            }
            // A list of wrong strings is not an empty one, which may be another error.
            (is_empty || !texts.is_empty()).then_some(texts)
        });
        Self {
            span: Some(value.span()),
            value: texts,
        }
    }

    fn absent(_: &'static Key) -> Self {
        Self::default()
    }

    fn place(&self) -> Option<Span> {
        self.span.clone()
    }
}

impl Field for Strings {
    const FORM: Form = Form::Strings;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let Kind::Strings {
            noun,
            names,
            values,
            is_secret,
        } = &key.kind
        else {
            return Self::new();
        };
        let mut strings = Self::new();
        for (name, value) in value.entries(key, Expected::TableOfTexts, diagnostics) {
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
            let subject = format!("the {noun} `{}`", shown(text));
            let Some(found) = value.text() else {
                diagnostics.push(match is_secret(&value.described()) {
                    true => {
                        let summary = format!("{subject} must be a string");
                        let report = Diagnostic::new(value.span(), summary).hide(value.span());
                        report.help("write it in quotes")
                    }
                    false => value.wrong(&subject, Expected::Text),
                });
                continue;
            };
            if is_secret(found) && !(values.check)(found) {
                let summary = format!("{subject} must be {}", values.must_be);
                let report = Diagnostic::new(value.span(), summary).hide(value.span());
                diagnostics.push(report.helps(values.help));
                continue;
            }
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

    fn place(&self) -> Option<Span> {
        self.values()
            .map(|(span, _)| span.clone())
            .min_by_key(|span| span.start)
    }

    /// The strings of both. Of one name, the environment's holds.
    fn overridden(&self, own: &Self) -> Self {
        let mut all = self.clone();
        all.extend(own.clone());
        all
    }
}

/// Lists of strings under free names, in the order of the text.
pub type Lists = Vec<(Placed<String>, Vec<Placed<String>>)>;

impl Field for Lists {
    const FORM: Form = Form::Lists;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let entries = value.entries(key, Expected::TableOfLists, diagnostics);
        let lists = entries.into_iter().filter_map(|(name, value)| {
            let summary = format!("`{}`", shown(&name.value));
            if value.value().as_array().is_none() {
                diagnostics.push(value.wrong(&summary, Expected::Texts));
                return None;
            }
            Some((name, value.texts(key, diagnostics)?))
        });
        lists.collect()
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }

    fn place(&self) -> Option<Span> {
        self.first().map(|(name, _)| name.span.clone())
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

    fn place(&self) -> Option<Span> {
        Some(self.span().clone()).filter(|span| *span != ABSENT)
    }

    /// Only the keys in it that the environment may set are other ones.
    fn overridden(&self, own: &Self) -> Self {
        Keys::overridden(self, own)
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

    fn place(&self) -> Option<Span> {
        self.as_ref().and_then(Field::place)
    }
}

fn read_table<T: Keys>(value: &Value<'_>, key: &Key, diagnostics: &mut Diagnostics) -> Option<T> {
    let Some(mut reader) = value.table() else {
        diagnostics.push(value.wrong_type(key, Expected::Table));
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
        let entries = value.entries(key, Expected::Tables, diagnostics);
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
                    diagnostics.push(value.wrong(&format!("`{}`", value.path), Expected::Table));
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

    fn place(&self) -> Option<Span> {
        self.first().map(|(name, _)| name.span.clone())
    }
}

/// Overrides of an environment for tables under free names. Another key determines the valid names.
impl<T: Keys> Field for Vec<(Placed<String>, Own<T>)> {
    const FORM: Form = Form::Overrides;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let Kind::Overrides { of, .. } = &key.kind else {
            return Self::new();
        };
        let mut tables = Self::new();
        for (name, value) in value.entries(key, Expected::Tables, diagnostics) {
            match value.table() {
                Some(reader) => {
                    let mut reader = reader.overriding(format!("{of}.{}", name.value));
                    let table = T::read(&mut reader, diagnostics);
                    reader.finish(diagnostics);
                    tables.push((name, Own(table)));
                }
                None => diagnostics.push(value.wrong(&format!("`{}`", value.path), Expected::Table)),
            }
        }
        tables
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }

    fn place(&self) -> Option<Span> {
        self.first().map(|(name, _)| name.span.clone())
    }
}

/// "a" or "an", as the noun asks for.
fn article(noun: &str) -> &'static str {
    // "usage" begins with the sound of a consonant.
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("us") {
        "an"
    } else {
        "a"
    }
}

/// A list of tables with known keys. Each element that is not a table is reported.
impl<T: Keys> Field for Vec<T> {
    const FORM: Form = Form::List;

    fn read(value: &Value<'_>, key: &'static Key, diagnostics: &mut Diagnostics) -> Self {
        let mut tables = Self::new();
        for element in value
            .elements(key, Expected::ListOfTables, diagnostics)
            .unwrap_or_default()
        {
            match element.table() {
                Some(mut reader) => {
                    tables.push(T::read(&mut reader, diagnostics));
                    reader.finish(diagnostics);
                }
                None => diagnostics.push(element.wrong(&format!("each of `{}`", key.name), Expected::Table)),
            }
        }
        tables
    }

    fn absent(_: &'static Key) -> Self {
        Self::new()
    }

    fn place(&self) -> Option<Span> {
        self.first().and_then(Field::place)
    }
}
